/* SPDX-License-Identifier: BSD-2-Clause */
/* Agreement with scikit-learn is tested in tests/parity/learn.py. */
#include "learn/logistic.h"

#include <math.h>
#include <string.h>

#include "learn/algebra.h"

#define N        60
#define FEATURES 5
#define OUTPUTS  3

typedef struct {
    double features[N * FEATURES], weights[N * OUTPUTS];
    guint8 targets[N * OUTPUTS];
    EffNetLogistic logistic;
} Problem;

/* Sets up classes that overlap; with sigmoids, each output is independent. */
static void
set_up(Problem *p, guint n_outputs, gboolean sigmoid)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);

    memset(p, 0, sizeof *p);
    for (guint i = 0; i < N; i++) {
        guint class = i % n_outputs;

        for (guint k = 0; k < FEATURES; k++)
            p->features[i * FEATURES + k] = g_rand_double_range(random, -1, 1) + (k == class) * 0.7;
        for (guint k = 0; k < n_outputs; k++) {
            p->targets[i * n_outputs + k] = sigmoid ? g_rand_boolean(random) : k == class;
            p->weights[i * n_outputs + k] = 0.5 + i % 3;
        }
    }
    p->logistic = (EffNetLogistic){
        .n = N,
        .n_features = FEATURES,
        .n_outputs = n_outputs,
        .features = p->features,
        .targets = p->targets,
        .weights = p->weights,
        .sigmoid = sigmoid,
    };
}

/* The objective, computed from its definition. */
static double
objective(const Problem *p, double penalty, const double *layer)
{
    const EffNetLogistic *l = &p->logistic;
    double scores[N * OUTPUTS], sum = 0, squares = 0;

    effnet_logistic_score(layer, FEATURES, l->n_outputs, l->sigmoid, l->features, N, scores);
    for (guint i = 0; i < N * l->n_outputs; i++) {
        if (l->targets[i])
            sum -= l->weights[i] * log(scores[i]);
        else if (l->sigmoid)
            sum -= l->weights[i] * log(1 - scores[i]);
    }
    for (guint k = 0; k < l->n_outputs; k++)
        for (guint i = 0; i < FEATURES; i++)
            squares += layer[k * (FEATURES + 1) + i] * layer[k * (FEATURES + 1) + i];
    return sum / N + penalty / 2 * squares;
}

/* The objective grows in every direction from the result. */
static void
check_least(guint n_outputs, gboolean sigmoid, double factor)
{
    double layer[OUTPUTS * (FEATURES + 1)] = {0}, least;
    Problem p;

    set_up(&p, n_outputs, sigmoid);
    g_assert_true(effnet_logistic_fit(&p.logistic, 0.02, 1e-9, layer, NULL));
    least = objective(&p, factor * 0.02, layer);
    for (guint i = 0; i < n_outputs * (FEATURES + 1); i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            double moved[OUTPUTS * (FEATURES + 1)];

            memcpy(moved, layer, sizeof moved);
            moved[i] += sign * 1e-3;
            g_assert_cmpfloat(objective(&p, factor * 0.02, moved), >, least);
        }
}

static void
test_least(void)
{
    check_least(3, FALSE, 1);
    check_least(3, TRUE, 1);
    check_least(2, FALSE, 2);
    check_least(1, TRUE, 1);
}

/* Softmax over two classes equals one sigmoid between them. */
static void
test_two_classes(void)
{
    double both[2 * (FEATURES + 1)] = {0}, one[FEATURES + 1] = {0};
    double scores_both[N * 2], scores_one[N];
    Problem p, q;

    set_up(&p, 2, FALSE);
    q = p;
    q.logistic.features = q.features;
    q.logistic.targets = q.targets;
    q.logistic.weights = q.weights;
    q.logistic.n_outputs = 1;
    q.logistic.sigmoid = TRUE;
    for (guint i = 0; i < N; i++) {
        q.targets[i] = p.targets[i * 2 + 1];
        q.weights[i] = p.weights[i * 2];
    }
    g_assert_true(effnet_logistic_fit(&p.logistic, 0.01, 1e-9, both, NULL));
    g_assert_true(effnet_logistic_fit(&q.logistic, 0.01, 1e-9, one, NULL));
    effnet_logistic_score(both, FEATURES, 2, FALSE, p.features, N, scores_both);
    effnet_logistic_score(one, FEATURES, 1, TRUE, p.features, N, scores_one);
    for (guint i = 0; i < N; i++)
        g_assert_cmpfloat_with_epsilon(scores_both[2 * i + 1], scores_one[i], 1e-6);
}

/* The fit ends even if the classes are separable. */
static void
test_separable(void)
{
    double layer[2 * (FEATURES + 1)] = {0}, scores[N * 2];
    Problem p;

    set_up(&p, 2, FALSE);
    for (guint i = 0; i < N; i++)
        p.features[i * FEATURES] = i % 2 ? 1000 : -1000;
    g_assert_true(effnet_logistic_fit(&p.logistic, 1e-6, 1e-6, layer, NULL));
    effnet_logistic_score(layer, FEATURES, 2, FALSE, p.features, N, scores);
    for (guint i = 0; i < N; i++)
        g_assert_cmpfloat(scores[2 * i + i % 2], >, 0.99);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(effnet_algebra_open(NULL));
    g_test_add_func("/learn/logistic/least", test_least);
    g_test_add_func("/learn/logistic/two-classes", test_two_classes);
    g_test_add_func("/learn/logistic/separable", test_separable);
    return g_test_run();
}
