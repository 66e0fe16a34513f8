/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory for weights and feature maps: whole cache lines, in huge pages where the system has them,
 * since an inference touches each page once. */
#ifndef EFFNET_MEMORY_H
#define EFFNET_MEMORY_H

#include <glib.h>

#define EFFNET_ALIGNMENT 64

/* N times SIZE bytes, uninitialised, for free(). */
gpointer effnet_memory_new(gsize n, gsize size, GError **error);

#endif
