/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings.h"

static void
test_labels(void)
{
    g_auto(GstEfficientNetModelSettings) settings = {0}, copy = {0};
    GValue value = G_VALUE_INIT, got = G_VALUE_INIT, empty = G_VALUE_INIT;

    g_value_init(&value, GST_TYPE_ARRAY);
    g_value_init(&got, GST_TYPE_ARRAY);
    g_value_init(&empty, GST_TYPE_ARRAY);
    g_assert_true(gst_value_deserialize(&value, "<cat,\"big dog\">"));
    gst_efficientnet_model_settings_set(&settings, GST_EFFICIENTNET_PROP_LABELS, &value);
    g_assert_cmpstr(settings.labels[0], ==, "cat");
    g_assert_cmpstr(settings.labels[1], ==, "big dog");
    g_assert_null(settings.labels[2]);

    gst_efficientnet_model_settings_copy(&copy, &settings);
    gst_efficientnet_model_settings_set(&settings, GST_EFFICIENTNET_PROP_LABELS, &empty);
    g_assert_null(settings.labels);
    gst_efficientnet_model_settings_get(&copy, GST_EFFICIENTNET_PROP_LABELS, &got);
    g_assert_cmpint(gst_value_compare(&got, &value), ==, GST_VALUE_EQUAL);
    g_value_unset(&value);
    g_value_unset(&got);
    g_value_unset(&empty);
}

static void
test_copy(void)
{
    g_auto(GstEfficientNetModelSettings) settings = {0}, copy = {0};
    GValue value = G_VALUE_INIT;

    g_value_init(&value, G_TYPE_STRING);
    g_value_set_static_string(&value, "b0");
    gst_efficientnet_model_settings_set(&settings, GST_EFFICIENTNET_PROP_MODEL, &value);
    settings.model_options = gst_structure_new("o", "resolution", G_TYPE_INT, 32, NULL);
    settings.threads = 3;
    gst_efficientnet_model_settings_copy(&copy, &settings);
    gst_efficientnet_model_settings_clear(&settings);
    g_assert_cmpstr(copy.model, ==, "b0");
    g_assert_true(gst_structure_has_field(copy.model_options, "resolution"));
    g_assert_cmpuint(copy.threads, ==, 3);
    g_assert_null(copy.labels_file);
    g_value_unset(&value);
}

static void
test_frame_defaults(void)
{
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;

    g_assert_cmpuint(settings.top_k, ==, 5);
    g_assert_cmpfloat(settings.threshold, ==, 0);
    g_assert_cmpuint(settings.interval, ==, 1);
    g_assert_cmpint(settings.max_rate.n, ==, 0);
    g_assert_cmpfloat(settings.change_threshold, ==, 0);
    g_assert_cmpfloat(settings.smoothing, ==, 0);
    g_assert_cmpuint(settings.reclassify_interval, ==, 1);
    g_assert_true(settings.hold_last);
    g_assert_cmpint(settings.orientation, ==, GST_VIDEO_ORIENTATION_AUTO);
    g_assert_cmpint(settings.late_policy, ==, GST_EFFICIENTNET_LATE_POLICY_WAIT);
    g_assert_cmpint(settings.inference_region, ==, GST_EFFICIENTNET_INFERENCE_REGION_FULL_FRAME);
    g_assert_cmpint(settings.post_messages, ==, GST_EFFICIENTNET_POST_MESSAGES_NONE);
    g_assert_cmpint(settings.resize.mode, ==, EFFNET_RESIZE_AUTO);
}

/* Sets a value of the property's type. */
static gboolean
set_text(GstEfficientNetFrameSettings *settings, GstEfficientNetProp prop, GType type,
         const char *text)
{
    GValue value = G_VALUE_INIT;
    gboolean set;

    g_value_init(&value, type);
    if (text)
        g_assert_true(gst_value_deserialize(&value, text));
    set = gst_efficientnet_frame_settings_set(settings, prop, &value);
    g_value_unset(&value);
    return set;
}

