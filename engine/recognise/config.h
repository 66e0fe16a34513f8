/* SPDX-License-Identifier: BSD-2-Clause */
/* What accompanies a network's tensors: a config.json, as on the Hugging Face hub, or the same in
 * safetensors' metadata. */
#ifndef EFFNET_CONFIG_H
#define EFFNET_CONFIG_H

#include "settings.h"
#include "../checkpoint/checkpoint.h"
#include "../checkpoint/json.h"

/* Strings and lists are NULL where nothing says them. */
typedef struct {
    EffNetJson *json; /* NULL: there is none */
    char *source;     /* where it is, or would be */
    char *architecture;
    char *named_by; /* what says the architecture */
    EffNetSettings settings;
    EffNetSettings arguments; /* the training script's arguments, as timm keeps them in a state */
    char *pooling;            /* another argument: the global pooling, by timm's name */
    EffNetJson *class_names;  /* as kept by a training script, in the order of classes */
    char *path;               /* of the checkpoint, which has them */
} EffNetConfig;

/* What CHECKPOINT says of itself: the config.json beside it or in its metadata, the architecture
 * and the training script's arguments in a state, the names of classes. NULL with the error set if
 * something cannot be read. For effnet_config_free(). */
EffNetConfig *effnet_config_new(const EffNetCheckpoint *checkpoint, GError **error);
void effnet_config_free(EffNetConfig *config);

/* The labels; NULL if there are none, only placeholders ("LABEL_0"), or not one for each of
 * N_CLASSES: then PROBLEM, for g_free(), says where they are and what is wrong with them. For
 * g_strfreev(). */
char **effnet_config_get_labels(const EffNetConfig *config, guint n_classes, char **problem);

/* A config, as JSON, with INFO's n_classes and those of its arch, in_channels, resolution, mean and
 * std, crop_fraction, interpolation, padding, activation and labels that are not 0 or NULL. For
 * g_free(). */
char *effnet_config_to_json(const EffNetModelInfo *info);

/* Reads a list of three numbers, or of one for all channels; FALSE for anything else. */
gboolean effnet_json_channels(const EffNetJson *json, EffNetChannels *channels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetConfig, effnet_config_free)

#endif
