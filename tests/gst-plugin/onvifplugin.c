/* SPDX-License-Identifier: BSD-2-Clause */
#include <gst/gst.h>

/* The registry finds the format without loading its plugin file, and loads that on demand. */
static void
test_type(void)
{
    g_autoptr(GstPluginFeature) feature = gst_registry_find_feature(
        gst_registry_get(), "GstEfficientNetFormatOnvif", GST_TYPE_DYNAMIC_TYPE_FACTORY);
    GType type;

    g_assert_nonnull(feature);
    g_assert_cmpstr(gst_plugin_feature_get_plugin_name(feature), ==, "efficientnetonvif");
    type = gst_dynamic_type_factory_load("GstEfficientNetFormatOnvif");
    g_assert_true(g_type_is_a(type, g_type_from_name("GstEfficientNetFormat")));
}

/* Two plugin files, one interface: the element uses what the other one provides. */
static void
test_element(void)
{
    GstElement *element = gst_parse_launch(
        "efficientnetpublish format=onvif class-candidates=true location=/dev/null", NULL);

    g_assert_nonnull(element);
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    gst_object_unref(element);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/onvifplugin/type", test_type);
    g_test_add_func("/onvifplugin/element", test_element);
    return g_test_run();
}
