/* SPDX-License-Identifier: BSD-2-Clause */
#include "finding.h"

#include <math.h>

static const float scores[] = {0.1f, 0.4f, 0.2f, 0.3f};

static void
test_top(void)
{
    const GstEfficientNetSubject subject = {.number = 3, .roi_id = -1};
    g_autoptr(GstEfficientNetFinding) finding = gst_efficientnet_finding_new(
        &subject, scores, 4, &(GstEfficientNetSelection){.top_k = 3, .threshold = -INFINITY}, NULL);
    g_autoptr(GstEfficientNetFinding) all = gst_efficientnet_finding_new(
        &subject, scores, 4, &(GstEfficientNetSelection){.top_k = 1000, .threshold = -INFINITY},
        NULL);
    g_autoptr(GstEfficientNetFinding) few = gst_efficientnet_finding_new(
        &subject, scores, 4, &(GstEfficientNetSelection){.top_k = 3, .threshold = 0.35f}, NULL);
    g_autoptr(GstEfficientNetFinding) none = gst_efficientnet_finding_new(
        &subject, scores, 4, &(GstEfficientNetSelection){.top_k = 3, .threshold = 1.0f}, NULL);

    g_assert_cmpuint(finding->n, ==, 3);
    g_assert_cmpuint(finding->classes[0].index, ==, 1);
    g_assert_cmpuint(finding->classes[1].index, ==, 3);
    g_assert_cmpuint(finding->classes[2].index, ==, 2);
    g_assert_cmpfloat(finding->classes[2].score, ==, 0.2f);
    g_assert_cmpuint(finding->subject.number, ==, 3);
    g_assert_cmpuint(all->n, ==, 4);
    g_assert_cmpuint(few->n, ==, 1);
    g_assert_cmpuint(none->n, ==, 0);
}

/* The embedding lives until its last reference is dropped. */
static void
test_embedding(void)
{
    const GstEfficientNetSubject subject = {0};
    GBytes *bytes = g_bytes_new_static("abcd", 4), *kept;
    GstEfficientNetFinding *finding = gst_efficientnet_finding_new(
        &subject, scores, 4, &(GstEfficientNetSelection){.top_k = 1, .threshold = 0}, bytes);

    g_bytes_unref(bytes);
    gst_efficientnet_finding_ref(finding);
    gst_efficientnet_finding_unref(finding);
    g_assert_cmpuint(g_bytes_get_size(finding->embedding), ==, 4);
    kept = g_bytes_ref(finding->embedding);
    gst_efficientnet_finding_unref(finding);
    g_assert_cmpstr(g_bytes_get_data(kept, NULL), ==, "abcd");
    g_bytes_unref(kept);
}

static void
test_similarity(void)
{
    const GstEfficientNetSubject subject = {0};
    g_autoptr(GstEfficientNetFinding) finding = gst_efficientnet_finding_new(
        &subject, scores, 4, &(GstEfficientNetSelection){.top_k = 1, .threshold = 0}, NULL);

    g_assert_false(finding->has_similarity || finding->unknown);
    gst_efficientnet_finding_set_similarity(finding, 0.5f, 0.5f);
    g_assert_true(finding->has_similarity && !finding->unknown);
    gst_efficientnet_finding_set_similarity(finding, 0.4f, 0.5f);
    g_assert_true(finding->unknown);
    g_assert_cmpfloat(finding->similarity, ==, 0.4f);
}

static void
assert_classes(const float *now, gsize top_k, float release, const GstEfficientNetFinding *before,
               const char *expected)
{
    const GstEfficientNetSubject subject = {0};
    const GstEfficientNetSelection selection = {(guint)top_k, 0.5f, release, before};
    g_autoptr(GstEfficientNetFinding) finding =
        gst_efficientnet_finding_new(&subject, now, 6, &selection, NULL);
    g_autoptr(GString) classes = g_string_new(NULL);

    for (guint i = 0; i < finding->n; i++) {
        g_string_append_printf(classes, "%u", finding->classes[i].index);
        g_assert_cmpfloat(finding->classes[i].score, ==, now[finding->classes[i].index]);
    }
    g_assert_cmpstr(classes->str, ==, expected);
}

/* A class that is in a result stays there down to the lower score. */
static void
test_release(void)
{
    const GstEfficientNetSubject subject = {0};
    const float early[] = {0.9f, 0.8f, 0.7f, 0.6f, 0.1f, 0.2f};
    const float now[] = {0.31f, 0.6f, 0.1f, 0.4f, 0.45f, 0.3f}, none[6] = {0};
    const GstEfficientNetSelection all = {.top_k = 4, .threshold = 0.5f};
    g_autoptr(GstEfficientNetFinding) before =
        gst_efficientnet_finding_new(&subject, early, 6, &all, NULL);

    g_assert_cmpuint(before->n, ==, 4); /* 0, 1, 2 and 3 */
    assert_classes(now, 4, 0.3f, NULL, "1");
    assert_classes(now, 4, INFINITY, before, "1");
    assert_classes(now, 4, 0.3f, before, "130");
    assert_classes(now, 4, 0.35f, before, "13");
    assert_classes(now, 2, 0.3f, before, "13"); /* the better one, though it was behind */
    assert_classes(now, 1, 0.3f, before, "1");
    assert_classes(none, 4, 0.3f, before, "");
    gst_efficientnet_finding_set_similarity(before, 0.1f, 0.2f);
    assert_classes(now, 4, 0.3f, before, "1"); /* what is unknown shows no class */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/finding/top", test_top);
    g_test_add_func("/finding/embedding", test_embedding);
    g_test_add_func("/finding/similarity", test_similarity);
    g_test_add_func("/finding/release", test_release);
    return g_test_run();
}
