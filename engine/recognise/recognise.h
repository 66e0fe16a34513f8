/* SPDX-License-Identifier: BSD-2-Clause */
/* What a checkpoint is: which network, whose names, how trained. */
#ifndef EFFNET_RECOGNISE_H
#define EFFNET_RECOGNISE_H

#include "weights.h"

/* A checkpoint understood. INFO's strings and arrays live as long as this does; n_features and
 * params are left 0 for the plan to fill. */
typedef struct {
    EffNetArch *arch;
    EffNetModelInfo info;
    EffNetWeights *weights; /* reads from the file, which stays open */
    GStringChunk *strings;  /* owns what info points to */
    GPtrArray *origins;     /* info.origins */
    char **labels;          /* info.labels */
} EffNetRecognition;

/* Opens PATH and tells from tensor names and shapes, from the config beside or inside it and,
 * last, from the file's name what it is; OPTIONS (not NULL) come before all of these. What stays
 * ambiguous is an error that names the choices. */
EffNetRecognition *effnet_recognise(const char *path, const EffNetModelOptions *options,
                                    GError **error);

/* The same for random weights: ARCH as its table says, and OPTIONS. */
EffNetRecognition *effnet_recognise_random(EffNetArch *arch, guint32 seed, guint n_classes,
                                           const EffNetModelOptions *options, GError **error);
void effnet_recognition_free(EffNetRecognition *recognition);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetRecognition, effnet_recognition_free)

#endif
