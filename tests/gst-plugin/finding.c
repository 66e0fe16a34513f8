/* SPDX-License-Identifier: BSD-2-Clause */
#include "finding.h"

#include <math.h>

static const float scores[] = {0.1f, 0.4f, 0.2f, 0.3f};

static void
test_top(void)
{
    const GstEfficientNetSubject subject = {.number = 3, .roi_id = -1};
    g_autoptr(GstEfficientNetFinding) finding =
        gst_efficientnet_finding_new(&subject, scores, 4, 3, -INFINITY, NULL);
    g_autoptr(GstEfficientNetFinding) all =
        gst_efficientnet_finding_new(&subject, scores, 4, 1000, -INFINITY, NULL);
    g_autoptr(GstEfficientNetFinding) few =
        gst_efficientnet_finding_new(&subject, scores, 4, 3, 0.35f, NULL);
    g_autoptr(GstEfficientNetFinding) none =
        gst_efficientnet_finding_new(&subject, scores, 4, 3, 1.0f, NULL);

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
    GstEfficientNetFinding *finding =
        gst_efficientnet_finding_new(&subject, scores, 4, 1, 0, bytes);

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
    g_autoptr(GstEfficientNetFinding) finding =
        gst_efficientnet_finding_new(&subject, scores, 4, 1, 0, NULL);

    g_assert_false(finding->has_similarity || finding->unknown);
    gst_efficientnet_finding_set_similarity(finding, 0.5f, 0.5f);
    g_assert_true(finding->has_similarity && !finding->unknown);
    gst_efficientnet_finding_set_similarity(finding, 0.4f, 0.5f);
    g_assert_true(finding->unknown);
    g_assert_cmpfloat(finding->similarity, ==, 0.4f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/finding/top", test_top);
    g_test_add_func("/finding/embedding", test_embedding);
    g_test_add_func("/finding/similarity", test_similarity);
    return g_test_run();
}
