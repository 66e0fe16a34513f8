/* SPDX-License-Identifier: BSD-2-Clause */
#include "writer.h"

#include "publishfile.h"

/* A plugin file that has this code of its own gets the type that is there. */
static void
test_one_type(void)
{
    g_assert_cmpuint(gst_efficientnet_writer_get_type(), ==,
                     g_type_from_name("GstEfficientNetWriter"));
    g_assert_true(g_type_is_a(GST_TYPE_EFFICIENTNET_PUBLISH_FILE, GST_TYPE_EFFICIENTNET_WRITER));
}

/* This test has no plugin but GStreamer's own. */
static void
test_mqtt_is_not_installed(void)
{
    GstEfficientNetPublishSettings settings = {.method = GST_EFFICIENTNET_PUBLISH_METHOD_MQTT};
    g_autoptr(GError) error = NULL;

    g_assert_null(gst_efficientnet_writer_open(&settings, NULL, &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==,
                    "method: mqtt needs GStreamer's plugin \"efficientnetmqtt\", which is not "
                    "installed");
}

static void
test_open_fails(void)
{
    GstEfficientNetPublishSettings settings = {.location = (char *)"/"};
    g_autoptr(GError) error = NULL;

    g_assert_null(gst_efficientnet_writer_open(&settings, NULL, &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE);
}

static gboolean
init_plugin(GstPlugin *plugin)
{
    return gst_dynamic_type_register(
        plugin,
        g_type_register_static_simple(G_TYPE_OBJECT, "GstEfficientNetPublishMqtt",
                                      sizeof(GObjectClass), NULL, sizeof(GObject), NULL, 0));
}

/* After those to whom it is not installed. */
static void
test_another_version(void)
{
    GstEfficientNetPublishSettings settings = {.method = GST_EFFICIENTNET_PUBLISH_METHOD_MQTT};
    g_autoptr(GError) error = NULL;

    g_assert_true(gst_plugin_register_static(GST_VERSION_MAJOR, GST_VERSION_MINOR,
                                             "efficientnetmqtt", "of another version", init_plugin,
                                             "0.0.9", "BSD", "test", "test", "test"));
    g_assert_null(gst_efficientnet_writer_open(&settings, NULL, &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_nonnull(strstr(error->message, "0.0.9"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/writer/one-type", test_one_type);
    g_test_add_func("/writer/mqtt-is-not-installed", test_mqtt_is_not_installed);
    g_test_add_func("/writer/open-fails", test_open_fails);
    g_test_add_func("/writer/another-version", test_another_version);
    return g_test_run();
}
