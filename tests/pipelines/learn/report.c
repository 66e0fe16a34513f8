/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/report.h"

#include <string.h>

#include "checkpoint/json.h"

#define N 6

typedef struct {
    EffNetAlbum album;
    EffNetTrained trained;
    EffNetJudgement *judgement;
    GArray *duplicates;
    EffNetReport report;
} Fixture;

static char *names[N] = {"a.jpg", "b.jpg", "c\x1b.jpg", "d.jpg", NULL, "f.jpg"};
static guint8 targets[N * 2] = {1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1};
static float scores[N * 2] = {0.9f, 0.1f, 0.4f, 0.6f, 0.2f, 0.8f,
                              0.1f, 0.9f, 0.6f, 0.4f, 0.3f, 0.7f};

static void
set_up(Fixture *f, gconstpointer data)
{
    const EffNetDuplicate across = {1, 3, 0.99f}, within = {0, 1, 0.98f};

    f->album = (EffNetAlbum){.n = N, .targets = targets, .names = names};
    f->album.labels = g_ptr_array_new();
    g_ptr_array_add(f->album.labels, (char *)"ant");
    g_ptr_array_add(f->album.labels, (char *)"\"bee\"");
    f->trained = (EffNetTrained){
        .n_folds = 5, .scores = scores, .curve_n = {1, 2, 3, 4}, .curve_right = {0, 0.25, 0.5, 1}};
    f->judgement = effnet_judge(scores, targets, N, 2, FALSE);
    f->duplicates = g_array_new(FALSE, FALSE, sizeof(EffNetDuplicate));
    g_array_append_val(f->duplicates, within);
    g_array_append_val(f->duplicates, across);
    f->report = (EffNetReport){
        .output = "own.safetensors",
        .base = "lite0",
        .album = &f->album,
        .trained = &f->trained,
        .judgement = f->judgement,
        .duplicates = f->duplicates,
        .n_groups = N,
        .n_broken = 2,
    };
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_ptr_array_unref(f->album.labels);
    effnet_judgement_free(f->judgement);
    g_array_unref(f->duplicates);
}

/* Doubtful pictures are listed worst first. */
static void
test_doubtful(Fixture *f, gconstpointer data)
{
    g_autoptr(GArray) all = effnet_report_find_doubtful(&f->report, 10);
    g_autoptr(GArray) one = effnet_report_find_doubtful(&f->report, 1);
    g_autoptr(GArray) pairs = effnet_report_find_contradictions(&f->report);

    g_assert_cmpuint(all->len, ==, 2);
    g_assert_cmpuint(g_array_index(all, guint, 0), ==, 2);
    g_assert_cmpuint(g_array_index(all, guint, 1), ==, 1);
    g_assert_cmpuint(one->len, ==, 1);
    g_assert_cmpuint(pairs->len, ==, 1);
    g_assert_cmpuint(g_array_index(pairs, EffNetDuplicate, 0).b, ==, 3);
}

static char *
print(const EffNetReport *report)
{
    char *text;
    size_t n;
    FILE *file = open_memstream(&text, &n);

    effnet_report_print(report, file);
    fclose(file);
    return text;
}

static void
test_print(Fixture *f, gconstpointer data)
{
    char *text = print(&f->report);

    g_assert_nonnull(strstr(text, "own.safetensors\n"));
    g_assert_nonnull(strstr(text, "50.0 % (95 % interval: "));
    g_assert_nonnull(strstr(text, "2 files that could not be decoded"));
    g_assert_nonnull(strstr(text, "said to be ant, looks like \"bee\""));
    g_assert_nonnull(strstr(text, "b.jpg and d.jpg"));
    g_assert_null(strchr(text, '\x1b'));
    free(text);
}

static void
test_unknown(Fixture *f, gconstpointer data)
{
    g_autofree char *json = NULL;
    char *text;

    f->report.judgement = NULL;
    f->trained.scores = NULL;
    text = print(&f->report);
    json = effnet_report_to_json(&f->report);
    g_assert_nonnull(strstr(text, "unknown"));
    g_assert_null(strstr(text, "recall"));
    g_assert_null(strstr(json, "accuracy"));
    free(text);
}

static void
test_json(Fixture *f, gconstpointer data)
{
    g_autofree char *text = effnet_report_to_json(&f->report);
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetJson) json = effnet_json_parse(text, strlen(text), &error);
    const EffNetJson *class, *row;
    double number;

    g_assert_no_error(error);
    g_assert_true(effnet_json_number(effnet_json_member(json, "accuracy"), &number));
    g_assert_cmpfloat(number, ==, 0.5);
    class = effnet_json_item(effnet_json_member(json, "classes"), 1);
    g_assert_cmpstr(effnet_json_string(effnet_json_member(class, "label")), ==, "\"bee\"");
    g_assert_true(effnet_json_number(effnet_json_member(class, "recall"), &number));
    g_assert_cmpfloat_with_epsilon(number, 2.0 / 3, 1e-9);
    row = effnet_json_item(effnet_json_member(json, "confusion"), 0);
    g_assert_true(effnet_json_number(effnet_json_item(row, 1), &number));
    g_assert_cmpfloat(number, ==, 2);
    g_assert_cmpuint(effnet_json_length(effnet_json_member(json, "doubtful")), ==, 2);
    g_assert_cmpuint(effnet_json_length(effnet_json_member(json, "contradictions")), ==, 1);
    g_assert_cmpuint(effnet_json_length(effnet_json_member(json, "curve")), ==, 4);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/learn/report/doubtful", Fixture, NULL, set_up, test_doubtful, tear_down);
    g_test_add("/learn/report/print", Fixture, NULL, set_up, test_print, tear_down);
    g_test_add("/learn/report/unknown", Fixture, NULL, set_up, test_unknown, tear_down);
    g_test_add("/learn/report/json", Fixture, NULL, set_up, test_json, tear_down);
    return g_test_run();
}
