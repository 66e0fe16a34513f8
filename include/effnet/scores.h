/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_SCORES_H
#define EFFNET_SCORES_H

#include <effnet/model.h>

G_BEGIN_DECLS

typedef struct {
    guint index;
    float score;
} EffNetClass;

/* Turns N logits into scores; LOGITS and SCORES may be the same array. AUTO is SOFTMAX. */
void effnet_scores_from_logits(EffNetActivation activation, const float *logits, gsize n,
                               float *scores);

/* The best K of N scores that are at least THRESHOLD (-INFINITY: all), best first, equal ones by
 * index. Returns how many were written to TOP. */
gsize effnet_scores_top(const float *scores, gsize n, gsize k, float threshold, EffNetClass *top);

G_END_DECLS

#endif
