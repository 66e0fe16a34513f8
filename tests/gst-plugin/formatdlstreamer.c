/* SPDX-License-Identifier: BSD-2-Clause */
/* The expected records are written by hand, field by field, after the source of gvametaconvert of
 * DL Streamer 2025.2 (jsonconverter.cpp): which fields a frame and an object have, what they are
 * called, their types, and which are left out when. */
#include "formatdlstreamer.h"

#include <gst/video/video.h>

#include "meta.h"
#include "publishfile.h"
#include "records.h"
#include "results.h"
#if EFFNET_HAVE_GST_ANALYTICS
#include <gst/analytics/analytics.h>
#endif

/* The line that a file contains after a record of RESULTS. */
static char *
write_line(GstBuffer *buffer, const EffNetTestResult *results, gsize n, const char *tags)
{
    GstEfficientNetRecord record = {.stream = "test_src",
                                    .width = 640,
                                    .height = 480,
                                    .stream_time = GST_BUFFER_PTS(buffer),
                                    .buffer = buffer};

    effnet_test_attach_results(buffer, results, n);
    record.results = gst_efficientnet_buffer_get_results(buffer);
    return effnet_test_write_records(
        g_object_new(GST_TYPE_EFFICIENTNET_FORMAT_DLSTREAMER, "tags", tags, NULL), &record, 1);
}

/* Takes BUFFER. */
static void
assert_line(GstBuffer *buffer, const EffNetTestResult *results, gsize n, const char *tags,
            const char *expected)
{
    g_autofree char *line = write_line(buffer, results, n, tags);

    g_assert_cmpstr(line, ==, expected);
    gst_buffer_unref(buffer);
}

#define FRAME .width = 640, .height = 480, .roi_id = -1
#define TAIL  "\"resolution\":{\"height\":480,\"width\":640},\"source\":\"test_src\""

/* As their convert_frame_classification() does: no region_id and no roi_type, the best class only,
 * under the attribute's name. */
static void
test_frame(void)
{
    static const gint indices[] = {281, 7};
    const EffNetTestResult result = {.element = "emotion",
                                     FRAME,
                                     .labels = {"tab\"by", "cat"},
                                     .indices = indices,
                                     .scores = {0.61f, 0.25f}};
    GstBuffer *buffer = gst_buffer_new();

    GST_BUFFER_PTS(buffer) = 400000000;
    assert_line(buffer, &result, 1, "{\"tag_key\":\n\"tag_val\"}",
                "{\"objects\":[{\"h\":480,\"w\":640,\"x\":0,\"y\":0,"
                "\"emotion\":{\"confidence\":0.61,\"label\":\"tab\\\"by\",\"label_id\":281,"
                "\"model\":{\"name\":\"model\"}}}]," TAIL
                ",\"tags\":{\"tag_key\": \"tag_val\"},\"timestamp\":400000000}\n");
}

/* Two elements' attributes are in one object; a zone is an object of its own, like a region that
 * nobody detected; without a time there is no timestamp. */
static void
test_attributes(void)
{
    const EffNetTestResult results[] = {
        {.element = "age", FRAME, .labels = {"old"}, .scores = {1}},
        {.element = "door",
         FRAME,
         .x = 1,
         .y = 2,
         .w = 3,
         .h = 4,
         .labels = {"open"},
         .scores = {0.5f}},
        {.element = "x", FRAME, .labels = {"a"}, .scores = {0.5f}, .unknown = TRUE},
    };

    assert_line(gst_buffer_new(), results, 3, NULL,
                "{\"objects\":[{\"h\":480,\"w\":640,\"x\":0,\"y\":0,"
                "\"age\":{\"confidence\":1,\"label\":\"old\",\"label_id\":0,"
                "\"model\":{\"name\":\"model\"}},"
                "\"x_\":{\"label\":\"unknown\",\"model\":{\"name\":\"model\"}}},"
                "{\"h\":4,\"w\":3,\"x\":1,\"y\":2,"
                "\"door\":{\"confidence\":0.5,\"label\":\"open\",\"label_id\":0,"
                "\"model\":{\"name\":\"model\"}}}]," TAIL "}\n");
}

/* As their convert_roi_detection() does with what gvadetect, gvatrack and gvaclassify attached, and
 * before the frame's own object. */
