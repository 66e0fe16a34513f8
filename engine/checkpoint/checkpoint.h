/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of named tensors, whatever its format. Nothing is read but its index until a tensor is
 * asked for; the file is never mapped, so that its pages do not count as memory of ours. */
#ifndef EFFNET_CHECKPOINT_H
#define EFFNET_CHECKPOINT_H

#include <glib.h>

#define EFFNET_MAX_DIMS 8

typedef enum {
    EFFNET_DTYPE_F32,
    EFFNET_DTYPE_F16,
    EFFNET_DTYPE_BF16,
    EFFNET_DTYPE_F64,
    EFFNET_DTYPE_I8,    /* of quantised models */
    EFFNET_DTYPE_OTHER, /* other integers and the like: listed, not read */
} EffNetDType;

typedef struct {
    char *name;
    EffNetDType dtype;
    guint n_dims;
    guint64 dims[EFFNET_MAX_DIMS];
    guint64 strides[EFFNET_MAX_DIMS]; /* elements; never negative */
    guint64 offset;                   /* bytes from the file's begin to element 0 */
    guint shard;                      /* of a checkpoint in several files: which, from 1 on */
} EffNetTensor;

typedef struct _EffNetCheckpoint EffNetCheckpoint;

/* .safetensors or .pth/.pt, told by the content, not by the suffix; or the index of several of
 * these beside it, NAME.index.json. Every tensor listed lies within its file. */
EffNetCheckpoint *effnet_checkpoint_open(const char *path, GError **error);
void effnet_checkpoint_free(EffNetCheckpoint *checkpoint);

const char *effnet_checkpoint_get_path(const EffNetCheckpoint *checkpoint);
guint effnet_checkpoint_get_n_tensors(const EffNetCheckpoint *checkpoint);
const EffNetTensor *effnet_checkpoint_get_tensor(const EffNetCheckpoint *checkpoint, guint index);
/* NULL where there is none. A prefix that all names share by their wrapping ("module.",
 * "state_dict" …) is gone already. */
const EffNetTensor *effnet_checkpoint_find(const EffNetCheckpoint *checkpoint, const char *name);
/* A value of safetensors' __metadata__, or what pth_metadata.h lists; NULL where there is none. */
const char *effnet_checkpoint_get_metadata(const EffNetCheckpoint *checkpoint, const char *key);

static inline gboolean
effnet_dtype_is_float(EffNetDType dtype)
{
    return dtype < EFFNET_DTYPE_I8;
}

/* The tensor, of floats or of I8, as dense row-major float32. */
gboolean effnet_checkpoint_read(EffNetCheckpoint *checkpoint, const EffNetTensor *tensor,
                                float *dst, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetCheckpoint, effnet_checkpoint_free)

/* Whether PATH is named as an index: what is in it may change while it does not itself. */
gboolean effnet_sharded_is_name(const char *path);

#endif
