/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_LABELS_H
#define EFFNET_LABELS_H

#include <glib.h>

/* ImageNet's labels for 1000 classes, or for 1001 with "background" first; NULL for other numbers.
 * Static, NULL-terminated. */
const char *const *effnet_labels_imagenet(guint n_classes);

#endif
