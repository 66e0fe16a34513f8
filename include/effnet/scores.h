/* SPDX-License-Identifier: BSD-2-Clause */
/* From logits to the best classes. These functions keep no state; any thread may call them. */
#ifndef EFFNET_SCORES_H
#define EFFNET_SCORES_H

#include <effnet/model.h>

G_BEGIN_DECLS

/* A class and its score. */
typedef struct {
    guint index;
    float score;
} EffNetClass;

/* Converts N logits to N scores; LOGITS and SCORES may be the same array. AUTO means SOFTMAX. */
void effnet_scores_from_logits(EffNetActivation activation, const float *logits, gsize n,
                               float *scores);

/* Writes to TOP, which has room for K, the best K of N scores that are at least THRESHOLD
 * (-INFINITY: all), best first, equal scores by index; never a NaN. Returns how many were
 * written. */
gsize effnet_scores_top(const float *scores, gsize n, gsize k, float threshold, EffNetClass *top);

G_END_DECLS

#endif
