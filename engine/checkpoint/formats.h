/* SPDX-License-Identifier: BSD-2-Clause */
/* What the readers of the file formats fill. */
#ifndef EFFNET_FORMATS_H
#define EFFNET_FORMATS_H

#include "checkpoint.h"
#include "file.h"

struct _EffNetCheckpoint {
    EffNetFile *file;
    GPtrArray *shards;    /* EffNetFile, those that the tensors are in where FILE is an index */
    GArray *tensors;      /* EffNetTensor */
    GHashTable *by_name;  /* char to EffNetTensor, of both the owner is TENSORS */
    GHashTable *metadata; /* char to char */
};

#define EFFNET_SAFETENSORS_MAX_HEADER (100u * 1000 * 1000)
/* Many times what the largest networks have. */
#define EFFNET_MAX_TENSORS 65536u
#define EFFNET_MAX_NAME    1024u /* bytes */

/* PATH, opened, and no tensors yet. */
EffNetCheckpoint *effnet_checkpoint_new(const char *path, GError **error);

/* As effnet_checkpoint_open() does, but no index, and with names as they are. */
EffNetCheckpoint *effnet_checkpoint_open_part(const char *path, GError **error);

/* List the tensors of the file, by what its first bytes say that it is; of an index; of the rest.
 */
gboolean effnet_part_parse(EffNetCheckpoint *checkpoint, GError **error);
gboolean effnet_sharded_parse(EffNetCheckpoint *checkpoint, GError **error);
gboolean effnet_safetensors_parse(EffNetCheckpoint *checkpoint, GError **error);
gboolean effnet_pth_parse_zip(EffNetCheckpoint *checkpoint, GError **error);
gboolean effnet_pth_parse_legacy(EffNetCheckpoint *checkpoint, GError **error);

/* FALSE with the error set for a name that no tensor has: too long, or not UTF-8. */
gboolean effnet_checkpoint_check_name(const EffNetCheckpoint *checkpoint, const char *name,
                                      GError **error);
/* Copies TENSOR, whose name is checked, to the list, once it is clear that its elements,
 * ELEMENT_SIZE bytes each, lie before END. An ELEMENT_SIZE of 0 is not checked, its dtype must be
 * OTHER. */
gboolean effnet_checkpoint_add(EffNetCheckpoint *checkpoint, const EffNetTensor *tensor,
                               guint element_size, guint64 end, GError **error);

/* FALSE, with an error that begins with the file's name. */
gboolean effnet_checkpoint_fail(const EffNetCheckpoint *checkpoint, GError **error,
                                const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Bytes; 0 for OTHER. */
guint effnet_dtype_size(EffNetDType dtype);
/* Fills the strides of a dense row-major tensor. FALSE when they overflow. */
gboolean effnet_tensor_set_dense(EffNetTensor *tensor);
/* Elements, and elements from the first one's begin to the last one's end; FALSE on overflow. */
gboolean effnet_tensor_measure(const EffNetTensor *tensor, guint64 *n_elements, guint64 *extent);

/* The N values of DTYPE at SRC as float32. */
void effnet_convert_to_f32(float *dst, const void *src, gsize n, EffNetDType dtype);
/* TENSOR's elements from SRC, where element 0 is and then the others by their strides, to DST by
 * the strides TO. */
void effnet_permute(float *dst, const guint64 *to, const float *src, const EffNetTensor *tensor);

#endif
