/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge.h"

#include <math.h>

#define N_BINS 15
#define Z95    1.959963984540054

/* A bin of the calibration error: pictures whose highest scores are similar. */
typedef struct {
    guint n, right;
    double scores; /* their sum */
} Bin;

guint
effnet_judge_first(const float *scores, guint n_classes)
{
    guint first = 0;

    for (guint k = 1; k < n_classes; k++)
        if (scores[k] > scores[first])
            first = k;
    return first;
}

static guint
find_target(const guint8 *targets, guint n_classes)
{
    guint target = 0;

    while (target + 1 < n_classes && !targets[target])
        target++;
    return target;
}

static gboolean
is_among_five(const float *scores, guint target, guint n_classes)
{
    guint better = 0;

    for (guint k = 0; k < n_classes; k++)
        better += scores[k] > scores[target] || (scores[k] == scores[target] && k < target);
    return better < 5;
}

static void
judge_one(EffNetJudgement *j, const float *scores, const guint8 *targets, Bin *bins)
{
    guint target = find_target(targets, j->n_classes);
    guint told = effnet_judge_first(scores, j->n_classes);
    Bin *bin = &bins[(guint)CLAMP(scores[told] * N_BINS, 0, N_BINS - 1)];

    j->classes[target].there++;
    j->classes[told].told++;
    j->classes[target].right += told == target;
    j->right += told == target;
    j->right5 += is_among_five(scores, target, j->n_classes);
    if (j->confusion)
        j->confusion[(gsize)target * j->n_classes + told]++;
    bin->n++;
    bin->right += told == target;
    bin->scores += scores[told];
}

static void
judge_several(EffNetJudgement *j, const float *scores, const guint8 *targets)
{
    gboolean all_right = TRUE;

    for (guint k = 0; k < j->n_classes; k++) {
        gboolean told = scores[k] >= 0.5f;

        j->classes[k].there += targets[k];
        j->classes[k].told += told;
        j->classes[k].right += told && targets[k];
        all_right &= told == targets[k];
    }
    j->right += all_right;
}

EffNetJudgement *
effnet_judge(const float *scores, const guint8 *targets, guint n, guint n_classes, gboolean multi)
{
    EffNetJudgement *j = g_new0(EffNetJudgement, 1);
    Bin bins[N_BINS] = {0};

    j->n = n;
    j->n_classes = n_classes;
    j->classes = g_new0(EffNetClassCounts, n_classes);
    j->confusion = multi ? NULL : g_try_new0(guint, (gsize)n_classes * n_classes);
    for (guint i = 0; i < n; i++) {
        gsize at = (gsize)i * n_classes;

        if (multi)
            judge_several(j, scores + at, targets + at);
        else
            judge_one(j, scores + at, targets + at, bins);
    }
    for (guint b = 0; n > 0 && b < N_BINS; b++)
        j->calibration += fabs(bins[b].right - bins[b].scores) / n;
    return j;
}

void
effnet_judgement_free(EffNetJudgement *judgement)
{
    g_free(judgement->classes);
    g_free(judgement->confusion);
    g_free(judgement);
}

void
effnet_judge_interval(double right, double n, double *low, double *high)
{
    double share = n > 0 ? right / n : 0, z2 = Z95 * Z95;
    double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
    double half = Z95 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n));

    *low = n > 0 ? MAX(middle - half, 0) : 0;
    *high = n > 0 ? MIN(middle + half, 1) : 1;
}

double
effnet_judge_difference(guint only_a, guint only_b)
{
    guint n = only_a + only_b, fewer = MIN(only_a, only_b);
    double sum = 0;

    for (guint k = 0; k <= fewer; k++)
        sum += exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) - n * M_LN2);
    return MIN(2 * sum, 1);
}
