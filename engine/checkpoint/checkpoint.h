/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of named tensors, in any of the formats. Only its index is read until a tensor is asked
 * for. The file is never mapped, so that its pages do not count as our memory. */
#ifndef EFFNET_CHECKPOINT_H
#define EFFNET_CHECKPOINT_H

#include <glib.h>

#define EFFNET_MAX_DIMS 8

typedef enum {
    EFFNET_DTYPE_F32,
    EFFNET_DTYPE_F16,
    EFFNET_DTYPE_BF16,
    EFFNET_DTYPE_F64,
    EFFNET_DTYPE_I8,    /* quantised models' */
    EFFNET_DTYPE_OTHER, /* others, such as other integers: listed, not read */
} EffNetDType;

typedef struct {
    char *name;
    EffNetDType dtype;
    guint n_dims;
    guint64 dims[EFFNET_MAX_DIMS];
    guint64 strides[EFFNET_MAX_DIMS]; /* in elements; never negative */
    guint64 offset;                   /* bytes from the start of the file to element 0 */
    guint shard; /* in a checkpoint of several files: which of them, from 1 on */
} EffNetTensor;

typedef struct _EffNetCheckpoint EffNetCheckpoint;

/* Opens a .safetensors or .pth/.pt file, recognised by its content, not its suffix; or
 * NAME.index.json, the index of several such files beside it. Every tensor that is listed lies
 * within its file. NULL with the error set; for effnet_checkpoint_free(). */
EffNetCheckpoint *effnet_checkpoint_open(const char *path, GError **error);
void effnet_checkpoint_free(EffNetCheckpoint *checkpoint);

const char *effnet_checkpoint_get_path(const EffNetCheckpoint *checkpoint);
guint effnet_checkpoint_get_n_tensors(const EffNetCheckpoint *checkpoint);
const EffNetTensor *effnet_checkpoint_get_tensor(const EffNetCheckpoint *checkpoint, guint index);
/* The tensor NAME, or NULL. A prefix that wrapping gave to all names ("module.", "state_dict", …)
 * is already removed. */
const EffNetTensor *effnet_checkpoint_find(const EffNetCheckpoint *checkpoint, const char *name);
/* A value of safetensors' __metadata__, or of what pth_metadata.h lists; NULL if there is none. The
 * checkpoint's. */
const char *effnet_checkpoint_get_metadata(const EffNetCheckpoint *checkpoint, const char *key);

static inline gboolean
effnet_dtype_is_float(EffNetDType dtype)
{
    return dtype < EFFNET_DTYPE_I8;
}

/* Reads TENSOR, of floats or I8, to DST as dense row-major float32. */
gboolean effnet_checkpoint_read(EffNetCheckpoint *checkpoint, const EffNetTensor *tensor,
                                float *dst, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetCheckpoint, effnet_checkpoint_free)

/* Whether PATH is named like an index: what it refers to may change while PATH itself does not. */
gboolean effnet_sharded_is_name(const char *path);

#endif
