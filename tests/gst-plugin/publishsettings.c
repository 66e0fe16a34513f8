/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishsettings.h"

#include "gstefficientnetpublish.h"
#include "publishregistry.h"

enum {
    FILE_METHOD,
    MQTT_METHOD,
};

static const GstEfficientNetPublishChoice other_format = {.nick = "other", .description = "Other"};

/* A value other than SPEC's default. */
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
        g_value_set_enum(value, 1);
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

/* Every property has its own place: what is set can be read, also from a copy, and after all others
 * were set. */
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
        g_assert_true(gst_efficientnet_publish_settings_set(&settings, specs[i], &value));
        g_object_set_property(element, specs[i]->name, &value);
        g_value_unset(&value);
        seen++;
    }
    /* At least the element's own, file's and mqtt's. */
    g_assert_cmpuint(seen, >=, GST_EFFICIENTNET_PUBLISH_PROP_STATS - 1 + 3 + 12);
    gst_efficientnet_publish_settings_copy(&copy, &settings);
    for (guint i = 0; i < n; i++) {
        GValue expected = G_VALUE_INIT, got = G_VALUE_INIT, of_element = G_VALUE_INIT;

        if (specs[i]->owner_type != GST_TYPE_EFFICIENTNET_PUBLISH ||
            !(specs[i]->flags & G_PARAM_WRITABLE))
            continue;
        make_value(&expected, specs[i]);
        g_value_init(&got, specs[i]->value_type);
        g_value_init(&of_element, specs[i]->value_type);
        g_assert_true(gst_efficientnet_publish_settings_get(&copy, specs[i], &got));
        g_assert_true(is_equal(&expected, &got));
        g_object_get_property(element, specs[i]->name, &of_element);
        g_assert_true(is_equal(&expected, &of_element));
        g_value_unset(&expected);
        g_value_unset(&got);
        g_value_unset(&of_element);
    }
    g_object_unref(element);
}

/* An element starts as gst-inspect says. */
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

/* Existing launch lines, in any order, and for any method. */
static void
test_launch_lines(void)
{
    static const struct {
        const char *line;
        gint method;
    } rows[] = {
        {"efficientnetpublish location=a.jsonl max-size=1000 max-files=2", FILE_METHOD},
        {"efficientnetpublish address=mqtts://h:1 topic=a/b qos=2 retain=true method=mqtt "
         "credentials-file=c ca-file=d cert-file=e key-file=f status-topic=g client-id=h "
         "max-queue=9 drain-timeout=0",
         MQTT_METHOD},
        {"efficientnetpublish method=mqtt location=a.jsonl", MQTT_METHOD},
        {"efficientnetpublish method=file topic=a qos=0 format=json", FILE_METHOD},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GError *error = NULL;
        GstElement *element = gst_parse_launch(rows[i].line, &error);
        gint method;

        g_assert_no_error(error);
        g_object_get(element, "method", &method, NULL);
        g_assert_cmpint(method, ==, rows[i].method);
        gst_object_unref(element);
    }
}

static void
test_stats(void)
{
    g_auto(GstEfficientNetPublishSettings) settings = {0};
    GObjectClass *klass = g_type_class_ref(GST_TYPE_EFFICIENTNET_PUBLISH);
    GParamSpec *spec = g_object_class_find_property(klass, "stats");
    GValue value = G_VALUE_INIT;

    gst_efficientnet_publish_settings_init(&settings);
    g_value_init(&value, GST_TYPE_STRUCTURE);
    g_assert_false(gst_efficientnet_publish_settings_set(&settings, spec, &value));
    g_assert_false(gst_efficientnet_publish_settings_get(&settings, spec, &value));
    g_value_unset(&value);
    g_type_class_unref(klass);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    /* So that each property has a value other than its default. */
    gst_efficientnet_publish_add(GST_EFFICIENTNET_PUBLISH_FORMAT, &other_format);
    GST_ELEMENT_REGISTER(efficientnetpublish, NULL);
    g_test_add_func("/publishsettings/round-trip", test_round_trip);
    g_test_add_func("/publishsettings/defaults", test_defaults);
    g_test_add_func("/publishsettings/launch-lines", test_launch_lines);
    g_test_add_func("/publishsettings/stats", test_stats);
    return g_test_run();
}
