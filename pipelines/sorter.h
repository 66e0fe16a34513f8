/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorts files into a folder per class, as links or copies. */
#ifndef EFFNET_SORTER_H
#define EFFNET_SORTER_H

#include <glib.h>

typedef struct _EffNetSorter EffNetSorter;

/* Creates FOLDER if it is missing. The caller frees the result; NULL with ERROR set on failure. */
EffNetSorter *effnet_sorter_new(const char *folder, gboolean copy, GError **error);

/* Puts the file PATH into the folder of class INDEX, which is named LABEL, or LABEL and INDEX if
 * another class has that name. If the file is there already, nothing happens; if another file has
 * its name, PATH gets a number. FALSE with ERROR set on failure. */
gboolean effnet_sorter_put(EffNetSorter *sorter, const char *path, const char *label, guint index,
                           GError **error);

void effnet_sorter_free(EffNetSorter *sorter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetSorter, effnet_sorter_free)

#endif
