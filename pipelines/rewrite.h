/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a model anew: with another classifier, or with other labels. */
#ifndef EFFNET_REWRITE_H
#define EFFNET_REWRITE_H

#include <effnet/effnet.h>

typedef struct {
    const char *const *labels; /* n_classes, NULL-terminated; NULL: as they are */
    guint n_classes;
    const float *weights; /* n_classes x the network's n_features; NULL: the classifier stays */
    const float *bias;    /* n_classes */
    gboolean sigmoid;
} EffNetNewHead;

/* Writes the network of the checkpoint BASE, recognised with OPTIONS (which may be NULL), with HEAD
 * to PATH: as safetensors, its tensors named as in BASE, its settings in it. METADATA alternates
 * keys and values and is NULL-terminated. FALSE with ERROR set on failure, also if PATH would be
 * recognised differently from BASE. */
gboolean effnet_rewrite(const char *base, const EffNetModelOptions *options,
                        const EffNetNewHead *head, const char *const *metadata, const char *path,
                        GError **error);

#endif
