/* SPDX-License-Identifier: BSD-2-Clause */
/* What the readers of the file formats fill in. */
#ifndef EFFNET_FORMATS_H
#define EFFNET_FORMATS_H

#include "checkpoint.h"
#include "file.h"

struct _EffNetCheckpoint {
    EffNetFile *file;
    GPtrArray *shards;    /* EffNetFile: the files that hold the tensors, if FILE is an index */
    GArray *tensors;      /* EffNetTensor */
    GHashTable *by_name;  /* char to EffNetTensor, both owned by TENSORS */
    GHashTable *metadata; /* char to char */
};

#define EFFNET_SAFETENSORS_MAX_HEADER (100u * 1000 * 1000)
/* Many times more than the largest networks have. */
#define EFFNET_MAX_TENSORS 65536u
#define EFFNET_MAX_NAME    1024u /* bytes */

/* Opens PATH, without tensors so far. */
EffNetCheckpoint *effnet_checkpoint_new(const char *path, GError **error);

/* Like effnet_checkpoint_open(), but not for an index, and with names as they are in the file. */
EffNetCheckpoint *effnet_checkpoint_open_part(const char *path, GError **error);

/* Each lists the file's tensors: in the format that its first bytes show, or in the one named. */
gboolean effnet_part_parse(EffNetCheckpoint *checkpoint, GError **error);
gboolean effnet_sharded_parse(EffNetCheckpoint *checkpoint, GError **error);
gboolean effnet_safetensors_parse(EffNetCheckpoint *checkpoint, GError **error);
gboolean effnet_pth_parse_zip(EffNetCheckpoint *checkpoint, GError **error);
gboolean effnet_pth_parse_legacy(EffNetCheckpoint *checkpoint, GError **error);

/* FALSE with the error set for a NAME that no tensor may have: too long, or not UTF-8. */
gboolean effnet_checkpoint_check_name(const EffNetCheckpoint *checkpoint, const char *name,
                                      GError **error);
/* Adds a copy of TENSOR, whose name is checked. Fails unless its elements, of ELEMENT_SIZE bytes
 * each, end before END. With ELEMENT_SIZE 0 this is not checked, and its dtype must be OTHER. */
gboolean effnet_checkpoint_add(EffNetCheckpoint *checkpoint, const EffNetTensor *tensor,
                               guint element_size, guint64 end, GError **error);

/* Sets an error that starts with the file's name; returns FALSE. */
gboolean effnet_checkpoint_fail(const EffNetCheckpoint *checkpoint, GError **error,
                                const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Bytes of an element; 0 for OTHER. */
guint effnet_dtype_size(EffNetDType dtype);
/* Sets the strides of a dense row-major tensor. FALSE if they overflow. */
gboolean effnet_tensor_set_dense(EffNetTensor *tensor);
/* The number of elements, and how many elements the tensor spans in the file. FALSE on overflow. */
gboolean effnet_tensor_measure(const EffNetTensor *tensor, guint64 *n_elements, guint64 *extent);

/* Converts N values of DTYPE at SRC, little endian, to float32 at DST. */
void effnet_convert_to_f32(float *dst, const void *src, gsize n, EffNetDType dtype);
/* Copies TENSOR's elements from SRC, where element 0 is and the others are at TENSOR's strides, to
 * DST at the strides TO. */
void effnet_permute(float *dst, const guint64 *to, const float *src, const EffNetTensor *tensor);

#endif
