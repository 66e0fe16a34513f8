/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include <effnet/scores.h>

static void
softmax(const float *logits, gsize n, float *scores)
{
    float highest = -INFINITY;
    double sum = 0;

    for (gsize i = 0; i < n; i++)
        highest = MAX(highest, logits[i]);
    for (gsize i = 0; i < n; i++)
        sum += scores[i] = expf(logits[i] - highest);
    for (gsize i = 0; i < n; i++)
        scores[i] /= sum;
}

void
effnet_scores_from_logits(EffNetActivation activation, const float *logits, gsize n, float *scores)
{
    switch (activation) {
    case EFFNET_ACTIVATION_AUTO:
    case EFFNET_ACTIVATION_SOFTMAX:
        softmax(logits, n, scores);
        break;
    case EFFNET_ACTIVATION_SIGMOID:
        for (gsize i = 0; i < n; i++)
            scores[i] = 1.f / (1.f + expf(-logits[i]));
        break;
    case EFFNET_ACTIVATION_NONE:
        for (gsize i = 0; i < n; i++)
            scores[i] = logits[i];
        break;
    }
}

gsize
effnet_scores_top(const float *scores, gsize n, gsize k, float threshold, EffNetClass *top)
{
    gsize found = 0;

    for (gsize i = 0; i < n; i++) {
        gsize at;

        if (!(scores[i] >= threshold) || (found == k && (k == 0 || scores[i] <= top[k - 1].score)))
            continue;
        found = MIN(found + 1, k);
        for (at = found - 1; at > 0 && top[at - 1].score < scores[i]; at--)
            top[at] = top[at - 1];
        top[at] = (EffNetClass){i, scores[i]};
    }
    return found;
}
