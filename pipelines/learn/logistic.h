/* SPDX-License-Identifier: BSD-2-Clause */
/* Logistic regression with an L2 penalty. */
#ifndef EFFNET_LEARN_LOGISTIC_H
#define EFFNET_LEARN_LOGISTIC_H

#include <glib.h>

typedef struct {
    guint n, n_features, n_outputs;
    const double *features; /* n x n_features */
    const guint8 *targets;  /* n x n_outputs: 1 or 0 */
    const double *weights;  /* n x n_outputs: how much each target counts; with softmax, those of a
                             * row are equal */
    gboolean sigmoid; /* each output is independent; otherwise softmax, and one target of each row
                       * is 1 */
} EffNetLogistic;

/* Finds the weights W and biases that minimise
 *     mean over the rows of weight * -log(score of the target) + PENALTY / 2 * |W|^2.
 * For softmax over two classes, W is the difference between their weights, as it would be for a
 * single sigmoid between them. LAYER, N_OUTPUTS rows of N_FEATURES weights and a bias, holds the
 * starting point and then the result. The search ends when the gradient's norm relative to the
 * layer's is at most TOLERANCE. FALSE with ERROR set if libLBFGS fails. */
gboolean effnet_logistic_fit(const EffNetLogistic *logistic, double penalty, double tolerance,
                             double *layer, GError **error);

/* Computes the SCORES, N x N_OUTPUTS, that LAYER gives to N rows of FEATURES. */
void effnet_logistic_score(const double *layer, guint n_features, guint n_outputs, gboolean sigmoid,
                           const double *features, guint n, double *scores);

#endif
