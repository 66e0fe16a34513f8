/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder of folders, one a class, into which files are linked or copied. */
#ifndef EFFNET_SORTER_H
#define EFFNET_SORTER_H

#include <glib.h>

typedef struct _EffNetSorter EffNetSorter;

/* FOLDER is made where it is missing. */
EffNetSorter *effnet_sorter_new(const char *folder, gboolean copy, GError **error);

/* Puts the file PATH into the folder of the class INDEX, which is called as LABEL, or as LABEL and
 * INDEX where another class is called so. What is there already is not put there again; another
 * file of its name is left alone, and the new one gets a number. */
gboolean effnet_sorter_put(EffNetSorter *sorter, const char *path, const char *label, guint index,
                           GError **error);

void effnet_sorter_free(EffNetSorter *sorter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetSorter, effnet_sorter_free)

#endif
