/* SPDX-License-Identifier: BSD-2-Clause */
/* A confusion matrix: which class (row) was taken for which (column). */
#ifndef EFFNET_LEARN_CONFUSION_H
#define EFFNET_LEARN_CONFUSION_H

#include <glib.h>

typedef struct {
    guint n_classes;
    const guint *counts; /* n_classes rows of n_classes */
    const char *const *labels;
} EffNetConfusion;

/* As a table, with the labels in front and above; classes that neither are there nor are told are
 * left out. The caller frees it. */
char *effnet_confusion_to_csv(const EffNetConfusion *matrix);

/* The same as a picture, PNG. An error where this build has no cairo, or for too many classes. */
gboolean effnet_confusion_draw(const EffNetConfusion *matrix, const char *path, GError **error);

#endif
