/* SPDX-License-Identifier: BSD-2-Clause */
#include "attach.h"

#include "meta.h"

#define NUMBER 12

static const char *const labels[] = {"zero", "one", "two", NULL};
static const EffNetModelInfo info = {.name = "net"};
static const GstEfficientNetClassifier classifier = {.info = &info, .labels = labels};

static GstEfficientNetFinding *
make_finding(guint64 number, gint64 key, gboolean empty)
{
    const GstEfficientNetSubject subject = {.number = number,
                                            .region = {1, 2, 30, 40},
                                            .width = 64,
                                            .height = 48,
                                            .roi_id = 9,
                                            .key = key};
    const float scores[] = {0.25f, 0.75f, 0};

    return gst_efficientnet_finding_new(
        &subject, scores, 3, &(GstEfficientNetSelection){.top_k = 2, .threshold = empty ? 2 : 0},
        NULL);
}

static GstVideoRegionOfInterestMeta *
add_roi(GstBuffer *buffer)
{
    return gst_buffer_add_video_region_of_interest_meta(buffer, "cat", 3, 4, 30, 40);
}

static void
test_moved(void)
{
    g_autoptr(GstEfficientNetFinding) finding = make_finding(NUMBER - 3, 5, FALSE);
    GstBuffer *buffer = gst_buffer_new();
    GstVideoRegionOfInterestMeta *roi = add_roi(buffer);
    const GstEfficientNetRegion region = {
        .key = 5, .roi_id = 10, .rect = {3, 4, 30, 40}, .roi = roi};
    const EffNetRect visible = {0, 0, 100, 80};
    GstEfficientNetAttachment *attachment = gst_efficientnet_attachment_new(
        buffer, "me", &classifier, GST_EFFICIENTNET_META_FORM_ROI, NUMBER);
    GstStructure *param;
    GstEfficientNetResult result;
    double confidence;

    gst_efficientnet_attachment_add(attachment, finding, &region, &visible);
    g_assert_cmpuint(gst_efficientnet_attachment_finish(attachment), ==, 1);
    gst_efficientnet_attachment_free(attachment);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpint(result.x, ==, 3);
    g_assert_cmpint(result.width, ==, 100);
    g_assert_cmpint(result.roi_id, ==, 10);
    g_assert_cmpuint(result.age, ==, 3);
    g_assert_cmpstr(gst_efficientnet_result_get_label(&result, 0), ==, "one");
    param = gst_video_region_of_interest_meta_get_param(roi, "efficientnet");
    g_assert_nonnull(param);
    g_assert_cmpstr(gst_structure_get_string(param, "label"), ==, "one");
    g_assert_cmpstr(gst_structure_get_string(param, "model_name"), ==, "net");
    g_assert_true(gst_structure_has_field_typed(param, "label_id", G_TYPE_INT));
    g_assert_true(gst_structure_get_double(param, "confidence", &confidence));
    g_assert_cmpfloat(confidence, ==, 0.75);
    gst_buffer_unref(buffer);
}

/* Nothing is attached if nothing is known, and parameters only if they are asked for. */
static void
test_nothing(void)
{
    g_autoptr(GstEfficientNetFinding) empty = make_finding(NUMBER, 5, TRUE);
    g_autoptr(GstEfficientNetFinding) finding = make_finding(NUMBER, 5, FALSE);
    GstBuffer *buffer = gst_buffer_new();
    GstVideoRegionOfInterestMeta *roi = add_roi(buffer);
    const GstEfficientNetRegion region = {.key = 5, .rect = {3, 4, 30, 40}, .roi = roi};
    const EffNetRect visible = {0, 0, 100, 80};
    g_autoptr(GstEfficientNetAttachment) attachment =
        gst_efficientnet_attachment_new(buffer, "me", &classifier, 0, NUMBER);

    gst_efficientnet_attachment_add(attachment, empty, &region, &visible);
    g_assert_cmpuint(gst_efficientnet_attachment_finish(attachment), ==, 0);
    g_assert_null(gst_efficientnet_buffer_get_results(buffer));
    gst_efficientnet_attachment_add(attachment, finding, &region, &visible);
    g_assert_cmpuint(gst_efficientnet_attachment_finish(attachment), ==, 1);
    g_assert_null(gst_video_region_of_interest_meta_get_param(roi, "efficientnet"));
    gst_buffer_unref(buffer);
}

/* A loose finding of this frame goes to its region; one of an earlier frame stays where it was. */
static void
test_loose(gconstpointer late)
{
    g_autoptr(GstEfficientNetFinding) finding =
        make_finding(late ? NUMBER - 1 : NUMBER, GST_EFFICIENTNET_KEY_UNTRACKED, FALSE);
    g_autoptr(GArray) regions = g_array_new(FALSE, FALSE, sizeof(GstEfficientNetRegion));
    GstBuffer *buffer = gst_buffer_new();
    GstEfficientNetRegion region = {.key = GST_EFFICIENTNET_KEY_UNTRACKED,
                                    .roi_id = 9,
                                    .rect = {1, 2, 30, 40},
                                    .roi = add_roi(buffer)};
    g_autoptr(GstEfficientNetAttachment) attachment = gst_efficientnet_attachment_new(
        buffer, "me", &classifier, GST_EFFICIENTNET_META_FORM_ROI, NUMBER);
    GstEfficientNetResult result;

    g_array_append_val(regions, region);
    gst_efficientnet_attachment_add_loose(attachment, finding, regions);
    g_assert_cmpuint(gst_efficientnet_attachment_finish(attachment), ==, 1);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpint(result.x, ==, 1);
    g_assert_cmpint(result.width, ==, 64);
    g_assert_cmpuint(result.age, ==, late ? 1 : 0);
    g_assert_true((gst_video_region_of_interest_meta_get_param(region.roi, "efficientnet") ==
                   NULL) == (late != NULL));
    gst_buffer_unref(buffer);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    gst_efficientnet_meta_register();
    g_test_add_func("/attach/moved", test_moved);
    g_test_add_func("/attach/nothing", test_nothing);
    g_test_add_data_func("/attach/loose", NULL, test_loose);
    g_test_add_data_func("/attach/loose-late", "late", test_loose);
    return g_test_run();
}