static char *
get_text(const GstEfficientNetFrameSettings *settings, GstEfficientNetProp prop, GType type)
{
    GValue value = G_VALUE_INIT;
    char *text;

    g_value_init(&value, type);
    gst_efficientnet_frame_settings_get(settings, prop, &value);
    text = gst_value_serialize(&value);
    g_value_unset(&value);
    return text;
}

static void
test_fields(void)
{
    const struct {
        GstEfficientNetProp prop;
        GType type;
        const char *text;
    } values[] = {
        {GST_EFFICIENTNET_PROP_TOP_K, G_TYPE_UINT, "7"},
        {GST_EFFICIENTNET_PROP_SMOOTHING, G_TYPE_FLOAT, "0.5"},
        {GST_EFFICIENTNET_PROP_MAX_RATE, GST_TYPE_FRACTION, "25/2"},
        {GST_EFFICIENTNET_PROP_EMBEDDING, G_TYPE_BOOLEAN, "true"},
        {GST_EFFICIENTNET_PROP_META, gst_efficientnet_meta_forms_get_type(), "analytics+roi"},
        {GST_EFFICIENTNET_PROP_INFERENCE_REGION, gst_efficientnet_inference_region_get_type(),
         "roi-list"},
        {GST_EFFICIENTNET_PROP_OBJECT_CLASS, G_TYPE_STRING, "cat,dog"},
        {GST_EFFICIENTNET_PROP_ROI, G_TYPE_STRING, "1,2,30,4"},
        {GST_EFFICIENTNET_PROP_UNKNOWN, G_TYPE_STRING, "0.5"},
    };
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;

    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *before = get_text(&settings, values[i].prop, values[i].type);
        g_autofree char *after = NULL, *again = NULL;

        g_assert_true(set_text(&settings, values[i].prop, values[i].type, values[i].text));
        after = get_text(&settings, values[i].prop, values[i].type);
        g_assert_cmpstr(after, !=, before);
        g_assert_true(set_text(&settings, values[i].prop, values[i].type, after));
        again = get_text(&settings, values[i].prop, values[i].type);
        g_assert_cmpstr(again, ==, after);
    }
    g_assert_cmpint(settings.max_rate.n, ==, 25);
    g_assert_cmpint(settings.max_rate.d, ==, 2);
    g_assert_cmpstr(settings.object_class, ==, "cat,dog");
}

static void
assert_zone(const GstEfficientNetZone *zone, const GstEfficientNetZone *expected)
{
    g_assert_cmpfloat(zone->x, ==, expected->x);
    g_assert_cmpfloat(zone->y, ==, expected->y);
    g_assert_cmpfloat(zone->w, ==, expected->w);
    g_assert_cmpfloat(zone->h, ==, expected->h);
    g_assert_true(zone->is_relative == expected->is_relative);
}

static void
test_roi(void)
{
    static const char *const wrong[] = {"1",
                                        "1,2,3",
                                        "1,2,3,4,5",
                                        "1,2,0,4",
                                        "-1,2,3,4",
                                        "1,2,3,x",
                                        "1,2,3,99999999999",
                                        "1,2,3,.",
                                        "0.1,0,0.5,1.1",
                                        "0.1,0,0.0,1",
                                        "0.1,0,0.0000001,1",
                                        "0.1,0,,1",
                                        "1.5,0,0.5,1",
                                        "0.1,0,1e-1,1",
                                        "0.1,0,0x1,1",
                                        "0.1.2,0,1,1",
                                        "nan,0.,1,1"};
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;
    const GstEfficientNetZone expected = {1, 2, 30, 4, FALSE};
    const GstEfficientNetZone shares = {0.25, 0, 0.5, 1, TRUE};
    const GstEfficientNetZone digits = {0.333333, 0, 0.5, 0.066667, TRUE};
    g_autofree char *text = NULL;

    g_assert_true(set_text(&settings, GST_EFFICIENTNET_PROP_ROI, G_TYPE_STRING, "1,2, 30,4"));
    assert_zone(&settings.roi, &expected);
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_false(set_text(&settings, GST_EFFICIENTNET_PROP_ROI, G_TYPE_STRING, wrong[i]));
        assert_zone(&settings.roi, &expected);
    }
    g_assert_true(set_text(&settings, GST_EFFICIENTNET_PROP_ROI, G_TYPE_STRING, ".25,0,0.5,1"));
    assert_zone(&settings.roi, &shares);
    text = get_text(&settings, GST_EFFICIENTNET_PROP_ROI, G_TYPE_STRING);
    g_assert_cmpstr(text, ==, "\"0.250000\\,0.000000\\,0.500000\\,1.000000\"");
    g_assert_true(set_text(&settings, GST_EFFICIENTNET_PROP_ROI, G_TYPE_STRING, text));
    assert_zone(&settings.roi, &shares);
    g_assert_true(set_text(&settings, GST_EFFICIENTNET_PROP_ROI, G_TYPE_STRING,
                           "0.33333333333,0.0000004,0.5,.0666666666"));
    assert_zone(&settings.roi, &digits);
    g_assert_true(set_text(&settings, GST_EFFICIENTNET_PROP_ROI, G_TYPE_STRING, NULL));
    g_assert_cmpfloat(settings.roi.w, ==, 0);
}

