/* SPDX-License-Identifier: BSD-2-Clause */
#include "homesensor.h"

#include "meta.h"
#include "publishmqtt.h"
#include "results.h"

static GstEfficientNetHomeSensor *
make_sensor(const char *element)
{
    GstEfficientNetWriter *writer =
        g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH_MQTT, "topic", "cams", NULL);
    GstEfficientNetHomeSensor *sensor = gst_efficientnet_home_sensor_new(writer, "door", element);

    g_object_unref(writer);
    return sensor;
}

/* Whether SENSOR changes when LABEL is found. */
static gboolean
set(GstEfficientNetHomeSensor *sensor, const char *label, float score, gboolean unknown)
{
    const EffNetTestResult found = {
        .element = "net", .roi_id = -1, .labels = {label}, .scores = {score}, .unknown = unknown};
    GstEfficientNetResult result;
    GValue list;
    gboolean changed;

    effnet_test_init_results(&list, &found, 1);
    g_assert_true(gst_efficientnet_results_get(&list, 0, &result));
    changed = gst_efficientnet_home_sensor_set(sensor, &result);
    g_value_unset(&list);
    return changed;
}

static void
test_topics(void)
{
    g_autoptr(GstEfficientNetHomeSensor) sensor = make_sensor("a/b#c");

    g_assert_cmpstr(sensor->state_topic, ==, "cams/door/a_b_c/state");
    g_assert_cmpstr(sensor->attributes_topic, ==, "cams/door/a_b_c/attributes");
}

/* Ids have letters that discovery topics take, are short, and differ. */
static void
test_ids(void)
{
    static const char *const texts[] = {"a", "a b", "a_b", "a/b", "\xc3\xa9", ""};
    g_autofree char *longest = g_strnfill(100000, 'x');
    g_autofree char *id = gst_efficientnet_home_make_id(longest);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    g_assert_cmpuint(strlen(id), ==, 64 + 9);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        char *made = gst_efficientnet_home_make_id(texts[i]);

        g_assert_true(g_regex_match_simple("^[a-zA-Z0-9_]+$", made, 0, 0));
        g_assert_true(g_hash_table_add(seen, made));
    }
}

static void
test_states(void)
{
    g_autoptr(GstEfficientNetHomeSensor) sensor = make_sensor("net");
    g_autofree char *longest = g_strnfill(300, 'x');

    g_assert_null(sensor->state);
    g_assert_true(set(sensor, "cat", 0.5f, FALSE));
    g_assert_cmpstr(sensor->state, ==, "cat");
    g_assert_cmpstr(sensor->attributes, ==, "{\"confidence\":0.5,\"index\":0,\"model\":\"model\"}");
    g_assert_false(set(sensor, "cat", 0.75f, FALSE));
    g_assert_true(strstr(sensor->attributes, "0.5") != NULL);
    g_assert_true(set(sensor, "dog", 0.25f, TRUE));
    g_assert_cmpstr(sensor->state, ==, "None");
    g_assert_cmpstr(sensor->attributes, ==, "{\"model\":\"model\"}");
    g_assert_false(gst_efficientnet_home_sensor_set(sensor, NULL));
    g_assert_true(set(sensor, "None", 1, FALSE));
    g_assert_cmpstr(sensor->state, ==, "none");
    g_assert_true(set(sensor, "", 1, FALSE));
    g_assert_cmpstr(sensor->state, ==, "0");
    g_assert_true(set(sensor, longest, 1, FALSE));
    g_assert_cmpuint(strlen(sensor->state), ==, 255);
    g_assert_true(set(sensor, "\xff", 1, FALSE));
    g_assert_cmpstr(sensor->state, ==, "\xef\xbf\xbd");
    g_assert_true(gst_efficientnet_home_sensor_set(sensor, NULL));
    g_assert_cmpstr(sensor->attributes, ==, "{}");
}

static guint
count_options(guint n, guint length)
{
    g_autoptr(GstEfficientNetHomeSensor) sensor = make_sensor("net");
    g_auto(GStrv) labels = g_new0(char *, n + 1);

    for (guint i = 0; i < n; i++)
        labels[i] = g_strdup_printf("%0*u", (int)length, i);
    gst_efficientnet_home_sensor_set_options(sensor, "model", (const char *const *)labels);
    return sensor->options ? g_strv_length(sensor->options) : 0;
}

static void
test_options(void)
{
    static const char *const labels[] = {"cat", "", "cat", "dog", "None", NULL};
    g_autoptr(GstEfficientNetHomeSensor) sensor = make_sensor("net");

    gst_efficientnet_home_sensor_set_options(sensor, "model", labels);
    g_assert_cmpuint(g_strv_length(sensor->options), ==, 4);
    g_assert_cmpstr(sensor->options[1], ==, "1");
    g_assert_cmpstr(sensor->options[2], ==, "dog");
    g_assert_cmpstr(sensor->options[3], ==, "none");
    gst_efficientnet_home_sensor_set_options(sensor, "model", NULL);
    g_assert_null(sensor->options);
    g_assert_cmpuint(count_options(256, 3), ==, 256);
    g_assert_cmpuint(count_options(257, 3), ==, 0);
    g_assert_cmpuint(count_options(1000, 3), ==, 0);
    g_assert_cmpuint(count_options(64, 128), ==, 64);
    g_assert_cmpuint(count_options(65, 128), ==, 0);
    g_assert_cmpuint(count_options(0, 0), ==, 0);
}

static void
test_append(void)
{
    static const char *const labels[] = {"c\"at", "dog", NULL};
    g_autoptr(GstEfficientNetHomeSensor) sensor = make_sensor("net");
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *common =
        g_strdup_printf("\"state_topic\":\"cams/door/net/state\","
                        "\"json_attributes_topic\":\"cams/door/net/attributes\"");
    g_autofree char *id = g_strdup_printf("net_%08x", g_str_hash("net"));
    g_autofree char *bare =
        g_strdup_printf("{\"p\":\"sensor\",\"unique_id\":\"dev_%s\",\"name\":null,%s}", id, common);
    g_autofree char *full =
        g_strdup_printf("{\"p\":\"sensor\",\"unique_id\":\"dev_%s\",\"name\":\"net\",%s,"
                        "\"expire_after\":60,\"device_class\":\"enum\","
                        "\"options\":[\"c\\\"at\",\"dog\"]}",
                        id, common);

    gst_efficientnet_home_sensor_append(sensor, out, "dev", FALSE, 0);
    g_assert_cmpstr(out->str, ==, bare);
    g_string_truncate(out, 0);
    gst_efficientnet_home_sensor_set_options(sensor, "model", labels);
    gst_efficientnet_home_sensor_append(sensor, out, "dev", TRUE, 60);
    g_assert_cmpstr(out->str, ==, full);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/homesensor/topics", test_topics);
    g_test_add_func("/homesensor/ids", test_ids);
    g_test_add_func("/homesensor/states", test_states);
    g_test_add_func("/homesensor/options", test_options);
    g_test_add_func("/homesensor/append", test_append);
    return g_test_run();
}
