/* SPDX-License-Identifier: BSD-2-Clause */
#include "writer.h"

#include "publishfile.h"

/* Every plugin file has this code, and all must have one type: it is the first one's. */
GType
gst_efficientnet_writer_get_type(void)
{
    static gsize type = 0;

    if (g_once_init_enter(&type)) {
        GType registered = g_type_from_name("GstEfficientNetWriter");

        if (!registered) {
            registered = g_type_register_static_simple(
                G_TYPE_INTERFACE, g_intern_static_string("GstEfficientNetWriter"),
                sizeof(GstEfficientNetWriterInterface), NULL, 0, NULL, 0);
            g_type_interface_add_prerequisite(registered, G_TYPE_OBJECT);
        }
        g_once_init_leave(&type, registered);
    }
    return type;
}

/* The type that a plugin file of its own brings; of this version, as they share structures. */
static GType
load_type(const char *name, const char *method, const char *plugin_name, GError **error)
{
    GstPluginFeature *feature =
        gst_registry_find_feature(gst_registry_get(), name, GST_TYPE_DYNAMIC_TYPE_FACTORY);
    g_autoptr(GstPlugin) plugin = feature ? gst_plugin_feature_get_plugin(feature) : NULL;
    GType type = G_TYPE_INVALID;

    g_clear_pointer(&feature, gst_object_unref);
    if (!plugin)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                    "method: %s needs GStreamer's plugin \"%s\", which is not installed", method,
                    plugin_name);
    else if (g_strcmp0(gst_plugin_get_version(plugin), EFFNET_VERSION) != 0)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "method: the plugin \"%s\" is of version %s, and " EFFNET_VERSION " is needed",
                    plugin_name, gst_plugin_get_version(plugin));
    else if ((type = gst_dynamic_type_factory_load(name)) == G_TYPE_INVALID)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
                    "method: the plugin \"%s\" cannot be loaded", plugin_name);
    return type;
}

GstEfficientNetWriter *
gst_efficientnet_writer_open(const GstEfficientNetPublishSettings *settings, GstElement *element,
                             GError **error)
{
    g_autoptr(GstEfficientNetWriter) writer = NULL;
    GType type = settings->method == GST_EFFICIENTNET_PUBLISH_METHOD_MQTT
                     ? load_type("GstEfficientNetPublishMqtt", "mqtt", "efficientnetmqtt", error)
                     : GST_TYPE_EFFICIENTNET_PUBLISH_FILE;

    if (type == G_TYPE_INVALID)
        return NULL;
    writer = g_object_new(type, NULL);
    if (!GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->open(writer, settings, element, error))
        return NULL;
    return g_steal_pointer(&writer);
}

gboolean
gst_efficientnet_writer_write(GstEfficientNetWriter *writer, const char *line, gsize length,
                              GError **error)
{
    return GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->write(writer, line, length, error);
}

void
gst_efficientnet_writer_set_flushing(GstEfficientNetWriter *writer, gboolean flushing)
{
    GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->set_flushing(writer, flushing);
}

void
gst_efficientnet_writer_drain(GstEfficientNetWriter *writer)
{
    if (GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->drain)
        GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->drain(writer);
}

void
gst_efficientnet_writer_close(GstEfficientNetWriter *writer)
{
    GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->close(writer);
}

void
gst_efficientnet_writer_get_counts(GstEfficientNetWriter *writer,
                                   GstEfficientNetWriterCounts *counts)
{
    GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->get_counts(writer, counts);
}
