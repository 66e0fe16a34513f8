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

static void
deep_element_added(GstBin *pipeline, GstBin *bin, GstElement *element, gpointer data)
{
    GObjectClass *class = G_OBJECT_GET_CLASS(element);

    /* jpegdec's default is a coarse transform, which no other program uses for photographs: it
     * changes the first class of one in fifty. */
    if (g_object_class_find_property(class, "idct-method"))
        gst_util_set_object_arg(G_OBJECT(element), "idct-method", "islow");
    /* What JPEG cameras send by HTTP may go on with anything, in theory, and decoding would wait
     * for it. */
    if (g_object_class_find_property(class, "single-stream"))
        g_object_set(element, "single-stream", TRUE, NULL);
}

static void
pad_added(GstElement *source, GstPad *pad, gpointer data)
{
    g_autoptr(GstPad) sink = gst_element_get_static_pad(data, "sink");
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);

    if (caps == NULL || gst_pad_is_linked(sink) ||
        !gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw"))
        return;
    if (GST_PAD_LINK_FAILED(gst_pad_link(pad, sink)))
        GST_ELEMENT_ERROR(source, STREAM, WRONG_TYPE,
                          ("the pictures are in memory that cannot be read"), (NULL));
}

static void
no_more_pads(GstElement *source, gpointer data)
{
    g_autoptr(GstPad) sink = gst_element_get_static_pad(data, "sink");

    if (!gst_pad_is_linked(sink))
        GST_ELEMENT_ERROR(source, STREAM, WRONG_TYPE, ("there is no picture in it"), (NULL));
}

void
effnet_media_set_up_decoding(GstElement *pipeline, GstElement *source, GstElement *sink)
{
    g_signal_connect(pipeline, "deep-element-added", G_CALLBACK(deep_element_added), NULL);
    g_signal_connect(source, "autoplug-continue", G_CALLBACK(autoplug_continue), NULL);
    g_signal_connect(source, "pad-added", G_CALLBACK(pad_added), sink);
    g_signal_connect(source, "no-more-pads", G_CALLBACK(no_more_pads), sink);
}

static gboolean
wait_for_end(GstBus *bus, const char *name, GError **error)
{
    g_autofree char *missing = NULL;

    for (;;) {
        g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(
            bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);

        effnet_media_note_missing(&missing, message);
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
            effnet_media_set_error(error, name, missing, message);
            return FALSE;
        }
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
            return TRUE;
    }
}

gboolean
effnet_media_show(GstElement *pipeline, GstElement *source, const char *name, const char *uri,
                  GError **error)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    gboolean ok;

    g_object_set(source, "uri", uri, NULL);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    ok = wait_for_end(bus, name, error);
    gst_element_set_state(pipeline, GST_STATE_READY);
    gst_element_set_state(source, GST_STATE_NULL); /* a source that failed would be kept */
    /* What else was said about this one. */
    gst_bus_set_flushing(bus, TRUE);
    gst_bus_set_flushing(bus, FALSE);
    return ok;
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
effnet_media_note_missing(char **missing, GstMessage *message)
{
    if (!gst_message_has_name(message, "missing-plugin"))
        return;
    g_free(*missing);
    *missing = g_strdup(gst_structure_get_string(gst_message_get_structure(message), "name"));
}

void
effnet_media_set_error(GError **error, const char *name, const char *missing, GstMessage *message)
{
    const char *colon = name ? ": " : "";
    g_autoptr(GError) reason = NULL;
    gsize length;

    name = name ? name : "";
    gst_message_parse_error(message, &reason, NULL);
    length = strlen(reason->message);
    if (length > 0 && reason->message[length - 1] == '.')
        reason->message[length - 1] = '\0';
    if (missing)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                    "%s%sGStreamer's plugin for it is not installed: %s", name, colon, missing);
    else
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s%s%s", name, colon,
                    reason->message);
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
