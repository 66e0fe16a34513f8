/* SPDX-License-Identifier: BSD-2-Clause */
/* How good scores are, where it is known what is in the pictures. */
#ifndef EFFNET_LEARN_JUDGE_H
#define EFFNET_LEARN_JUDGE_H

#include <glib.h>

typedef struct {
    guint there; /* pictures that have it */
    guint told;  /* that are said to have it */
    guint right; /* both */
} EffNetClassCounts;

/* Of one label a picture: the class of the greatest score is told. Of several: those of 0.5 or
 * more; a picture is right where all its labels are. */
typedef struct {
    guint n, n_classes;
    guint right;
    guint right5; /* of one label: it is among the five best */
    EffNetClassCounts *classes;
    guint *confusion;   /* of one label: a row of what is told for each class; else NULL */
    double calibration; /* of one label: the expected calibration error */
} EffNetJudgement;

/* SCORES and TARGETS (1 or 0) are N x N_CLASSES. MULTI: several labels a picture, or none. */
EffNetJudgement *effnet_judge(const float *scores, const guint8 *targets, guint n, guint n_classes,
                              gboolean multi);
void effnet_judgement_free(EffNetJudgement *judgement);

/* What is told for a picture's SCORES, the lowest of equal ones. */
guint effnet_judge_first(const float *scores, guint n_classes);

/* Wilson's interval: where, 95 times in 100, the share lies of which RIGHT of N were seen. */
void effnet_judge_interval(double right, double n, double *low, double *high);

/* McNemar's exact test: how probable a difference such as this one is at least, if two models are
 * equally good of which ONLY_A and ONLY_B times one alone was right. */
double effnet_judge_difference(guint only_a, guint only_b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetJudgement, effnet_judgement_free)

#endif
