/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <string.h>

#include "jsonout.h"
#include "printable.h"

#define MAX_DOUBTFUL  5  /* on the terminal */
#define ALL_DOUBTFUL  50 /* in JSON */
#define MAX_CONFUSION 12 /* with more classes, the terminal shows no confusion matrix */

static const guint8 *
targets_of(const EffNetReport *r, guint picture)
{
    return r->album->targets + (gsize)picture * r->album->labels->len;
}

static const float *
scores_of(const EffNetReport *r, guint picture)
{
    return r->trained->scores + (gsize)picture * r->album->labels->len;
}

static const char *
label(const EffNetReport *r, guint k)
{
    return g_ptr_array_index(r->album->labels, k);
}

/* The score of PICTURE's own labels; sets IS_RIGHT to whether these are predicted. */
static float
own_score(const EffNetReport *r, guint picture, gboolean *is_right)
{
    const guint8 *targets = targets_of(r, picture);
    const float *scores = scores_of(r, picture);
    guint n = r->album->labels->len, first = effnet_judge_first(scores, n);
    float least = 1;

    *is_right = r->album->multi || targets[first];
    for (guint k = 0; k < n; k++) {
        float score = targets[k] ? scores[k] : 1 - scores[k];

        if (r->album->multi)
            *is_right &= (scores[k] >= 0.5f) == targets[k];
        if (targets[k] || r->album->multi)
            least = MIN(least, score);
    }
    return least;
}

typedef struct {
    guint picture;
    float score;
} Doubt;

static int
least_first(gconstpointer a, gconstpointer b)
{
    const Doubt *x = a, *y = b;

    if (x->score != y->score)
        return x->score < y->score ? -1 : 1;
    return x->picture < y->picture ? -1 : x->picture > y->picture;
}

GArray *
effnet_report_find_doubtful(const EffNetReport *r, guint most)
{
    g_autoptr(GArray) doubts = g_array_new(FALSE, FALSE, sizeof(Doubt));
    GArray *pictures = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; r->trained->scores && i < r->album->n; i++) {
        gboolean is_right;
        Doubt doubt = {i, own_score(r, i, &is_right)};

        if (!is_right && r->album->names[i])
            g_array_append_val(doubts, doubt);
    }
    g_array_sort(doubts, least_first);
    for (guint i = 0; i < MIN(doubts->len, most); i++)
        g_array_append_val(pictures, g_array_index(doubts, Doubt, i).picture);
    return pictures;
}

GArray *
effnet_report_find_contradictions(const EffNetReport *r)
{
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(EffNetDuplicate));

    for (guint i = 0; i < r->duplicates->len; i++) {
        EffNetDuplicate pair = g_array_index(r->duplicates, EffNetDuplicate, i);

        if (memcmp(targets_of(r, pair.a), targets_of(r, pair.b), r->album->labels->len) != 0)
            g_array_append_val(pairs, pair);
    }
    return pairs;
}

static const char *
name_of(const EffNetReport *r, guint picture)
{
    return r->album->names[picture] ? r->album->names[picture]
                                    : "a picture that was learned before";
}

/* The labels whose TARGETS are 1, joined by ';'. */
static char *
labels_of(const EffNetReport *r, const guint8 *targets)
{
    GString *text = g_string_new(NULL);

    for (guint k = 0; k < r->album->labels->len; k++)
        if (targets[k])
            g_string_append_printf(text, "%s%s", text->len ? ";" : "", label(r, k));
    if (text->len == 0)
        g_string_append(text, "nothing");
    return g_string_free(text, FALSE);
}

char *
effnet_report_labels(const EffNetReport *r, guint picture)
{
    return labels_of(r, targets_of(r, picture));
}

char *
effnet_report_told(const EffNetReport *r, guint picture)
{
    guint n = r->album->labels->len;
    g_autofree guint8 *told = g_new0(guint8, n);
    const float *scores = scores_of(r, picture);

    for (guint k = 0; r->album->multi && k < n; k++)
        told[k] = scores[k] >= 0.5f;
    if (!r->album->multi)
        told[effnet_judge_first(scores, n)] = 1;
    return labels_of(r, told);
}

static double
share(guint part, guint whole)
{
    return whole ? (double)part / whole : 0;
}

