/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of weights and activations: whole cache lines, and huge pages where the system gives them,
 * since a picture's way through a network touches each of its pages once. */
#ifndef EFFNET_MEMORY_H
#define EFFNET_MEMORY_H

#include <glib.h>

#define EFFNET_ALIGNMENT 64

/* N times SIZE bytes, uninitialised, for free(). */
gpointer effnet_memory_new(gsize n, gsize size, GError **error);

#endif
