/* SPDX-License-Identifier: BSD-2-Clause */
#include "evaluation.h"

#include <string.h>

#include "jsonout.h"
#include "matching.h"
#include "printable.h"

#define MAX_CLASSES 20 /* on the terminal */
#define MAX_WORST   5
#define ALL_WORST   50 /* in JSON */

static void
set_targets(EffNetEvaluation *e, const guint *classes)
{
    guint n = e->info->n_classes;

    e->targets = g_new0(guint8, (gsize)e->gathered->n * n);
    for (guint i = 0; i < e->gathered->n; i++) {
        const EffNetExample *example =
            g_ptr_array_index(e->dataset->examples, e->gathered->files[i]);

        for (guint k = 0; k < example->n_labels; k++)
            e->targets[(gsize)i * n + classes[example->labels[k]]] = 1;
    }
}

static void
set_scores(EffNetEvaluation *e)
{
    guint n = e->info->n_classes;

    e->scores = g_new(float, (gsize)e->gathered->n *n);
    for (guint i = 0; i < e->gathered->n; i++)
        effnet_scores_from_logits(e->info->activation, e->gathered->logits + (gsize)i * n, n,
                                  e->scores + (gsize)i * n);
}

static gboolean
look(EffNetEvaluation *e, const EffNetGatherOptions *options, GError **error)
{
    guint n = e->dataset->examples->len;
    g_autofree const char **paths = g_new(const char *, n);
    gint64 began = g_get_monotonic_time();

    for (guint i = 0; i < n; i++)
        paths[i] = ((const EffNetExample *)g_ptr_array_index(e->dataset->examples, i))->path;
    e->gathered = effnet_gather(e->model, paths, n, options, error);
    e->seconds = (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC;
    return e->gathered != NULL;
}

EffNetEvaluation *
effnet_evaluation_new(EffNetModel *model, const EffNetDataset *dataset,
                      const EffNetGatherOptions *options, GError **error)
{
    g_autoptr(EffNetEvaluation) e = g_new0(EffNetEvaluation, 1);
    g_autofree guint *classes = NULL;

    e->model = effnet_model_ref(model);
    e->info = effnet_model_get_info(model);
    e->dataset = dataset;
    e->multi = e->info->activation == EFFNET_ACTIVATION_SIGMOID;
    e->name =
        g_strdup_printf("%s, %s", e->info->name, effnet_precision_get_name(e->info->precision));
    classes = effnet_matching_new(dataset, e->info, error);
    if (!classes)
        return NULL;
    if (dataset->multi && !e->multi) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s has pictures of several labels, or none, and %s tells one class",
                    dataset->source, e->info->name);
        return NULL;
    }
    if (!look(e, options, error))
        return NULL;
    set_targets(e, classes);
    set_scores(e);
    e->judgement =
        effnet_judge(e->scores, e->targets, e->gathered->n, e->info->n_classes, e->multi);
    return g_steal_pointer(&e);
}

void
effnet_evaluation_free(EffNetEvaluation *e)
{
    g_free(e->name);
    g_clear_pointer(&e->gathered, effnet_gathered_free);
    g_clear_pointer(&e->judgement, effnet_judgement_free);
    g_free(e->scores);
    g_free(e->targets);
    effnet_model_unref(e->model);
    g_free(e);
}

/* The score of the wrong prediction for PICTURE; 0 if the prediction is right. */
static float
error_of(const EffNetEvaluation *e, guint picture)
{
    guint n = e->info->n_classes;
    const float *scores = e->scores + (gsize)picture * n;
    const guint8 *targets = e->targets + (gsize)picture * n;
    guint first = effnet_judge_first(scores, n);
    float worst = 0;

    if (!e->multi)
        return targets[first] ? 0 : scores[first];
    for (guint k = 0; k < n; k++)
        if ((scores[k] >= 0.5f) != targets[k])
            worst = MAX(worst, targets[k] ? 1 - scores[k] : scores[k]);
    return worst;
}

gboolean
effnet_evaluation_is_right(const EffNetEvaluation *e, guint picture)
{
    return error_of(e, picture) == 0;
}

typedef struct {
    guint picture;
    float error;
} Wrong;

