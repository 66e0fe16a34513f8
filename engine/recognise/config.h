/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said about a network beside its tensors: the config.json of the Hugging Face hub, or the
 * same in safetensors' metadata. */
#ifndef EFFNET_CONFIG_H
#define EFFNET_CONFIG_H

#include "settings.h"
#include "../checkpoint/checkpoint.h"
#include "../checkpoint/json.h"

/* NULL: it does not say. */
typedef struct {
    EffNetJson *json; /* NULL: there is none */
    char *source;     /* where it stands, or would stand */
    char *architecture;
    char *named_by; /* what says the architecture */
    EffNetSettings settings;
    EffNetSettings arguments; /* those of the training script, as timm keeps them in a state */
    char **class_names;       /* what a training script kept of them, by index */
} EffNetConfig;

/* What CHECKPOINT says of itself: the config.json beside it or in its metadata, the architecture
 * and the arguments of the training script that are in a state, the names of classes. NULL with the
 * error set for what cannot be read. */
EffNetConfig *effnet_config_new(const EffNetCheckpoint *checkpoint, GError **error);
void effnet_config_free(EffNetConfig *config);

/* The labels of N_CLASSES classes, which is as many as it must have; NULL where there are none, or
 * placeholders ("LABEL_0").
 * Caller frees with g_strfreev(). */
char **effnet_config_get_labels(const EffNetConfig *config, guint n_classes);

/* The text of a config that says what INFO does: of arch, in_channels, n_classes, resolution, mean
 * and std, crop_fraction, interpolation, padding, activation and labels those that are not 0 or
 * NULL, and n_classes in any case. Caller frees. */
char *effnet_config_to_json(const EffNetModelInfo *info);

/* Three numbers, or one for all; FALSE for anything else. */
gboolean effnet_json_channels(const EffNetJson *json, EffNetChannels *channels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetConfig, effnet_config_free)

#endif
