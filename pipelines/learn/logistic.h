/* SPDX-License-Identifier: BSD-2-Clause */
/* Logistic regression: a linear layer whose scores are as likely as can be, its weights kept small.
 */
#ifndef EFFNET_LEARN_LOGISTIC_H
#define EFFNET_LEARN_LOGISTIC_H

#include <glib.h>

typedef struct {
    guint n, n_features, n_outputs;
    const double *features; /* N x N_FEATURES */
    const guint8 *targets;  /* N x N_OUTPUTS: 1, or 0 */
    const double *weights;  /* N x N_OUTPUTS: how much each target counts; with softmax, that of a
                             * row's class */
    gboolean sigmoid;       /* each output by itself; else softmax, and one target of a row is 1 */
} EffNetLogistic;

/* Finds the weights W and biases that make least of
 *     mean over the rows of weight * -log(score of the target) + PENALTY / 2 * |W|^2;
 * of two classes' softmax, W is the difference of both, as it is where one sigmoid tells them
 * apart. LAYER, of N_OUTPUTS rows of N_FEATURES weights and a bias, is where to begin and the
 * result. TOLERANCE: how small the gradient is beside the weights at the end. */
gboolean effnet_logistic_fit(const EffNetLogistic *logistic, double penalty, double tolerance,
                             double *layer, GError **error);

/* The SCORES, N x N_OUTPUTS, by LAYER of N rows of FEATURES. */
void effnet_logistic_score(const double *layer, guint n_features, guint n_outputs, gboolean sigmoid,
                           const double *features, guint n, double *scores);

#endif