static int
surest_first(gconstpointer a, gconstpointer b)
{
    const Wrong *x = a, *y = b;

    if (x->error != y->error)
        return x->error > y->error ? -1 : 1;
    return x->picture < y->picture ? -1 : x->picture > y->picture;
}

GArray *
effnet_evaluation_find_worst(const EffNetEvaluation *e, guint most)
{
    g_autoptr(GArray) wrong = g_array_new(FALSE, FALSE, sizeof(Wrong));
    GArray *pictures = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < e->gathered->n; i++) {
        Wrong found = {i, error_of(e, i)};

        if (found.error > 0)
            g_array_append_val(wrong, found);
    }
    g_array_sort(wrong, surest_first);
    for (guint i = 0; i < MIN(wrong->len, most); i++)
        g_array_append_val(pictures, g_array_index(wrong, Wrong, i).picture);
    return pictures;
}

static char *
label(const EffNetEvaluation *e, guint class)
{
    return e->info->labels ? g_strdup(e->info->labels[class]) : g_strdup_printf("%u", class);
}

static const char *
path_of(const EffNetEvaluation *e, guint picture)
{
    return ((const EffNetExample *)g_ptr_array_index(e->dataset->examples,
                                                     e->gathered->files[picture]))
        ->path;
}

/* The classes of PICTURE, or those predicted, joined. */
static char *
classes_of(const EffNetEvaluation *e, guint picture, gboolean told)
{
    guint n = e->info->n_classes;
    const float *scores = e->scores + (gsize)picture * n;
    const guint8 *targets = e->targets + (gsize)picture * n;
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint k = 0; k < n; k++) {
        gboolean has =
            told ? (e->multi ? scores[k] >= 0.5f : k == effnet_judge_first(scores, n)) : targets[k];
        g_autofree char *name = has ? label(e, k) : NULL;

        if (has)
            g_string_append_printf(text, "%s%s", text->len ? "; " : "", name);
    }
    return g_strdup(text->len ? text->str : "nothing");
}

static double
share(guint part, guint whole)
{
    return whole ? (double)part / whole : 0;
}

typedef struct {
    guint class;
    double recall;
} Row;

static int
worst_class_first(gconstpointer a, gconstpointer b)
{
    const Row *x = a, *y = b;

    if (x->recall != y->recall)
        return x->recall < y->recall ? -1 : 1;
    return x->class < y->class ? -1 : x->class > y->class;
}

/* Prints the classes that occur, the worst first. */
static void
print_classes(const EffNetEvaluation *e, FILE *file)
{
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Row));

    for (guint k = 0; k < e->info->n_classes; k++) {
        const EffNetClassCounts *c = &e->judgement->classes[k];
        Row row = {k, share(c->right, c->there)};

        if (c->there)
            g_array_append_val(rows, row);
    }
    g_array_sort(rows, worst_class_first);
    effnet_print(file, "%8s  %8s  %9s  class", "pictures", "recall", "precision");
    for (guint i = 0; i < MIN(rows->len, MAX_CLASSES); i++) {
        guint class = g_array_index(rows, Row, i).class;
        const EffNetClassCounts *c = &e->judgement->classes[class];
        g_autofree char *name = label(e, class);

        effnet_print(file, "%8u  %6.1f %%  %7.1f %%  %s", c->there, 100 * share(c->right, c->there),
                     100 * share(c->right, c->told), name);
    }
    if (rows->len > MAX_CLASSES)
        effnet_print(file, "and %u classes more, none of them worse", rows->len - MAX_CLASSES);
}

static void
print_worst(const EffNetEvaluation *e, FILE *file)
{
    g_autoptr(GArray) worst = effnet_evaluation_find_worst(e, MAX_WORST);

    if (worst->len)
        effnet_print(file, "what it is surest of, and wrong");
    for (guint i = 0; i < worst->len; i++) {
        guint picture = g_array_index(worst, guint, i);
        g_autofree char *there = classes_of(e, picture, FALSE);
        g_autofree char *told = classes_of(e, picture, TRUE);

        effnet_print(file, "  %s: %s, taken for %s", path_of(e, picture), there, told);
    }
}

