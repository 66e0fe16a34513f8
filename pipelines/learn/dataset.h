/* SPDX-License-Identifier: BSD-2-Clause */
/* Which files there are to learn from, or to be judged by, and what is in them. */
#ifndef EFFNET_LEARN_DATASET_H
#define EFFNET_LEARN_DATASET_H

#include <glib.h>

typedef struct {
    char *path;
    guint n_labels;
    guint *labels; /* indices, ascending */
} EffNetExample;

typedef struct {
    char *source;      /* what it was made of */
    GPtrArray *labels; /* char *, UTF-8, without control characters; in the order of their bytes */
    GPtrArray *examples; /* EffNetExample *, in the order of their paths */
    gboolean multi;      /* some have several labels, or none */
} EffNetDataset;

/* A folder a class in FOLDER; all files within, of whatever depth, but hidden ones. */
EffNetDataset *effnet_dataset_open_folder(const char *folder, GError **error);

/* Lines of a path, seen from the list's folder, a comma, and labels with ';' between them; either
 * may be in quotes, in which a quote is two. A first line "path,labels" is not one of them. */
EffNetDataset *effnet_dataset_open_list(const char *list, GError **error);

void effnet_dataset_free(EffNetDataset *dataset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetDataset, effnet_dataset_free)

#endif