void
effnet_report_interval(const EffNetReport *r, double *low, double *high)
{
    double accuracy = share(r->judgement->right, r->judgement->n);

    effnet_judge_interval(accuracy * r->n_groups, r->n_groups, low, high);
}

static void
print_accuracy(const EffNetReport *r, FILE *file)
{
    double low, high;

    if (!r->judgement) {
        effnet_print(file,
                     "accuracy    unknown: a class is in one group of pictures alone, so that "
                     "none can be held back");
        return;
    }
    effnet_report_interval(r, &low, &high);
    effnet_print(file,
                 "accuracy    %.1f %% (95 %% interval: %.1f to %.1f %%), of pictures that were "
                 "held back",
                 100 * share(r->judgement->right, r->judgement->n), 100 * low, 100 * high);
    for (guint i = 0; i < EFFNET_TRAIN_CURVE; i++)
        effnet_print(file, "            %.1f %% learned from %u pictures",
                     100 * r->trained->curve_right[i], r->trained->curve_n[i]);
}

static void
print_classes(const EffNetReport *r, FILE *file)
{
    effnet_print(file, "%s", "");
    effnet_print(file, "%8s  %8s  %9s  class", "pictures", "recall", "precision");
    for (guint k = 0; k < r->judgement->n_classes; k++) {
        const EffNetClassCounts *c = &r->judgement->classes[k];

        effnet_print(file, "%8u  %6.1f %%  %7.1f %%  %s", c->there, 100 * share(c->right, c->there),
                     100 * share(c->right, c->told), label(r, k));
    }
}

static void
print_confusion(const EffNetReport *r, FILE *file)
{
    guint n = r->judgement->n_classes;

    if (!r->judgement->confusion || n > MAX_CONFUSION)
        return;
    effnet_print(file, "%s", "");
    effnet_print(file, "how often a class (row) was taken for one (column)");
    for (guint k = 0; k < n; k++) {
        g_autoptr(GString) row = g_string_new(NULL);

        for (guint i = 0; i < n; i++)
            g_string_append_printf(row, "%6u", r->judgement->confusion[(gsize)k * n + i]);
        effnet_print(file, "%s  %s", row->str, label(r, k));
    }
}

static void
print_doubts(const EffNetReport *r, FILE *file)
{
    g_autoptr(GArray) doubtful = effnet_report_find_doubtful(r, MAX_DOUBTFUL);
    g_autoptr(GArray) pairs = effnet_report_find_contradictions(r);

    if (doubtful->len) {
        effnet_print(file, "%s", "");
        effnet_print(file, "perhaps mislabelled");
    }
    for (guint i = 0; i < doubtful->len; i++) {
        guint picture = g_array_index(doubtful, guint, i);
        g_autofree char *own = effnet_report_labels(r, picture);
        g_autofree char *told = effnet_report_told(r, picture);

        effnet_print(file, "  %s: said to be %s, looks like %s", name_of(r, picture), own, told);
    }
    if (pairs->len) {
        effnet_print(file, "%s", "");
        effnet_print(file, "nearly the same, but of different classes");
    }
    for (guint i = 0; i < MIN(pairs->len, MAX_DOUBTFUL); i++) {
        const EffNetDuplicate *pair = &g_array_index(pairs, EffNetDuplicate, i);

        effnet_print(file, "  %s and %s", name_of(r, pair->a), name_of(r, pair->b));
    }
    if (pairs->len > MAX_DOUBTFUL)
        effnet_print(file, "  and %u more pairs", pairs->len - MAX_DOUBTFUL);
}

void
effnet_report_print(const EffNetReport *r, FILE *file)
{
    effnet_print(file, "%s", r->output);
    effnet_print(file, "learned     %u classes on %s, in %.1f s", r->album->labels->len, r->base,
                 r->seconds);
    effnet_print(file, "pictures    %u, in %u groups that show different things", r->album->n,
                 r->n_groups);
    if (r->n_broken)
        effnet_print(file, "left out    %u files that could not be decoded", r->n_broken);
    if (r->n_known)
        effnet_print(file, "left out    %u pictures that were there already", r->n_known);
    print_accuracy(r, file);
    if (r->judgement) {
        print_classes(r, file);
        print_confusion(r, file);
    }
    print_doubts(r, file);
}

