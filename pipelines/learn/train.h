/* SPDX-License-Identifier: BSD-2-Clause */
/* Trains a linear layer on features and their labels, and measures by cross-validation how good it
 * is on pictures that it has not seen. */
#ifndef EFFNET_LEARN_TRAIN_H
#define EFFNET_LEARN_TRAIN_H

#include <glib.h>

#define EFFNET_TRAIN_FOLDS 5
#define EFFNET_TRAIN_CURVE 4 /* points: learned from 1/4, 2/4, … of the pictures */

typedef struct {
    guint n, views; /* pictures, and rows of features per picture */
    guint n_features, n_outputs;
    const float *features;
    const guint8 *targets; /* n x n_outputs: 1 or 0 */
    const guint *groups;   /* n: the group of each picture */
    guint n_groups;
    gboolean sigmoid; /* a picture may have any number of labels */
    guint threads;
    double penalty; /* for features scaled so that their mean squared distance from their centre is
                     * 1; 0: chosen by cross-validation */
} EffNetLesson;

/* The result. */
typedef struct {
    double penalty;  /* for features scaled as above */
    double strength; /* the C of scikit-learn's LogisticRegression that gives the same layer */
    float *weights;  /* n_outputs x n_features */
    float *bias;     /* n_outputs */
    guint n_folds;   /* 0: some class is in a single group, so that nothing could be held back */
    guint *folds;    /* n: the fold of each picture */
    float *scores;   /* n x n_outputs, by layers learned without the picture's fold */
    guint curve_n[EFFNET_TRAIN_CURVE];      /* pictures learned from, on average */
    double curve_right[EFFNET_TRAIN_CURVE]; /* the accuracy after that */
} EffNetTrained;

/* Everything that is fitted (centre, scale, penalty, class weights) is fitted to the folds that are
 * learned from alone, and the penalty is chosen by folds within them. The result is the same to the
 * last bit for any number of threads. The caller frees it; NULL with ERROR set if a fit fails. */
EffNetTrained *effnet_train(const EffNetLesson *lesson, GError **error);
void effnet_trained_free(EffNetTrained *trained);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetTrained, effnet_trained_free)

#endif
