/* SPDX-License-Identifier: BSD-2-Clause */
#include <gst/efficientnet/meta.h>

static void
assert_element(const char *name, const char *title)
{
    GstElementFactory *factory = gst_element_factory_find(name);
    GstPluginFeature *feature = GST_PLUGIN_FEATURE(factory);

    g_assert_nonnull(factory);
    g_assert_cmpstr(gst_plugin_feature_get_plugin_name(feature), ==, "efficientnet");
    g_assert_cmpstr(gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_LONGNAME), ==,
                    title);
    g_assert_cmpstr(gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS), ==,
                    "Filter/Analyzer/Video");
    gst_object_unref(factory);
}

static void
test_elements(void)
{
    GstPlugin *plugin = gst_registry_find_plugin(gst_registry_get(), "efficientnet");

    g_assert_nonnull(plugin);
    g_assert_cmpstr(gst_plugin_get_license(plugin), ==, "BSD");
    gst_object_unref(plugin);
    assert_element("efficientnet", "EfficientNet Classifier");
    assert_element("efficientnetpublish", "EfficientNet Publisher");
}

/* The meta is registered from the first element on, and has no tags. */
static void
test_meta(void)
{
    GstElement *element = gst_element_factory_make("efficientnetpublish", NULL);
    const GstMetaInfo *info = gst_meta_get_info(GST_EFFICIENTNET_META_NAME);
    const char *const *tags;

    g_assert_nonnull(info);
    g_assert_true(gst_meta_info_is_custom(info));
    tags = (const char *const *)gst_meta_api_type_get_tags(info->api);
    g_assert_true(!tags || !tags[0]);
    gst_object_unref(element);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/plugin/elements", test_elements);
    g_test_add_func("/plugin/meta", test_meta);
    return g_test_run();
}
