/* SPDX-License-Identifier: BSD-2-Clause */
/* The files to learn from or to evaluate on, and their labels. */
#ifndef EFFNET_LEARN_DATASET_H
#define EFFNET_LEARN_DATASET_H

#include <glib.h>

typedef struct {
    char *path;
    guint n_labels;
    guint *labels; /* indices, ascending */
} EffNetExample;

typedef struct {
    char *source;        /* the path of the folder or list */
    GPtrArray *labels;   /* char *, UTF-8, without control characters; sorted by byte */
    GPtrArray *examples; /* EffNetExample *, sorted by path */
    gboolean multi;      /* an example may have any number of labels; otherwise it has one */
} EffNetDataset;

/* Each folder in FOLDER is a class, and all files in it, at any depth, are examples of the class;
 * hidden files are left out. The caller frees the dataset; NULL with ERROR set on failure. */
EffNetDataset *effnet_dataset_open_folder(const char *folder, GError **error);

/* Reads a CSV file: each line has a path, relative to the list's folder, a comma, and labels
 * separated by ';'. Either field may be in quotes, in which two quotes stand for one. A first line
 * "path,labels" is a heading. The caller frees the dataset; NULL with ERROR set on failure. */
EffNetDataset *effnet_dataset_open_list(const char *list, GError **error);

void effnet_dataset_free(EffNetDataset *dataset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetDataset, effnet_dataset_free)

#endif
