/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests what is derived from scores; tests/pipelines/commands/eval.py tests whole evaluations. */
#include "learn/evaluation.h"

#include <string.h>

#define N 4

static const char *const labels[] = {"ant", "bee", NULL};

typedef struct {
    EffNetEvaluation evaluation;
    EffNetModelInfo info;
    EffNetDataset dataset;
    EffNetExample examples[N];
    EffNetGathered gathered;
    float scores[N * 2];
    guint8 targets[N * 2];
    guint files[N];
} Fixture;

static void
set_up(Fixture *f, gconstpointer scores)
{
    static const guint8 targets[N * 2] = {1, 0, 1, 0, 0, 1, 0, 1};
    static const char *const paths[N] = {"a\x1b.jpg", "b.jpg", "c.jpg", "d.jpg"};

    memset(f, 0, sizeof *f);
    memcpy(f->scores, scores, sizeof f->scores);
    memcpy(f->targets, targets, sizeof targets);
    f->info = (EffNetModelInfo){
        .name = "m", .n_classes = 2, .labels = labels, .precision = EFFNET_PRECISION_FP32};
    f->dataset.examples = g_ptr_array_new();
    for (guint i = 0; i < N; i++) {
        f->examples[i].path = (char *)paths[i];
        f->files[i] = i;
        g_ptr_array_add(f->dataset.examples, &f->examples[i]);
    }
    f->gathered = (EffNetGathered){.n = N, .files = f->files};
    f->evaluation = (EffNetEvaluation){
        .name = (char *)"m, fp32",
        .info = &f->info,
        .dataset = &f->dataset,
        .gathered = &f->gathered,
        .scores = f->scores,
        .targets = f->targets,
        .judgement = effnet_judge(f->scores, f->targets, N, 2, FALSE),
        .seconds = 2,
    };
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_judgement_free(f->evaluation.judgement);
    g_ptr_array_unref(f->dataset.examples);
}

static const float some[N * 2] = {0.4f, 0.6f, 0.9f, 0.1f, 0.8f, 0.2f, 0.3f, 0.7f};

static void
test_worst(Fixture *f, gconstpointer data)
{
    g_autoptr(GArray) worst = effnet_evaluation_find_worst(&f->evaluation, 10);

    g_assert_cmpuint(worst->len, ==, 2);
    g_assert_cmpuint(g_array_index(worst, guint, 0), ==, 2);
    g_assert_cmpuint(g_array_index(worst, guint, 1), ==, 0);
    g_assert_true(effnet_evaluation_is_right(&f->evaluation, 1));
    g_assert_false(effnet_evaluation_is_right(&f->evaluation, 2));
    f->evaluation.multi = TRUE; /* each label independently: both of these are wrong */
    g_assert_false(effnet_evaluation_is_right(&f->evaluation, 0));
    g_assert_true(effnet_evaluation_is_right(&f->evaluation, 3));
}

static void
test_compare(Fixture *f, gconstpointer data)
{
    static const float others[N * 2] = {0.9f, 0.1f, 0.2f, 0.8f, 0.1f, 0.9f, 0.3f, 0.7f};
    guint only_a, only_b;
    Fixture other;

    set_up(&other, others);
    g_assert_true(effnet_evaluation_compare(&f->evaluation, &other.evaluation, &only_a, &only_b));
    g_assert_cmpuint(only_a, ==, 1);
    g_assert_cmpuint(only_b, ==, 2);
    other.gathered.n = 3;
    g_assert_false(effnet_evaluation_compare(&f->evaluation, &other.evaluation, &only_a, &only_b));
    tear_down(&other, NULL);
}

static void
test_texts(Fixture *f, gconstpointer data)
{
    g_autoptr(GString) json = g_string_new(NULL);
    char *text;
    size_t n;
    FILE *file = open_memstream(&text, &n);

    effnet_evaluation_print(&f->evaluation, TRUE, file);
    fclose(file);
    g_assert_nonnull(strstr(text, "first class 50.0 % (2; "));
    g_assert_nonnull(strstr(text, "4, 2.0 a second"));
    g_assert_nonnull(strstr(text, "c.jpg: bee, taken for ant"));
    g_assert_null(strchr(text, '\x1b'));
    g_assert_null(strstr(text, "first five"));
    free(text);
    effnet_evaluation_add_json(&f->evaluation, json);
    g_assert_nonnull(strstr(json->str, "\"right\": 2, \"accuracy\": 0.5"));
    g_assert_nonnull(strstr(json->str, "{\"picture\": \"c.jpg\", \"label\": \"bee\", \"told\": "
                                       "\"ant\"}"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/learn/evaluation/worst", Fixture, some, set_up, test_worst, tear_down);
    g_test_add("/learn/evaluation/compare", Fixture, some, set_up, test_compare, tear_down);
    g_test_add("/learn/evaluation/texts", Fixture, some, set_up, test_texts, tear_down);
    return g_test_run();
}
