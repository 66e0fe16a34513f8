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
    GstEfficientNetFrameSettings settings;

    gst_efficientnet_frame_settings_init(&settings);
    g_assert_cmpuint(settings.top_k, ==, 5);
    g_assert_cmpfloat(settings.threshold, ==, 0);
    g_assert_cmpuint(settings.interval, ==, 1);
    g_assert_true(settings.hold_last);
    g_assert_cmpint(settings.orientation, ==, GST_VIDEO_ORIENTATION_AUTO);
    g_assert_cmpint(settings.late_policy, ==, GST_EFFICIENTNET_LATE_POLICY_WAIT);
    g_assert_cmpint(settings.post_messages, ==, GST_EFFICIENTNET_POST_MESSAGES_NONE);
    g_assert_cmpint(settings.resize.mode, ==, EFFNET_RESIZE_AUTO);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/settings/labels", test_labels);
    g_test_add_func("/settings/copy", test_copy);
    g_test_add_func("/settings/frame-defaults", test_frame_defaults);
    return g_test_run();
}
