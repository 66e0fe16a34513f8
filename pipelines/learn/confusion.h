/* SPDX-License-Identifier: BSD-2-Clause */
/* A confusion matrix: how often each class (row) was predicted as each class (column). */
#ifndef EFFNET_LEARN_CONFUSION_H
#define EFFNET_LEARN_CONFUSION_H

#include <glib.h>

typedef struct {
    guint n_classes;
    const guint *counts; /* n_classes x n_classes */
    const char *const *labels;
} EffNetConfusion;

/* The matrix as CSV, with labels in the first row and column; classes that neither occur nor are
 * predicted are left out. The caller frees it. */
char *effnet_confusion_to_csv(const EffNetConfusion *matrix);

/* Draws the same as a PNG file at PATH. FALSE with ERROR set without cairo, or for too many
 * classes. */
gboolean effnet_confusion_draw(const EffNetConfusion *matrix, const char *path, GError **error);

#endif
