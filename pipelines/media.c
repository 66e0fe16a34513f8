/* SPDX-License-Identifier: BSD-2-Clause */
#include "media.h"

#include <effnet/effnet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "gstefficientnet.h"
#include "gstefficientnetpublish.h"

/* Where GStreamer cannot start its scanner, it loads all plugins into the program itself: then the
 * elements of the installed plugin are there, and a type cannot be registered twice. */
void
effnet_media_register_elements(void)
{
    if (g_type_from_name("GstEfficientNet") == 0)
        GST_ELEMENT_REGISTER(efficientnet, NULL);
    if (g_type_from_name("GstEfficientNetPublish") == 0)
        GST_ELEMENT_REGISTER(efficientnetpublish, NULL);
}

char *
effnet_media_new_uri(const char *name, GError **error)
{
    if (gst_uri_is_valid(name))
        return g_strdup(name);
    if (g_access(name, R_OK) == 0)
        return gst_filename_to_uri(name, error);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s: %s", name, g_strerror(errno));
    return NULL;
}

GstElement *
effnet_media_add(GstBin *bin, const char *factory, GError **error)
{
    GstElement *element = gst_element_factory_make(factory, NULL);

    if (element == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                    "GStreamer's element %s is not installed", factory);
        return NULL;
    }
    gst_bin_add(bin, element);
    return element;
}

/* Audio is not decoded, so that nobody needs its decoders. */
static gboolean
autoplug_continue(GstElement *source, GstPad *pad, GstCaps *caps, gpointer data)
{
    return !g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps, 0)), "audio/");
}

/* jpegdec's default is a coarse transform, which no other program uses for photographs: it changes
 * the first class of one in fifty. */
static void
deep_element_added(GstBin *pipeline, GstBin *bin, GstElement *element, gpointer data)
{
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "idct-method"))
        gst_util_set_object_arg(G_OBJECT(element), "idct-method", "islow");
}

void
effnet_media_set_up_decoding(GstElement *pipeline, GstElement *source)
{
    g_signal_connect(pipeline, "deep-element-added", G_CALLBACK(deep_element_added), NULL);
    g_signal_connect(source, "autoplug-continue", G_CALLBACK(autoplug_continue), NULL);
}

gboolean
effnet_media_set_property(GstElement *element, const char *property, const char *value,
                          GError **error)
{
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property);
    g_auto(GValue) parsed = G_VALUE_INIT;

    if (spec == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s cannot be set: this build's %s has no such property", property,
                    GST_OBJECT_NAME(gst_element_get_factory(element)));
        return FALSE;
    }
    g_value_init(&parsed, G_PARAM_SPEC_VALUE_TYPE(spec));
    if (!gst_value_deserialize_with_pspec(&parsed, value, spec) ||
        g_param_value_validate(spec, &parsed)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s cannot be \"%s\"", property,
                    value);
        return FALSE;
    }
    g_object_set_property(G_OBJECT(element), property, &parsed);
    return TRUE;
}

void
effnet_media_set_error(GError **error, const char *name, const char *missing, GstMessage *message)
{
    g_autoptr(GError) reason = NULL;
    gsize length;

    gst_message_parse_error(message, &reason, NULL);
    length = strlen(reason->message);
    if (length > 0 && reason->message[length - 1] == '.')
        reason->message[length - 1] = '\0';
    if (missing)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                    "%s: GStreamer's plugin for it is not installed: %s", name, missing);
    else
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s%s%s", name ? name : "",
                    name ? ": " : "", reason->message);
}

gboolean
effnet_media_open_model(GstElement *classifier, GstBus *bus, GError **error)
{
    g_autoptr(GstMessage) message = NULL;

    if (gst_element_set_state(classifier, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE)
        return TRUE;
    message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
    if (message)
        effnet_media_set_error(error, NULL, NULL, message);
    else
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "the model cannot be opened");
    return FALSE;
}

int
effnet_media_label_length(const char *label)
{
    return (int)strcspn(label, ",");
}
