/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishsettings.h"

#include "gstefficientnetpublish.h"

/* A value that is not the default of SPEC. */
static void
make_value(GValue *value, GParamSpec *spec)
{
    g_value_init(value, spec->value_type);
    if (spec->value_type == G_TYPE_STRING)
        g_value_set_string(value, spec->name);
    else if (spec->value_type == G_TYPE_BOOLEAN)
        g_value_set_boolean(value, !((GParamSpecBoolean *)spec)->default_value);
    else if (spec->value_type == G_TYPE_UINT)
        g_value_set_uint(value, 2 - ((GParamSpecUInt *)spec)->default_value % 2);
    else if (spec->value_type == G_TYPE_UINT64)
        g_value_set_uint64(value, 12345);
    else if (spec->value_type == GST_TYPE_STRUCTURE)
        g_value_take_boxed(value, gst_structure_new_empty("filter"));
    else if (G_TYPE_IS_ENUM(spec->value_type))
        g_value_set_enum(value, GST_EFFICIENTNET_PUBLISH_METHOD_MQTT);
    else
        g_assert_not_reached();
}

static gboolean
is_equal(const GValue *a, const GValue *b)
{
    if (G_VALUE_HOLDS(a, GST_TYPE_STRUCTURE))
        return gst_structure_is_equal(g_value_get_boxed(a), g_value_get_boxed(b));
    return gst_value_compare(a, b) == GST_VALUE_EQUAL;
}

/* Every property has its own place: what is set is what is got, also of a copy, and after all
 * others were set. */
static void
test_round_trip(void)
{
    GObject *element = g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH, NULL);
    guint n, seen = 0;
    g_autofree GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &n);
    g_auto(GstEfficientNetPublishSettings) settings = {0}, copy = {0};

    gst_efficientnet_publish_settings_init(&settings);
    for (guint i = 0; i < n; i++) {
        GValue value = G_VALUE_INIT;

        if (specs[i]->owner_type != GST_TYPE_EFFICIENTNET_PUBLISH ||
            !(specs[i]->flags & G_PARAM_WRITABLE))
            continue;
        make_value(&value, specs[i]);
        g_assert_true(gst_efficientnet_publish_settings_set(&settings, specs[i]->param_id, &value));
        g_object_set_property(element, specs[i]->name, &value);
        g_value_unset(&value);
        seen++;
    }
    g_assert_cmpuint(seen, ==, GST_EFFICIENTNET_PUBLISH_PROP_STATS - 1);
    gst_efficientnet_publish_settings_copy(&copy, &settings);
    for (guint i = 0; i < n; i++) {
        GValue expected = G_VALUE_INIT, got = G_VALUE_INIT, of_element = G_VALUE_INIT;

        if (specs[i]->owner_type != GST_TYPE_EFFICIENTNET_PUBLISH ||
            !(specs[i]->flags & G_PARAM_WRITABLE))
            continue;
        make_value(&expected, specs[i]);
        g_value_init(&got, specs[i]->value_type);
        g_value_init(&of_element, specs[i]->value_type);
        g_assert_true(gst_efficientnet_publish_settings_get(&copy, specs[i]->param_id, &got));
        g_assert_true(is_equal(&expected, &got));
        g_object_get_property(element, specs[i]->name, &of_element);
        g_assert_true(is_equal(&expected, &of_element));
        g_value_unset(&expected);
        g_value_unset(&got);
        g_value_unset(&of_element);
    }
    g_object_unref(element);
}

/* What gst-inspect says is what an element begins with. */
static void
test_defaults(void)
{
    GObject *element = g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH, NULL);
    guint n;
    g_autofree GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &n);

    for (guint i = 0; i < n; i++) {
        GValue value = G_VALUE_INIT;

        if (specs[i]->owner_type != GST_TYPE_EFFICIENTNET_PUBLISH ||
            !(specs[i]->flags & G_PARAM_WRITABLE))
            continue;
        g_value_init(&value, specs[i]->value_type);
        g_object_get_property(element, specs[i]->name, &value);
        g_assert_true(g_param_value_defaults(specs[i], &value));
        g_value_unset(&value);
    }
    g_object_unref(element);
}

static void
test_unknown(void)
{
    g_auto(GstEfficientNetPublishSettings) settings = {0};
    GValue value = G_VALUE_INIT;

    g_value_init(&value, G_TYPE_STRING);
    g_assert_false(gst_efficientnet_publish_settings_set(&settings, 0, &value));
    g_assert_false(gst_efficientnet_publish_settings_set(
        &settings, GST_EFFICIENTNET_PUBLISH_PROP_STATS, &value));
    g_assert_false(gst_efficientnet_publish_settings_get(&settings, 1000, &value));
    g_value_unset(&value);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/publishsettings/round-trip", test_round_trip);
    g_test_add_func("/publishsettings/defaults", test_defaults);
    g_test_add_func("/publishsettings/unknown", test_unknown);
    return g_test_run();
}
