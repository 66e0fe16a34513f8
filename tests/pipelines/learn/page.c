/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/page.h"

#include <string.h>

#define N 4

typedef struct {
    EffNetAlbum album;
    EffNetTrained trained;
    EffNetJudgement *judgement;
    GArray *duplicates;
    EffNetReport report;
} Fixture;

/* The second is wrong, and what a name should not become is in it. */
static char *names[N] = {"a.jpg", "<img src=x onerror=alert(1)>\"'&\xff.jpg", NULL, "gone.jpg"};
static guint8 targets[N * 2] = {1, 0, 1, 0, 0, 1, 0, 1};
static float scores[N * 2] = {0.9f, 0.1f, 0.4f, 0.6f, 0.1f, 0.9f, 0.2f, 0.8f};

static void
set_up(Fixture *f, gconstpointer data)
{
    const EffNetDuplicate across[] = {{0, 2, 0.99f}, {1, 3, 0.98f}};

    f->album = (EffNetAlbum){.n = N, .targets = targets, .names = names};
    f->album.labels = g_ptr_array_new();
    g_ptr_array_add(f->album.labels, (char *)"</td><script>ant");
    g_ptr_array_add(f->album.labels, (char *)"bee");
    f->trained = (EffNetTrained){.n_folds = 5,
                                 .scores = scores,
                                 .curve_n = {1, 2, 3, 4},
                                 .curve_right = {0.25, 0.5, 0.75, 1}};
    f->judgement = effnet_judge(scores, targets, N, 2, FALSE);
    f->duplicates = g_array_new(FALSE, FALSE, sizeof(EffNetDuplicate));
    g_array_append_vals(f->duplicates, across, G_N_ELEMENTS(across));
    f->report = (EffNetReport){
        .output = "own.safetensors",
        .base = "lite0",
        .album = &f->album,
        .trained = &f->trained,
        .judgement = f->judgement,
        .duplicates = f->duplicates,
        .n_groups = N,
        .n_broken = 2,
        .n_known = 3,
        .seconds = 1.25,
    };
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_ptr_array_unref(f->album.labels);
    effnet_judgement_free(f->judgement);
    g_array_unref(f->duplicates);
}

static char *
take_picture(gpointer data, const char *path)
{
    return strcmp(path, "gone.jpg") == 0 ? NULL : g_strdup("data:image/png;base64,AAAA");
}

static guint
count(const char *text, const char *part)
{
    guint n = 0;

    for (; (text = strstr(text, part)); text += strlen(part))
        n++;
    return n;
}

static void
test_page(Fixture *f, gconstpointer data)
{
    g_autofree char *page = effnet_page_new(&f->report, take_picture, NULL);

    g_assert_true(g_str_has_prefix(page, "<!DOCTYPE html>"));
    g_assert_nonnull(strstr(page, "<p class=\"big\">75.0&nbsp;%</p>"));
    g_assert_nonnull(strstr(page, "95 % interval: 30.1 to 95.4&nbsp;%"));
    g_assert_nonnull(strstr(page, "from 4 pictures, in 4 groups"));
    g_assert_nonnull(strstr(page, "2 files that could not be decoded"));
    g_assert_nonnull(strstr(page, "3 pictures that were there already"));
    g_assert_nonnull(
        strstr(page, "<td>bee</td><td>2</td><td>100.0&nbsp;%</td><td>66.7&nbsp;%</td>"));
    g_assert_nonnull(strstr(page, "looks like <b>bee</b>"));
    g_assert_nonnull(strstr(page, "a picture that was learned before"));
    /* A doubtful one, and two pairs of which one picture cannot be decoded and another never was.
     */
    g_assert_cmpuint(count(page, "<figure>"), ==, 5);
    g_assert_cmpuint(count(page, "<img alt=\"\" src=\"data:image/png;base64,AAAA\">"), ==, 3);
    g_assert_cmpuint(count(page, "<div class=\"none\">"), ==, 2);
    g_assert_cmpuint(count(page, "<circle"), ==, 4);
}

/* Names are text, and the page refers to nothing. */
static void
test_names(Fixture *f, gconstpointer data)
{
    g_autofree char *page = effnet_page_new(&f->report, take_picture, NULL);

    g_assert_true(g_utf8_validate(page, -1, NULL));
    g_assert_null(strstr(page, "<script"));
    g_assert_null(strstr(page, "<img src=x"));
    g_assert_nonnull(strstr(page, "&lt;img src=x onerror=alert(1)&gt;&quot;&apos;&amp;"));
    g_assert_nonnull(strstr(page, "&lt;/td&gt;&lt;script&gt;ant"));
    g_assert_null(strstr(page, "http://"));
    g_assert_null(strstr(page, "https://"));
    g_assert_nonnull(strstr(page, "default-src 'none'"));
}

static void
test_unknown(Fixture *f, gconstpointer data)
{
    g_autofree char *page = NULL;

    f->report.judgement = NULL;
    f->trained.scores = NULL;
    g_array_set_size(f->duplicates, 0);
    page = effnet_page_new(&f->report, take_picture, NULL);
    g_assert_nonnull(strstr(page, "The accuracy is unknown"));
    g_assert_null(strstr(page, "recall"));
    g_assert_null(strstr(page, "<figure>"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/learn/page/page", Fixture, NULL, set_up, test_page, tear_down);
    g_test_add("/learn/page/names", Fixture, NULL, set_up, test_names, tear_down);
    g_test_add("/learn/page/unknown", Fixture, NULL, set_up, test_unknown, tear_down);
    return g_test_run();
}
