/* SPDX-License-Identifier: BSD-2-Clause */
/* NumPy's .npy files of float32 in C order, read and written piece by piece. */
#ifndef EFFNET_NPY_H
#define EFFNET_NPY_H

#include <glib.h>

#define EFFNET_NPY_MAX_DIMS 8

typedef struct _EffNetNpy EffNetNpy;

/* Opens a file of format versions 1 to 3. A file that is too short for its elements is an error
 * here already. For effnet_npy_free(). */
EffNetNpy *effnet_npy_open(const char *path, GError **error);
/* Creates a file that replaces what is at PATH when it is closed. N_DIMS is at most
 * EFFNET_NPY_MAX_DIMS. */
EffNetNpy *effnet_npy_create(const char *path, const guint64 *dims, guint n_dims, GError **error);

guint effnet_npy_get_n_dims(const EffNetNpy *npy);
const guint64 *effnet_npy_get_dims(const EffNetNpy *npy);
/* "(1, 3, 224, 224)", as Python writes it. For g_free(). */
char *effnet_npy_get_shape(const EffNetNpy *npy);

/* Reads or writes the next COUNT elements. */
gboolean effnet_npy_read(EffNetNpy *npy, float *dst, gsize count, GError **error);
gboolean effnet_npy_write(EffNetNpy *npy, const float *src, gsize count, GError **error);

/* Closes a file that was written; an error if its last bytes did not reach the disk. Frees NPY
 * either way. */
gboolean effnet_npy_close(EffNetNpy *npy, GError **error);
void effnet_npy_free(EffNetNpy *npy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetNpy, effnet_npy_free)

#endif
