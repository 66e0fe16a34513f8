/* SPDX-License-Identifier: BSD-2-Clause */
#include "logistic.h"

#include <math.h>
#include <string.h>

#include <effnet/error.h>
#include <lbfgs.h>

#include "algebra.h"

#define MAX_ITERATIONS 1000

typedef struct {
    const EffNetLogistic *logistic;
    double penalty;
    double *weights; /* n_outputs x n_features, without the biases */
    double *scores;  /* n x n_outputs: logits, then the derivatives of the loss by them */
    double *slope;   /* n_outputs x n_features: the derivatives by the weights */
} Fit;

static void
to_softmax(double *logits, guint n)
{
    double most = logits[0], sum = 0;

    for (guint k = 1; k < n; k++)
        most = MAX(most, logits[k]);
    for (guint k = 0; k < n; k++)
        sum += logits[k] = exp(logits[k] - most);
    for (guint k = 0; k < n; k++)
        logits[k] /= sum;
}

static void
to_sigmoid(double *logits, guint n)
{
    for (guint k = 0; k < n; k++)
        logits[k] = 1 / (1 + exp(-logits[k]));
}

static void
add_biases(const double *layer, guint n_features, guint n_outputs, guint n, double *logits)
{
    for (guint i = 0; i < n; i++)
        for (guint k = 0; k < n_outputs; k++)
            logits[(gsize)i * n_outputs + k] += layer[(gsize)(k + 1) * (n_features + 1) - 1];
}

/* Copies the weights of LAYER, without the biases between them. */
static void
split(const double *layer, guint n_features, guint n_outputs, double *weights)
{
    for (guint k = 0; k < n_outputs; k++)
        memcpy(weights + (gsize)k * n_features, layer + (gsize)k * (n_features + 1),
               n_features * sizeof *weights);
}

void
effnet_logistic_score(const double *layer, guint n_features, guint n_outputs, gboolean sigmoid,
                      const double *features, guint n, double *scores)
{
    g_autofree double *weights = g_new(double, (gsize)n_outputs *n_features);

    split(layer, n_features, n_outputs, weights);
    effnet_algebra_multiply(n, n_outputs, n_features, features, weights, scores);
    add_biases(layer, n_features, n_outputs, n, scores);
    for (guint i = 0; i < n; i++)
        (sigmoid ? to_sigmoid : to_softmax)(scores + (gsize)i * n_outputs, n_outputs);
}

