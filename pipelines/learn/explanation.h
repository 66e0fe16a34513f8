/* SPDX-License-Identifier: BSD-2-Clause */
/* Where in a picture a class is seen. */
#ifndef EFFNET_LEARN_EXPLANATION_H
#define EFFNET_LEARN_EXPLANATION_H

#include <effnet/effnet.h>

typedef struct _EffNetExplanation EffNetExplanation;

/* Opens the checkpoint PATH. An error for a network without heatmaps. */
EffNetExplanation *effnet_explanation_new(const char *path, const EffNetModelOptions *options,
                                          GError **error);
void effnet_explanation_free(EffNetExplanation *explanation);

const EffNetModelInfo *effnet_explanation_get_info(const EffNetExplanation *explanation);

/* The side of a map. */
guint effnet_explanation_get_size(const EffNetExplanation *explanation);

/* Infers FRAME, which the following are about. */
gboolean effnet_explanation_look(EffNetExplanation *explanation, const EffNetFrame *frame,
                                 GError **error);

/* N_classes scores; owned by EXPLANATION. */
const float *effnet_explanation_get_scores(const EffNetExplanation *explanation);

/* MAP, size x size, of CLASS, as effnet_session_get_heatmap(). */
void effnet_explanation_get_map(const EffNetExplanation *explanation, guint class, float *map);

/* The image as the network sees it, resolution x resolution x RGB; the caller frees it. */
guint8 *effnet_explanation_get_image(const EffNetExplanation *explanation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetExplanation, effnet_explanation_free)

#endif