static void
test_unknown(void)
{
    static const char *const wrong[] = {"", "on", "1.5", "-0.1", "0.5x", "nan", " 0.5"};
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;
    g_autofree char *text = get_text(&settings, GST_EFFICIENTNET_PROP_UNKNOWN, G_TYPE_STRING);

    g_assert_cmpstr(text, ==, "auto");
    g_assert_cmpfloat(settings.unknown, ==, GST_EFFICIENTNET_UNKNOWN_AUTO);
    g_assert_true(set_text(&settings, GST_EFFICIENTNET_PROP_UNKNOWN, G_TYPE_STRING, "off"));
    g_assert_cmpfloat(settings.unknown, ==, GST_EFFICIENTNET_UNKNOWN_OFF);
    g_assert_true(set_text(&settings, GST_EFFICIENTNET_PROP_UNKNOWN, G_TYPE_STRING, "0.25"));
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_false(set_text(&settings, GST_EFFICIENTNET_PROP_UNKNOWN, G_TYPE_STRING, wrong[i]));
        g_assert_cmpfloat(settings.unknown, ==, 0.25f);
    }
    g_assert_false(set_text(&settings, GST_EFFICIENTNET_PROP_UNKNOWN, G_TYPE_STRING, NULL));
    g_assert_true(set_text(&settings, GST_EFFICIENTNET_PROP_UNKNOWN, G_TYPE_STRING, "auto"));
    g_assert_cmpfloat(settings.unknown, ==, GST_EFFICIENTNET_UNKNOWN_AUTO);
}

/* A property that is not a frame's, or was forgotten in the table, is a programming error: it is
 * reported, and nothing is written or read. */
static void
test_no_field(void)
{
    static const GstEfficientNetProp props[] = {0, GST_EFFICIENTNET_PROP_CACHE,
                                                GST_EFFICIENTNET_PROP_STATS,
                                                GST_EFFICIENTNET_PROP_STATS + 9};

    for (gsize i = 0; i < G_N_ELEMENTS(props); i++) {
        GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;
        GValue value = G_VALUE_INIT;

        g_value_init(&value, G_TYPE_BOOLEAN);
        g_value_set_boolean(&value, TRUE);
        g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*field*");
        g_assert_false(gst_efficientnet_frame_settings_set(&settings, props[i], &value));
        g_test_assert_expected_messages();
        g_assert_cmpmem(&settings, sizeof settings, &gst_efficientnet_frame_defaults,
                        sizeof settings);
        g_value_set_boolean(&value, FALSE);
        g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*field*");
        gst_efficientnet_frame_settings_get(&settings, props[i], &value);
        g_test_assert_expected_messages();
        g_assert_false(g_value_get_boolean(&value));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/settings/labels", test_labels);
    g_test_add_func("/settings/copy", test_copy);
    g_test_add_func("/settings/frame-defaults", test_frame_defaults);
    g_test_add_func("/settings/fields", test_fields);
    g_test_add_func("/settings/roi", test_roi);
    g_test_add_func("/settings/unknown", test_unknown);
    g_test_add_func("/settings/no-field", test_no_field);
    return g_test_run();
}
