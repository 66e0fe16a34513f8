/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory for weights and feature maps: whole cache lines, in huge pages if the system has them,
 * since an inference touches each page once. */
#ifndef EFFNET_MEMORY_H
#define EFFNET_MEMORY_H

#include <glib.h>

#define EFFNET_ALIGNMENT 64

/* N * SIZE bytes, aligned to EFFNET_ALIGNMENT and not initialised, for free(); NULL with
 * EFFNET_ERROR_MEMORY. */
gpointer effnet_memory_new(gsize n, gsize size, GError **error);

#endif
