/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_LABELS_H
#define EFFNET_LABELS_H

#include <glib.h>

/* ImageNet's labels for 1000 classes, or for 1001 with "background" first; NULL for other numbers.
 * Static, NULL-terminated. */
const char *const *effnet_labels_imagenet(guint n_classes);

/* The lines of TEXT, of LENGTH bytes and a NUL, without blank ones at the end. PATH is for errors.
 * For g_strfreev(). */
char **effnet_labels_split(const char *path, const char *text, gsize length, GError **error);
gboolean effnet_labels_check(const char *path, char **labels, guint n_classes, GError **error);

#endif
