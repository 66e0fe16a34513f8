/* SPDX-License-Identifier: BSD-2-Clause */
/* What a checkpoint is: which network, whose names, how trained. */
#ifndef EFFNET_RECOGNISE_H
#define EFFNET_RECOGNISE_H

#include "weights.h"

/* A checkpoint understood. INFO's strings and arrays live as long as this does; precision,
 * n_features and params are left 0 for the model to fill. */
typedef struct {
    EffNetArch *arch;
    EffNetModelInfo info;
    EffNetWeights *weights; /* reads from the file, which stays open */
    gboolean quantised;     /* its weights are of 8 bits */
    GStringChunk *strings;  /* owns what info points to */
    GPtrArray *origins;     /* info.origins */
    char **labels;          /* info.labels */
} EffNetRecognition;

/* Opens PATH and tells from tensor names and shapes, from what it and the files beside it say, from
 * the practice of those who publish such files and from the architecture's table what it is;
 * OPTIONS (not NULL) come before all of these. What stays ambiguous is an error that names the
 * choices. */
EffNetRecognition *effnet_recognise(const char *path, const EffNetModelOptions *options,
                                    GError **error);

/* The same for random weights: ARCH as its table says, and OPTIONS. */
EffNetRecognition *effnet_recognise_random(EffNetArch *arch, guint32 seed, guint n_classes,
                                           const EffNetModelOptions *options, GError **error);

/* Adds a line to info.origins: FORMAT, and from where that is known. */
void effnet_recognition_note(EffNetRecognition *recognition, const char *origin, const char *format,
                             ...) G_GNUC_PRINTF(3, 4);

void effnet_recognition_free(EffNetRecognition *recognition);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetRecognition, effnet_recognition_free)

#endif
