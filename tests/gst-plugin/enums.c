/* SPDX-License-Identifier: BSD-2-Clause */
#include "enums.h"

#include <gst/gst.h>

#include <effnet/effnet.h>

static gint
value_of(GType type, const char *nick)
{
    GEnumClass *klass = g_type_class_ref(type);
    const GEnumValue *value = g_enum_get_value_by_nick(klass, nick);
    gint number;

    g_assert_nonnull(value);
    number = value->value;
    g_type_class_unref(klass);
    return number;
}

static void
test_engine_values(void)
{
    GType activation = gst_efficientnet_activation_get_type();
    GType resize = gst_efficientnet_resize_mode_get_type();

    g_assert_cmpint(value_of(activation, "auto"), ==, EFFNET_ACTIVATION_AUTO);
    g_assert_cmpint(value_of(activation, "softmax"), ==, EFFNET_ACTIVATION_SOFTMAX);
    g_assert_cmpint(value_of(activation, "sigmoid"), ==, EFFNET_ACTIVATION_SIGMOID);
    g_assert_cmpint(value_of(activation, "none"), ==, EFFNET_ACTIVATION_NONE);
    g_assert_cmpint(value_of(resize, "center-crop"), ==, EFFNET_RESIZE_CENTER_CROP);
    g_assert_cmpint(value_of(resize, "stretch"), ==, EFFNET_RESIZE_STRETCH);
    g_assert_cmpint(value_of(resize, "letterbox"), ==, EFFNET_RESIZE_LETTERBOX);
    g_assert_cmpint(value_of(gst_efficientnet_interpolation_get_type(), "bicubic"), ==,
                    EFFNET_INTERPOLATION_BICUBIC);
}

/* The property takes all of the engine's names. */
static void
test_precisions(void)
{
    GEnumClass *klass = g_type_class_ref(gst_efficientnet_precision_get_type());

    for (guint i = 0; i < klass->n_values; i++)
        g_assert_cmpstr(klass->values[i].value_nick, ==,
                        effnet_precision_get_name(klass->values[i].value));
    g_assert_cmpint(klass->maximum, ==, EFFNET_PRECISION_INT8);
    g_assert_cmpuint(klass->n_values, ==, klass->maximum + 1);
    g_type_class_unref(klass);
}

static void
test_own_values(void)
{
    g_assert_cmpint(value_of(gst_efficientnet_late_policy_get_type(), "skip-inference"), ==,
                    GST_EFFICIENTNET_LATE_POLICY_SKIP_INFERENCE);
    g_assert_cmpint(value_of(gst_efficientnet_post_messages_get_type(), "changes"), ==,
                    GST_EFFICIENTNET_POST_MESSAGES_CHANGES);
    g_assert_cmpint(value_of(gst_efficientnet_inference_region_get_type(), "roi-list"), ==,
                    GST_EFFICIENTNET_INFERENCE_REGION_ROI_LIST);
}

static void
test_flags(void)
{
    GFlagsClass *klass = g_type_class_ref(gst_efficientnet_meta_forms_get_type());

    g_assert_cmpuint(klass->n_values, ==, 3);
    g_assert_cmpuint(g_flags_get_value_by_nick(klass, "analytics")->value, ==,
                     GST_EFFICIENTNET_META_FORM_ANALYTICS);
    g_assert_cmpuint(g_flags_get_value_by_nick(klass, "roi")->value, ==,
                     GST_EFFICIENTNET_META_FORM_ROI);
    g_assert_cmpuint(g_flags_get_value_by_nick(klass, "frame")->value, ==,
                     GST_EFFICIENTNET_META_FORM_FRAME);
    g_type_class_unref(klass);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/enums/engine-values", test_engine_values);
    g_test_add_func("/enums/precisions", test_precisions);
    g_test_add_func("/enums/own-values", test_own_values);
    g_test_add_func("/enums/flags", test_flags);
    return g_test_run();
}
