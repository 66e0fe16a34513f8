/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a model with a new classifier. */
#ifndef EFFNET_LEARN_OUTPUT_H
#define EFFNET_LEARN_OUTPUT_H

#include <effnet/effnet.h>

typedef struct {
    const char *const *labels; /* n_classes, NULL-terminated */
    guint n_classes;
    const float *weights; /* n_classes x the network's n_features */
    const float *bias;    /* n_classes */
    gboolean sigmoid;
} EffNetNewHead;

/* Writes the network of the checkpoint BASE, recognised with OPTIONS (which may be NULL), with HEAD
 * to PATH: as safetensors, its tensors named as in BASE. METADATA alternates keys and values and is
 * NULL-terminated. FALSE with ERROR set on failure, also if PATH would be recognised differently
 * from BASE. */
gboolean effnet_output_write(const char *base, const EffNetModelOptions *options,
                             const EffNetNewHead *head, const char *const *metadata,
                             const char *path, GError **error);

#endif
