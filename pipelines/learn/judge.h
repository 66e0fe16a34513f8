/* SPDX-License-Identifier: BSD-2-Clause */
/* Measures how good scores are on pictures whose labels are known. */
#ifndef EFFNET_LEARN_JUDGE_H
#define EFFNET_LEARN_JUDGE_H

#include <glib.h>

typedef struct {
    guint there; /* pictures that have the label */
    guint told;  /* pictures for which it is predicted */
    guint right; /* pictures for which it is predicted rightly */
} EffNetClassCounts;

/* With one label per picture, the prediction is the class of the highest score; with several, it is
 * all labels with a score of at least 0.5, and a picture is right if all of them are. */
typedef struct {
    guint n, n_classes;
    guint right;
    guint right5; /* one label: the right class is among the five best */
    EffNetClassCounts *classes;
    guint *confusion;   /* one label: n_classes x n_classes, by true, then by predicted class; NULL
                         * where there is no memory for it, and with several labels */
    double calibration; /* one label: the expected calibration error */
} EffNetJudgement;

/* SCORES and TARGETS (1 or 0) are N x N_CLASSES; MULTI: a picture may have any number of labels.
 * The caller frees the result. */
EffNetJudgement *effnet_judge(const float *scores, const guint8 *targets, guint n, guint n_classes,
                              gboolean multi);
void effnet_judgement_free(EffNetJudgement *judgement);

/* The class of the highest of SCORES; of equal ones, the first. */
guint effnet_judge_first(const float *scores, guint n_classes);

/* Wilson's 95 % confidence interval of a share of which RIGHT out of N were observed. */
void effnet_judge_interval(double right, double n, double *low, double *high);

/* McNemar's exact test of two models, of which ONLY_A times the first alone was right, and ONLY_B
 * times the second: the probability of a difference at least as large if both are equally good. */
double effnet_judge_difference(guint only_a, guint only_b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetJudgement, effnet_judgement_free)

#endif
