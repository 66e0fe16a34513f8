/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/train.h"

#include <string.h>

#include "learn/algebra.h"

#define VIEWS    2
#define FEATURES 40

typedef struct {
    float *features;
    guint8 *targets;
    guint *groups;
    EffNetLesson lesson;
} Fixture;

/* N pictures in groups of SIZE, whose classes alternate. */
static void
fixture_init(Fixture *f, guint n, guint size, guint n_classes)
{
    f->features = g_new0(float, (gsize)n *VIEWS *FEATURES);
    f->targets = g_new0(guint8, (gsize)n * n_classes);
    f->groups = g_new0(guint, n);
    for (guint i = 0; i < n; i++) {
        f->groups[i] = i / size;
        f->targets[i * n_classes + i / size % n_classes] = 1;
    }
    f->lesson = (EffNetLesson){
        .n = n,
        .views = VIEWS,
        .n_features = FEATURES,
        .n_outputs = n_classes,
        .features = f->features,
        .targets = f->targets,
        .groups = f->groups,
        .n_groups = (n + size - 1) / size,
        .threads = 1,
    };
}

static void
fixture_clear(Fixture *f)
{
    g_free(f->features);
    g_free(f->targets);
    g_free(f->groups);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

/* Features that are random per group, and DISTANCE apart between classes. */
static void
fill(Fixture *f, float distance)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    const EffNetLesson *l = &f->lesson;
    float *group = g_newa(float, FEATURES);

    for (guint i = 0; i < l->n; i++) {
        if (i == 0 || f->groups[i] != f->groups[i - 1])
            for (guint k = 0; k < FEATURES; k++)
                group[k] = (float)g_rand_double_range(random, -1, 1);
        for (guint v = 0; v < VIEWS; v++)
            for (guint k = 0; k < FEATURES; k++)
                f->features[(i * VIEWS + v) * FEATURES + k] =
                    5 + group[k] + (float)g_rand_double_range(random, -0.01, 0.01) +
                    (k < l->n_outputs && f->targets[i * l->n_outputs + k] ? distance : 0);
    }
}

static guint
count_right(const Fixture *f, const EffNetTrained *trained)
{
    const EffNetLesson *l = &f->lesson;
    guint right = 0;

    for (guint i = 0; i < l->n; i++) {
        guint first = 0;

        for (guint k = 1; k < l->n_outputs; k++)
            if (trained->scores[i * l->n_outputs + k] > trained->scores[i * l->n_outputs + first])
                first = k;
        right += f->targets[i * l->n_outputs + first];
    }
    return right;
}

static void
test_classes(void)
{
    g_auto(Fixture) f = {0};
    g_autoptr(EffNetTrained) trained = NULL;

    fixture_init(&f, 150, 1, 3);
    fill(&f, 2);
    trained = effnet_train(&f.lesson, NULL);
    g_assert_cmpuint(trained->n_folds, ==, 5);
    g_assert_cmpuint(count_right(&f, trained), >, 145);
    g_assert_cmpfloat(trained->curve_right[EFFNET_TRAIN_CURVE - 1], >, 0.96);
    g_assert_cmpuint(trained->curve_n[0], >=, 27);
    g_assert_cmpuint(trained->curve_n[0], <=, 33);
    g_assert_cmpuint(trained->curve_n[EFFNET_TRAIN_CURVE - 1], ==, 120);
    for (guint i = 0; i < f.lesson.n; i++) { /* the final layer predicts the same */
        double most = -G_MAXDOUBLE;
        guint first = 0;

        for (guint k = 0; k < 3; k++) {
            double logit = trained->bias[k];

            for (guint c = 0; c < FEATURES; c++)
                logit += trained->weights[k * FEATURES + c] * f.features[i * VIEWS * FEATURES + c];
            if (logit > most) {
                most = logit;
                first = k;
            }
        }
        if (trained->scores[i * 3 + first] > 0.7f)
            g_assert_cmpuint(f.targets[i * 3 + first], ==, 1);
    }
}

/* The features reveal a picture's group and nothing else: a layer that has seen the group knows the
 * class, any other can only guess. */
static void
test_no_leak(void)
{
    g_auto(Fixture) f = {0};
    g_autoptr(EffNetTrained) apart = NULL;
    g_autoptr(EffNetTrained) together = NULL;

    fixture_init(&f, 240, 8, 2);
    fill(&f, 0);
    together = effnet_train(&f.lesson, NULL);
    for (guint i = 0; i < f.lesson.n; i++)
        for (guint j = 0; j < i; j++)
            if (f.groups[i] == f.groups[j])
                g_assert_cmpuint(together->folds[i], ==, together->folds[j]);
    g_assert_cmpuint(count_right(&f, together), <, 170);
    for (guint i = 0; i < f.lesson.n; i++)
        f.groups[i] = i;
    f.lesson.n_groups = f.lesson.n;
    apart = effnet_train(&f.lesson, NULL);
    g_assert_cmpuint(count_right(&f, apart), >, count_right(&f, together) + 30);
}