void
effnet_evaluation_print(const EffNetEvaluation *e, gboolean all, FILE *file)
{
    const EffNetJudgement *j = e->judgement;
    double low, high;

    effnet_judge_interval(j->right, j->n, &low, &high);
    effnet_print(file, "%s", e->name);
    effnet_print(file, "pictures    %u, %.1f a second", j->n, j->n / e->seconds);
    if (e->gathered->n_broken)
        effnet_print(file, "left out    %u files that could not be decoded", e->gathered->n_broken);
    effnet_print(file, "%s %.1f %% (%u; 95 %% interval: %.1f to %.1f %%)",
                 e->multi ? "all labels " : "first class", 100 * share(j->right, j->n), j->right,
                 100 * low, 100 * high);
    if (!e->multi && j->n_classes > 5)
        effnet_print(file, "first five  %.1f %% (%u)", 100 * share(j->right5, j->n), j->right5);
    if (!e->multi)
        effnet_print(file, "calibration error %.3f", j->calibration);
    if (!all)
        return;
    print_classes(e, file);
    print_worst(e, file);
}

static void
add_classes(const EffNetEvaluation *e, GString *json)
{
    effnet_json_open(json, "classes", '[');
    for (guint k = 0; k < e->info->n_classes; k++) {
        const EffNetClassCounts *c = &e->judgement->classes[k];
        g_autofree char *name = label(e, k);

        if (c->there == 0 && c->told == 0)
            continue;
        effnet_json_open(json, NULL, '{');
        effnet_json_add_number(json, "index", k);
        effnet_json_add_text(json, "label", name);
        effnet_json_add_number(json, "pictures", c->there);
        effnet_json_add_number(json, "recall", share(c->right, c->there));
        effnet_json_add_number(json, "precision", share(c->right, c->told));
        g_string_append_c(json, '}');
    }
    g_string_append_c(json, ']');
}

static void
add_worst(const EffNetEvaluation *e, GString *json)
{
    g_autoptr(GArray) worst = effnet_evaluation_find_worst(e, ALL_WORST);

    effnet_json_open(json, "worst", '[');
    for (guint i = 0; i < worst->len; i++) {
        guint picture = g_array_index(worst, guint, i);
        g_autofree char *there = classes_of(e, picture, FALSE);
        g_autofree char *told = classes_of(e, picture, TRUE);

        effnet_json_open(json, NULL, '{');
        effnet_json_add_text(json, "picture", path_of(e, picture));
        effnet_json_add_text(json, "label", there);
        effnet_json_add_text(json, "told", told);
        g_string_append_c(json, '}');
    }
    g_string_append_c(json, ']');
}

void
effnet_evaluation_add_json(const EffNetEvaluation *e, GString *json)
{
    const EffNetJudgement *j = e->judgement;
    double low, high;

    effnet_judge_interval(j->right, j->n, &low, &high);
    effnet_json_open(json, NULL, '{');
    effnet_json_add_text(json, "model", e->info->name);
    effnet_json_add_text(json, "precision", effnet_precision_get_name(e->info->precision));
    effnet_json_add_number(json, "pictures", j->n);
    effnet_json_add_number(json, "broken", e->gathered->n_broken);
    effnet_json_add_number(json, "right", j->right);
    effnet_json_add_number(json, "accuracy", share(j->right, j->n));
    effnet_json_open(json, "interval", '[');
    effnet_json_add_number(json, NULL, low);
    effnet_json_add_number(json, NULL, high);
    g_string_append_c(json, ']');
    if (!e->multi) {
        effnet_json_add_number(json, "right5", j->right5);
        effnet_json_add_number(json, "calibration_error", j->calibration);
    }
    effnet_json_add_number(json, "seconds", e->seconds);
    add_classes(e, json);
    add_worst(e, json);
    g_string_append_c(json, '}');
}

gboolean
effnet_evaluation_compare(const EffNetEvaluation *a, const EffNetEvaluation *b, guint *only_a,
                          guint *only_b)
{
    *only_a = *only_b = 0;
    if (a->gathered->n != b->gathered->n ||
        memcmp(a->gathered->files, b->gathered->files, a->gathered->n * sizeof(guint)) != 0)
        return FALSE;
    for (guint i = 0; i < a->gathered->n; i++) {
        gboolean right_a = effnet_evaluation_is_right(a, i);
        gboolean right_b = effnet_evaluation_is_right(b, i);

        *only_a += right_a && !right_b;
        *only_b += right_b && !right_a;
    }
    return TRUE;
}
