/* SPDX-License-Identifier: BSD-2-Clause */
/* Pictures that show the same, and must not be learned from and judged by at once: of one video,
 * one burst, near duplicates; and folds, which keep them together. */
#ifndef EFFNET_LEARN_GROUPS_H
#define EFFNET_LEARN_GROUPS_H

#include <glib.h>

typedef struct _EffNetGroups EffNetGroups;

/* N pictures, each by itself. */
EffNetGroups *effnet_groups_new(guint n);
void effnet_groups_free(EffNetGroups *groups);

void effnet_groups_join(EffNetGroups *groups, guint a, guint b);

/* The groups' numbers, from 0 on in the order of their first pictures, of each picture; the caller
 * frees them. N_GROUPS: how many there are. */
guint *effnet_groups_number(EffNetGroups *groups, guint *n_groups);

/* Puts N_GROUPS groups into N_FOLDS folds, so that each has its share of every class: the fold of
 * each of N pictures, whose GROUPS and STRATA (classes, below N_STRATA) are given. The same for the
 * same input. The caller frees it. */
guint *effnet_folds_new(guint n, const guint *groups, guint n_groups, const guint *strata,
                        guint n_strata, guint n_folds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetGroups, effnet_groups_free)

#endif