static void
test_region(void)
{
    const EffNetTestResult results[] = {
        {.element = "whole", FRAME, .labels = {"street"}, .scores = {0.5f}},
        {.element = "color",
         .width = 640,
         .height = 480,
         .x = 160,
         .y = 120,
         .w = 320,
         .h = 60,
         .roi_id = 9,
         .labels = {"red"},
         .scores = {0.75f}},
    };
    GstBuffer *buffer = gst_buffer_new();
    GstVideoRegionOfInterestMeta *roi =
        gst_buffer_add_video_region_of_interest_meta(buffer, "car", 160, 120, 320, 60);

    roi->id = 9;
    gst_video_region_of_interest_meta_add_param(
        roi,
        gst_structure_new("detection", "confidence", G_TYPE_DOUBLE, 0.8, "label_id", G_TYPE_INT, 3,
                          "x_min", G_TYPE_DOUBLE, 0.25, "x_max", G_TYPE_DOUBLE, 0.75, "y_min",
                          G_TYPE_DOUBLE, 0.25, "y_max", G_TYPE_DOUBLE, 0.375, NULL));
    gst_video_region_of_interest_meta_add_param(
        roi, gst_structure_new("object_id", "id", G_TYPE_INT, 77, NULL));
    assert_line(buffer, results, 2, NULL,
                "{\"objects\":[{\"detection\":{\"bounding_box\":{\"x_max\":0.75,\"x_min\":0.25,"
                "\"y_max\":0.375,\"y_min\":0.25},\"confidence\":0.8,\"label\":\"car\","
                "\"label_id\":3},\"id\":77,\"roi_type\":\"car\",\"region_id\":9,"
                "\"h\":60,\"w\":320,\"x\":160,\"y\":120,"
                "\"color\":{\"confidence\":0.75,\"label\":\"red\",\"label_id\":0,"
                "\"model\":{\"name\":\"model\"}}},"
                "{\"h\":480,\"w\":640,\"x\":0,\"y\":0,"
                "\"whole\":{\"confidence\":0.5,\"label\":\"street\",\"label_id\":0,"
                "\"model\":{\"name\":\"model\"}}}]," TAIL "}\n");
}

#if EFFNET_HAVE_GST_ANALYTICS
/* Of a detection in GstAnalytics, where DL Streamer keeps them since 2025. */
static void
test_analytics(void)
{
    EffNetTestResult result = {.element = "color",
                               .width = 640,
                               .height = 480,
                               .x = 160,
                               .y = 120,
                               .w = 320,
                               .h = 60,
                               .labels = {"red"},
                               .scores = {0.75f}};
    GstBuffer *buffer = gst_buffer_new();
    GstAnalyticsRelationMeta *meta = gst_buffer_add_analytics_relation_meta(buffer);
    GstAnalyticsODMtd od;
    g_autofree char *expected = NULL;

    g_assert_true(gst_analytics_relation_meta_add_od_mtd(meta, g_quark_from_static_string("car"),
                                                         160, 120, 320, 60, 0.8f, &od));
    result.roi_id = (gint)od.id;
    expected = g_strdup_printf("{\"objects\":[{\"detection\":{\"bounding_box\":{\"x_max\":0.75,"
                               "\"x_min\":0.25,\"y_max\":0.375,\"y_min\":0.25},"
                               "\"confidence\":0.8,\"label\":\"car\"},\"roi_type\":\"car\","
                               "\"region_id\":%d,\"h\":60,\"w\":320,\"x\":160,\"y\":120,"
                               "\"color\":{\"confidence\":0.75,\"label\":\"red\",\"label_id\":0,"
                               "\"model\":{\"name\":\"model\"}}}]," TAIL "}\n",
                               result.roi_id);
    assert_line(buffer, &result, 1, NULL, expected);
}
#endif

/* What an element such as timecodestamper says of the clock. */
static void
test_system_time(void)
{
    const EffNetTestResult result = {.element = "e", FRAME, .labels = {"a"}, .scores = {1}};
    GstBuffer *buffer = gst_buffer_new();
    GDateTime *day = g_date_time_new_utc(2026, 1, 31, 0, 0, 0);
    GstVideoTimeCode *code =
        gst_video_time_code_new(25, 1, day, GST_VIDEO_TIME_CODE_FLAGS_NONE, 18, 45, 7, 5, 0);
    g_autofree char *line = NULL;

    gst_buffer_add_video_time_code_meta(buffer, code);
    line = write_line(buffer, &result, 1, NULL);
    g_assert_nonnull(strstr(line, ",\"source\":\"test_src\","
                                  "\"system_timestamp\":\"2026-01-31T18:45:07.200:+0000\"}\n"));
    gst_video_time_code_free(code);
    g_date_time_unref(day);
    gst_buffer_unref(buffer);
}

static void
test_wrong_tags(void)
{
    GstEfficientNetWriter *writer =
        g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH_FILE, "location", "/dev/null", NULL);
    GstEfficientNetFormat *format =
        g_object_new(GST_TYPE_EFFICIENTNET_FORMAT_DLSTREAMER, "tags", "site=yard", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_false(gst_efficientnet_format_open(format, writer, "cam0", NULL, &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_cmpstr(error->message, ==,
                    "tags: a JSON object was expected, and site=yard was found");
    g_object_unref(format);
    g_object_unref(writer);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    gst_efficientnet_meta_register();
    g_test_add_func("/formatdlstreamer/frame", test_frame);
    g_test_add_func("/formatdlstreamer/attributes", test_attributes);
    g_test_add_func("/formatdlstreamer/region", test_region);
#if EFFNET_HAVE_GST_ANALYTICS
    g_test_add_func("/formatdlstreamer/analytics", test_analytics);
#endif
    g_test_add_func("/formatdlstreamer/system-time", test_system_time);
    g_test_add_func("/formatdlstreamer/wrong-tags", test_wrong_tags);
    return g_test_run();
}
