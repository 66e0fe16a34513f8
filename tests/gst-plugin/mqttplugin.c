/* SPDX-License-Identifier: BSD-2-Clause */
#include <gst/gst.h>

/* The registry finds the method and the formats without loading their plugin file, and loads that
 * on demand. */
static void
test_types(void)
{
    static const struct {
        const char *type, *interface;
    } rows[] = {
        {"GstEfficientNetPublishMqtt", "GstEfficientNetWriter"},
        {"GstEfficientNetFormatHomeassistant", "GstEfficientNetFormat"},
        {"GstEfficientNetFormatFrigate", "GstEfficientNetFormat"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GstPluginFeature) feature = gst_registry_find_feature(
            gst_registry_get(), rows[i].type, GST_TYPE_DYNAMIC_TYPE_FACTORY);
        GType type;

        g_assert_nonnull(feature);
        g_assert_cmpstr(gst_plugin_feature_get_plugin_name(feature), ==, "efficientnetmqtt");
        type = gst_dynamic_type_factory_load(rows[i].type);
        g_assert_true(g_type_is_a(type, G_TYPE_OBJECT));
        g_assert_true(g_type_is_a(type, g_type_from_name(rows[i].interface)));
    }
}

/* Two plugin files, one interface: the element uses what the other one provides. */
static void
test_element(void)
{
    static const char *const formats[] = {"json", "homeassistant", "frigate"};

    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autofree char *line = g_strdup_printf(
            "efficientnetpublish method=mqtt format=%s drain-timeout=0", formats[i]);
        GstElement *element = gst_parse_launch(line, NULL);

        g_assert_nonnull(element);
        g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), !=,
                        GST_STATE_CHANGE_FAILURE);
        g_assert_cmpint(gst_element_set_state(element, GST_STATE_NULL), ==,
                        GST_STATE_CHANGE_SUCCESS);
        gst_object_unref(element);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/mqttplugin/types", test_types);
    g_test_add_func("/mqttplugin/element", test_element);
    return g_test_run();
}
