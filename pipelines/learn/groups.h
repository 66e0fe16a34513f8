/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups of pictures that show the same thing (frames of a video, bursts, near duplicates), which
 * must not be split between learning and evaluation; and folds for cross-validation, which keep
 * groups together. */
#ifndef EFFNET_LEARN_GROUPS_H
#define EFFNET_LEARN_GROUPS_H

#include <glib.h>

typedef struct _EffNetGroups EffNetGroups;

/* N pictures, each in a group of its own. The caller frees the result. */
EffNetGroups *effnet_groups_new(guint n);
void effnet_groups_free(EffNetGroups *groups);

void effnet_groups_join(EffNetGroups *groups, guint a, guint b);

/* The group of each picture; groups are numbered from 0 in the order of their first pictures. Sets
 * N_GROUPS to their number. The caller frees the array. */
guint *effnet_groups_number(EffNetGroups *groups, guint *n_groups);

/* Distributes N_GROUPS groups over N_FOLDS folds, so that every fold has about the same share of
 * each stratum (class). GROUPS and STRATA have the group and the stratum, below N_STRATA, of each
 * of N pictures. Returns the fold of each picture; the caller frees it. The same input gives the
 * same folds. */
guint *effnet_folds_new(guint n, const guint *groups, guint n_groups, const guint *strata,
                        guint n_strata, guint n_folds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetGroups, effnet_groups_free)

#endif