static void
append_classes(GString *json, const EffNetReport *r)
{
    const EffNetJudgement *j = r->judgement;

    effnet_json_open(json, "classes", '[');
    for (guint k = 0; k < r->album->labels->len; k++) {
        effnet_json_open(json, NULL, '{');
        effnet_json_add_text(json, "label", label(r, k));
        if (j) {
            effnet_json_add_number(json, "pictures", j->classes[k].there);
            effnet_json_add_number(json, "recall", share(j->classes[k].right, j->classes[k].there));
            effnet_json_add_number(json, "precision",
                                   share(j->classes[k].right, j->classes[k].told));
        }
        g_string_append_c(json, '}');
    }
    g_string_append_c(json, ']');
}

static void
append_judgement(GString *json, const EffNetReport *r)
{
    const EffNetJudgement *j = r->judgement;
    double low, high;

    effnet_report_interval(r, &low, &high);
    effnet_json_add_number(json, "accuracy", share(j->right, j->n));
    effnet_json_open(json, "interval", '[');
    effnet_json_add_number(json, NULL, low);
    effnet_json_add_number(json, NULL, high);
    g_string_append_c(json, ']');
    effnet_json_add_number(json, "folds", r->trained->n_folds);
    effnet_json_open(json, "curve", '[');
    for (guint i = 0; i < EFFNET_TRAIN_CURVE; i++) {
        effnet_json_open(json, NULL, '{');
        effnet_json_add_number(json, "pictures", r->trained->curve_n[i]);
        effnet_json_add_number(json, "accuracy", r->trained->curve_right[i]);
        g_string_append_c(json, '}');
    }
    g_string_append_c(json, ']');
    if (!j->confusion)
        return;
    effnet_json_add_number(json, "calibration_error", j->calibration);
    effnet_json_open(json, "confusion", '[');
    for (guint k = 0; k < j->n_classes; k++) {
        effnet_json_open(json, NULL, '[');
        for (guint i = 0; i < j->n_classes; i++)
            effnet_json_add_number(json, NULL, j->confusion[(gsize)k * j->n_classes + i]);
        g_string_append_c(json, ']');
    }
    g_string_append_c(json, ']');
}

static void
append_doubts(GString *json, const EffNetReport *r)
{
    g_autoptr(GArray) doubtful = effnet_report_find_doubtful(r, ALL_DOUBTFUL);
    g_autoptr(GArray) pairs = effnet_report_find_contradictions(r);

    effnet_json_open(json, "doubtful", '[');
    for (guint i = 0; i < doubtful->len; i++) {
        guint picture = g_array_index(doubtful, guint, i);
        g_autofree char *own = effnet_report_labels(r, picture);
        g_autofree char *told = effnet_report_told(r, picture);

        effnet_json_open(json, NULL, '{');
        effnet_json_add_text(json, "picture", name_of(r, picture));
        effnet_json_add_text(json, "label", own);
        effnet_json_add_text(json, "told", told);
        g_string_append_c(json, '}');
    }
    g_string_append_c(json, ']');
    effnet_json_open(json, "contradictions", '[');
    for (guint i = 0; i < pairs->len; i++) {
        const EffNetDuplicate *pair = &g_array_index(pairs, EffNetDuplicate, i);

        effnet_json_open(json, NULL, '[');
        effnet_json_add_text(json, NULL, name_of(r, pair->a));
        effnet_json_add_text(json, NULL, name_of(r, pair->b));
        g_string_append_c(json, ']');
    }
    g_string_append_c(json, ']');
}

char *
effnet_report_to_json(const EffNetReport *r)
{
    GString *json = g_string_new("{");

    effnet_json_add_text(json, "model", r->output);
    effnet_json_add_text(json, "base", r->base);
    effnet_json_add_number(json, "pictures", r->album->n);
    effnet_json_add_number(json, "groups", r->n_groups);
    effnet_json_add_number(json, "broken", r->n_broken);
    effnet_json_add_number(json, "known", r->n_known);
    effnet_json_add_number(json, "seconds", r->seconds);
    effnet_json_add_number(json, "strength", r->trained->strength);
    if (r->judgement)
        append_judgement(json, r);
    append_classes(json, r);
    append_doubts(json, r);
    g_string_append_c(json, '}');
    return g_string_free(json, FALSE);
}
