/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_LABELS_H
#define EFFNET_LABELS_H

#include <glib.h>

/* ImageNet's labels for 1000 classes, for 1001 with "background" in front; else NULL. Static,
 * NULL-terminated. */
const char *const *effnet_labels_imagenet(guint n_classes);

#endif
