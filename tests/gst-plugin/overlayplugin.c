/* SPDX-License-Identifier: BSD-2-Clause */
#include <gst/efficientnet/meta.h>

static void
test_element(void)
{
    GstPlugin *plugin = gst_registry_find_plugin(gst_registry_get(), "efficientnetoverlay");
    GstElementFactory *factory = gst_element_factory_find("efficientnetoverlay");

    g_assert_nonnull(plugin);
    g_assert_cmpstr(gst_plugin_get_license(plugin), ==, "BSD");
    g_assert_nonnull(factory);
    g_assert_cmpstr(gst_plugin_feature_get_plugin_name(GST_PLUGIN_FEATURE(factory)), ==,
                    "efficientnetoverlay");
    g_assert_cmpstr(gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_LONGNAME), ==,
                    "EfficientNet Overlay");
    gst_object_unref(factory);
    gst_object_unref(plugin);
}

/* Both plugins register the meta, in either order. */
static void
test_both(void)
{
    GstElement *overlay = gst_element_factory_make("efficientnetoverlay", NULL);
    GstElement *publish;

    g_assert_nonnull(overlay);
    g_assert_nonnull(gst_meta_get_info(GST_EFFICIENTNET_META_NAME));
    publish = gst_element_factory_make("efficientnetpublish", NULL);
    g_assert_nonnull(publish);
    gst_object_unref(publish);
    gst_object_unref(overlay);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/overlayplugin/element", test_element);
    g_test_add_func("/overlayplugin/both", test_both);
    return g_test_run();
}
