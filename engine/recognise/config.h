/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said about a network beside its tensors: the config.json of the Hugging Face hub, or the
 * same in safetensors' metadata. */
#ifndef EFFNET_CONFIG_H
#define EFFNET_CONFIG_H

#include <effnet/model.h>

#include "../checkpoint/checkpoint.h"
#include "../checkpoint/json.h"

/* 0 and NULL: it does not say. */
typedef struct {
    EffNetJson *json;
    char *source; /* where it stands */
    char *architecture;
    guint resolution;
    gboolean has_mean, has_std;
    float mean[3], std[3];
    float crop_fraction;
    EffNetInterpolation interpolation;
    EffNetPadding padding;       /* a key of our own */
    EffNetActivation activation; /* NONE by a key of our own */
} EffNetConfig;

/* The config of CHECKPOINT; an empty one where there is none. NULL with the error set for one
 * that cannot be read. */
EffNetConfig *effnet_config_new(const EffNetCheckpoint *checkpoint, GError **error);
void effnet_config_free(EffNetConfig *config);

/* The labels of N_CLASSES classes, which is as many as it must have; NULL where there are none.
 * Caller frees with g_strfreev(). */
char **effnet_config_get_labels(const EffNetConfig *config, guint n_classes);

/* The text of a config that says what INFO does: of arch, in_channels, n_classes, resolution, mean
 * and std, crop_fraction, interpolation, padding, activation and labels those that are not 0 or
 * NULL, and n_classes in any case. Caller frees. */
char *effnet_config_to_json(const EffNetModelInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetConfig, effnet_config_free)

#endif