/* log(1 + e^x) */
static double
softplus(double x)
{
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/* The loss of a row of logits, which are replaced by the derivatives. */
static double
row_loss_sigmoid(const EffNetLogistic *l, gsize at, double *logits)
{
    double loss = 0;

    for (guint k = 0; k < l->n_outputs; k++) {
        double weight = l->weights[at + k], x = logits[k];

        loss += weight * softplus(l->targets[at + k] ? -x : x);
        logits[k] = weight * (1 / (1 + exp(-x)) - l->targets[at + k]);
    }
    return loss;
}

static double
row_loss_softmax(const EffNetLogistic *l, gsize at, double *logits)
{
    double most = -INFINITY, sum = 0, loss, weight;
    guint target = 0;

    for (guint k = 0; k < l->n_outputs; k++) {
        most = MAX(most, logits[k]);
        if (l->targets[at + k])
            target = k;
    }
    for (guint k = 0; k < l->n_outputs; k++)
        sum += exp(logits[k] - most);
    weight = l->weights[at + target];
    loss = weight * (log(sum) + most - logits[target]);
    for (guint k = 0; k < l->n_outputs; k++)
        logits[k] = weight * (exp(logits[k] - most) / sum - (k == target));
    return loss;
}

static double
get_loss(Fit *fit)
{
    const EffNetLogistic *l = fit->logistic;
    double loss = 0;

    for (guint i = 0; i < l->n; i++) {
        gsize at = (gsize)i * l->n_outputs;

        loss += (l->sigmoid ? row_loss_sigmoid : row_loss_softmax)(l, at, fit->scores + at);
    }
    return loss / l->n;
}

/* Adds the penalty's share to LOSS and to the slope, which is written to GRADIENT. */
static double
finish(const Fit *fit, const double *layer, double loss, double *gradient)
{
    const EffNetLogistic *l = fit->logistic;
    double squares = 0;

    for (guint k = 0; k < l->n_outputs; k++) {
        const double *slope = fit->slope + (gsize)k * l->n_features;
        gsize at = (gsize)k * (l->n_features + 1);
        double sum = 0;

        for (guint i = 0; i < l->n; i++)
            sum += fit->scores[(gsize)i * l->n_outputs + k];
        for (guint i = 0; i < l->n_features; i++) {
            gradient[at + i] = slope[i] / l->n + fit->penalty * layer[at + i];
            squares += layer[at + i] * layer[at + i];
        }
        gradient[at + l->n_features] = sum / l->n;
    }
    return loss + fit->penalty / 2 * squares;
}

static lbfgsfloatval_t
evaluate(void *data, const lbfgsfloatval_t *layer, lbfgsfloatval_t *gradient, const int n,
         const lbfgsfloatval_t step)
{
    Fit *fit = data;
    const EffNetLogistic *l = fit->logistic;
    double loss;

    split(layer, l->n_features, l->n_outputs, fit->weights);
    effnet_algebra_multiply(l->n, l->n_outputs, l->n_features, l->features, fit->weights,
                            fit->scores);
    add_biases(layer, l->n_features, l->n_outputs, l->n, fit->scores);
    loss = get_loss(fit);
    effnet_algebra_multiply_columns(l->n_outputs, l->n_features, l->n, fit->scores, l->features,
                                    fit->slope);
    memset(gradient, 0, (gsize)n * sizeof *gradient);
    return finish(fit, layer, loss, gradient);
}

/* libLBFGS calls these errors, but they only say that the line search cannot get any lower. */
static gboolean
check(int status, GError **error)
{
    if (status >= 0 || status == LBFGSERR_ROUNDING_ERROR || status == LBFGSERR_MAXIMUMITERATION ||
        status == LBFGSERR_MINIMUMSTEP || status == LBFGSERR_MAXIMUMLINESEARCH ||
        status == LBFGSERR_WIDTHTOOSMALL)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "the classifier cannot be fitted (libLBFGS says %d)", status);
    return FALSE;
}

/* libLBFGS wants an aligned array of whole vectors; the zeros of padding stay zero. */
static gboolean
minimise(Fit *fit, double tolerance, double *layer, GError **error)
{
    const EffNetLogistic *l = fit->logistic;
    int n = (int)(l->n_outputs * (l->n_features + 1)), padded = (n + 15) / 16 * 16, status;
    lbfgsfloatval_t *x = lbfgs_malloc(padded);
    lbfgs_parameter_t parameters;

    lbfgs_parameter_init(&parameters);
    parameters.epsilon = tolerance;
    parameters.max_iterations = MAX_ITERATIONS;
    memset(x, 0, padded * sizeof *x);
    memcpy(x, layer, n * sizeof *x);
    status = lbfgs(padded, x, NULL, evaluate, NULL, fit, &parameters);
    memcpy(layer, x, n * sizeof *x);
    lbfgs_free(x);
    return check(status, error);
}

gboolean
effnet_logistic_fit(const EffNetLogistic *l, double penalty, double tolerance, double *layer,
                    GError **error)
{
    gsize n = (gsize)l->n_outputs * l->n_features;
    g_autofree double *weights = g_new(double, n);
    g_autofree double *slope = g_new(double, n);
    g_autofree double *scores = g_new(double, (gsize)l->n * l->n_outputs);
    /* The rows of both classes are W / 2 and -W / 2, so that their |W|^2 is half of their
     * difference's. */
    Fit fit = {
        .logistic = l,
        .penalty = l->n_outputs == 2 && !l->sigmoid ? 2 * penalty : penalty,
        .weights = weights,
        .slope = slope,
        .scores = scores,
    };

    return minimise(&fit, tolerance, layer, error);
}