/* Results are the same to the last bit for any number of threads. */
static void
test_threads(void)
{
    g_auto(Fixture) f = {0};
    g_autoptr(EffNetTrained) one = NULL;

    fixture_init(&f, 60, 2, 3);
    fill(&f, 0.5f);
    one = effnet_train(&f.lesson, NULL);
    for (guint threads = 2; threads < 8; threads += 3) {
        g_autoptr(EffNetTrained) more = NULL;

        f.lesson.threads = threads;
        more = effnet_train(&f.lesson, NULL);
        g_assert_cmpmem(one->weights, 3 * FEATURES * sizeof(float), more->weights,
                        3 * FEATURES * sizeof(float));
        g_assert_cmpmem(one->bias, 3 * sizeof(float), more->bias, 3 * sizeof(float));
        g_assert_cmpmem(one->scores, 180 * sizeof(float), more->scores, 180 * sizeof(float));
        g_assert_cmpmem(one->curve_right, sizeof one->curve_right, more->curve_right,
                        sizeof more->curve_right);
    }
}

/* The same pictures, once (fewer rows than features) and repeated (more), give the same layer. */
static void
test_basis(void)
{
    enum { N = 4, TIMES = 6 };
    const gsize row = VIEWS * FEATURES;
    g_auto(Fixture) few = {0};
    g_auto(Fixture) many = {0};
    g_autoptr(EffNetTrained) a = NULL;
    g_autoptr(EffNetTrained) b = NULL;

    fixture_init(&few, N, 1, 2);
    fill(&few, 1);
    few.lesson.penalty = 0.01;
    fixture_init(&many, N * TIMES, 1, 2);
    for (guint i = 0; i < TIMES; i++)
        memcpy(many.features + i * N * row, few.features, N * row * sizeof(float));
    many.lesson.penalty = 0.01;
    a = effnet_train(&few.lesson, NULL);
    b = effnet_train(&many.lesson, NULL);
    for (guint i = 0; i < 2 * FEATURES; i++)
        g_assert_cmpfloat_with_epsilon(a->weights[i], b->weights[i], 1e-4);
    for (guint k = 0; k < 2; k++)
        g_assert_cmpfloat_with_epsilon(a->bias[k], b->bias[k], 1e-3);
    g_assert_cmpfloat_with_epsilon(a->strength, TIMES * b->strength, 1e-6 * a->strength);
}

/* With one picture per class, a layer is learned, but nothing is known of its accuracy. */
static void
test_one_picture(void)
{
    g_auto(Fixture) f = {0};
    g_autoptr(EffNetTrained) trained = NULL;

    fixture_init(&f, 3, 1, 3);
    fill(&f, 1);
    trained = effnet_train(&f.lesson, NULL);
    g_assert_cmpuint(trained->n_folds, ==, 0);
    g_assert_null(trained->scores);
    g_assert_nonnull(trained->weights);
}

/* With a hundred pictures of one class and ten of another, the ten are still found. */
static void
test_uneven(void)
{
    g_auto(Fixture) f = {0};
    g_autoptr(EffNetTrained) trained = NULL;
    guint found = 0;

    fixture_init(&f, 110, 1, 2);
    for (guint i = 0; i < 110; i++) {
        f.targets[2 * i] = i >= 10;
        f.targets[2 * i + 1] = i < 10;
    }
    fill(&f, 1.5f);
    trained = effnet_train(&f.lesson, NULL);
    for (guint i = 0; i < 10; i++)
        found += trained->scores[2 * i + 1] > 0.5f;
    g_assert_cmpuint(found, >=, 7);
}

static void
test_several_labels(void)
{
    g_auto(Fixture) f = {0};
    g_autoptr(EffNetTrained) trained = NULL;
    guint right = 0;

    fixture_init(&f, 120, 1, 3);
    for (guint i = 0; i < 120; i++)
        for (guint k = 0; k < 3; k++)
            f.targets[3 * i + k] = i >> k & 1;
    fill(&f, 3);
    f.lesson.sigmoid = TRUE;
    trained = effnet_train(&f.lesson, NULL);
    for (guint i = 0; i < 360; i++)
        right += (trained->scores[i] >= 0.5f) == f.targets[i];
    g_assert_cmpuint(right, >, 350);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(effnet_algebra_open(NULL));
    g_test_add_func("/learn/train/classes", test_classes);
    g_test_add_func("/learn/train/no-leak", test_no_leak);
    g_test_add_func("/learn/train/threads", test_threads);
    g_test_add_func("/learn/train/basis", test_basis);
    g_test_add_func("/learn/train/one-picture", test_one_picture);
    g_test_add_func("/learn/train/uneven", test_uneven);
    g_test_add_func("/learn/train/several-labels", test_several_labels);
    return g_test_run();
}
