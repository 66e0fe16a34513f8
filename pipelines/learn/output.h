/* SPDX-License-Identifier: BSD-2-Clause */
/* A model with another classifier. */
#ifndef EFFNET_LEARN_OUTPUT_H
#define EFFNET_LEARN_OUTPUT_H

#include <effnet/effnet.h>

typedef struct {
    const char *const *labels; /* n_classes of them, NULL-terminated */
    guint n_classes;
    const float *weights; /* n_classes x the network's features */
    const float *bias;    /* n_classes */
    gboolean sigmoid;
} EffNetNewHead;

/* Writes the network of the checkpoint BASE, as OPTIONS (which may be NULL) understand it, with
 * HEAD to PATH: safetensors, its tensors named as those of BASE are. METADATA: keys and values in
 * turn, NULL-terminated. An error also if PATH would be understood differently. */
gboolean effnet_output_write(const char *base, const EffNetModelOptions *options,
                             const EffNetNewHead *head, const char *const *metadata,
                             const char *path, GError **error);

#endif
