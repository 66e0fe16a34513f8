/* SPDX-License-Identifier: BSD-2-Clause */
/* Recognising a checkpoint: which network it is, how tensors are named, how it was trained. */
#ifndef EFFNET_RECOGNISE_H
#define EFFNET_RECOGNISE_H

#include "known.h"
#include "weights.h"

/* A recognised checkpoint. INFO's strings and arrays live as long as this does; its precision,
 * n_features and params are 0, for the model to fill in. */
typedef struct {
    EffNetArch *arch;
    EffNetModelInfo info;
    EffNetWeights *weights; /* reads from the file, which stays open */
    gboolean quantised;     /* its weights have 8 bits */
    GStringChunk *strings;  /* owns what info points to */
    GPtrArray *origins;     /* info.origins */
    char **labels;          /* info.labels */
    EffNetKnown *known;     /* not unpacked; NULL: it keeps none */
} EffNetRecognition;

/* Opens PATH and recognises it. OPTIONS (not NULL) override everything; then count, besides tensor
 * names and shapes, what it and the files beside it say, what publishers of such files usually do,
 * and the architecture's table. What stays ambiguous is an error that names the choices. For
 * effnet_recognition_free(). */
EffNetRecognition *effnet_recognise(const char *path, const EffNetModelOptions *options,
                                    GError **error);

/* The same for random weights: ARCH, which it adds a reference to, as its table says, overridden by
 * OPTIONS. */
EffNetRecognition *effnet_recognise_random(EffNetArch *arch, guint32 seed, guint n_classes,
                                           const EffNetModelOptions *options, GError **error);

/* Adds a line to info.origins: FORMAT, and where that is known from. */
void effnet_recognition_note(EffNetRecognition *recognition, const char *origin, const char *format,
                             ...) G_GNUC_PRINTF(3, 4);

void effnet_recognition_free(EffNetRecognition *recognition);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetRecognition, effnet_recognition_free)

#endif
