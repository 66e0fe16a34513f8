/* SPDX-License-Identifier: BSD-2-Clause */
/* From features and what they are of to a linear layer, and how good it is on what it has not seen.
 */
#ifndef EFFNET_LEARN_TRAIN_H
#define EFFNET_LEARN_TRAIN_H

#include <glib.h>

#define EFFNET_TRAIN_FOLDS 5
#define EFFNET_TRAIN_CURVE 4 /* points: a quarter of the pictures, a half, … */

typedef struct {
    guint n, views; /* pictures, and rows of features of each */
    guint n_features, n_outputs;
    const float *features;
    const guint8 *targets; /* N x N_OUTPUTS */
    const guint *groups;   /* of each picture */
    guint n_groups;
    gboolean sigmoid; /* several labels a picture, or none */
    guint threads;
    double penalty; /* beside features whose squared distance from their centre is 1 on average; 0:
                     * by cross-validation */
} EffNetLesson;

/* What was learned. */
typedef struct {
    double penalty;  /* beside features whose squared distance from their centre is 1 on average */
    double strength; /* what scikit-learn calls C, for the same layer */
    float *weights;  /* n_outputs x n_features */
    float *bias;     /* n_outputs */
    guint n_folds;   /* 0: a class is in one group alone, and nothing could be held back */
    guint *folds;    /* of each picture */
    float *scores;   /* N x N_OUTPUTS, each picture's by a layer that knows nothing of its group */
    guint curve_n[EFFNET_TRAIN_CURVE];      /* pictures that were learned from, on average */
    double curve_right[EFFNET_TRAIN_CURVE]; /* and how many of all were right */
} EffNetTrained;

/* Every step that is fitted to something (centre, scale, penalty, class weights) sees the folds
 * alone that are learned from, the penalty by folds within them. The result is the same to the last
 * bit for any number of threads. */
EffNetTrained *effnet_train(const EffNetLesson *lesson, GError **error);
void effnet_trained_free(EffNetTrained *trained);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetTrained, effnet_trained_free)

#endif
