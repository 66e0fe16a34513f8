/* SPDX-License-Identifier: BSD-2-Clause */
#include "source.h"

#include "../media.h"

#include <effnet/effnet.h>

/* How long UDP may be silent before TCP is tried. */
#define UDP_SILENCE (2 * G_USEC_PER_SEC)

typedef struct {
    const EffNetWatchSettings *settings;
    GstElement *sink;
    void (*connected)(gpointer data, gboolean live);
    gpointer data;
} Source;

/* A source with a length is read as fast as wanted, wherever it is. */
static gboolean
is_live(const Source *source, GstPad *pad)
{
    gint64 duration;

    if (!effnet_watch_settings_is_live(source->settings))
        return FALSE;
    return !g_str_has_prefix(source->settings->source, "http") ||
           !gst_pad_query_duration(pad, GST_FORMAT_TIME, &duration) || duration <= 0;
}

/* JPEG by HTTP has no timestamps. */
static GstPadProbeReturn
add_time(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    GstClockTime now = gst_element_get_current_running_time(data);

    if (GST_BUFFER_PTS_IS_VALID(buffer))
        return GST_PAD_PROBE_OK;
    buffer = gst_buffer_make_writable(buffer);
    GST_BUFFER_PTS(buffer) = GST_CLOCK_TIME_IS_VALID(now) ? now : 0;
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    return GST_PAD_PROBE_OK;
}

static void
pad_added(GstElement *element, GstPad *pad, gpointer data)
{
    const Source *source = data;
    gboolean live;

    if (!gst_pad_is_linked(pad)) /* another video is used */
        return;
    live = is_live(source, pad);
    source->connected(source->data, live);
    if (live)
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, add_time, element, NULL);
}

/* Audio is not even requested. */
static gboolean
select_stream(GstElement *rtspsrc, guint number, GstCaps *caps, gpointer data)
{
    const char *media = gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");

    return g_strcmp0(media, "video") == 0;
}

static void
set_up_rtsp(GstElement *rtspsrc, const EffNetWatchSettings *settings)
{
    static const char *const protocols[] = {NULL, "tcp", "udp"};
    guint64 timeout = settings->timeout * (guint64)G_USEC_PER_SEC;
    guint64 silence = settings->transport == EFFNET_WATCH_TRANSPORT_UDP ? timeout : UDP_SILENCE;

    /* What cannot be decoded in time is dropped, lest it fill the memory. */
    g_object_set(rtspsrc, "latency", settings->latency, "drop-on-latency", TRUE, "timeout", silence,
                 "tcp-timeout", timeout, "add-reference-timestamp-meta", TRUE, NULL);
    if (protocols[settings->transport])
        gst_util_set_object_arg(G_OBJECT(rtspsrc), "protocols", protocols[settings->transport]);
    g_signal_connect(rtspsrc, "select-stream", G_CALLBACK(select_stream), NULL);
}

/* A latency in the URI counts. Connecting again is the stream's, which tells it. */
static void
set_up_srt(GstElement *srtsrc, const EffNetWatchSettings *settings)
{
    g_autoptr(GstUri) uri = gst_uri_from_string(settings->source);

    if (uri == NULL || !gst_uri_query_has_key(uri, "latency"))
        g_object_set(srtsrc, "latency", settings->latency, NULL);
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(srtsrc), "auto-reconnect"))
        g_object_set(srtsrc, "auto-reconnect", FALSE, NULL);
}

static void
source_setup(GstElement *decoder, GstElement *element, gpointer data)
{
    const Source *source = data;
    GstElementFactory *factory = gst_element_get_factory(element);
    const char *name = factory ? GST_OBJECT_NAME(factory) : "";

    if (g_str_equal(name, "rtspsrc"))
        set_up_rtsp(element, source->settings);
    else if (g_str_equal(name, "srtsrc"))
        set_up_srt(element, source->settings);
    else if (g_str_equal(name, "souphttpsrc"))
        g_object_set(element, "timeout", source->settings->timeout, NULL);
}

static gboolean
add_test(const Source *source, GstElement *pipeline, GError **error)
{
    const char *pattern = source->settings->test_pattern;
    GstElement *test = effnet_media_add(GST_BIN(pipeline), "videotestsrc", error);
    g_autoptr(GstCaps) caps = gst_caps_from_string("video/x-raw,width=640,height=360,"
                                                   "framerate=25/1");

    if (test == NULL || (*pattern && !effnet_media_set_property(test, "pattern", pattern, error)))
        return FALSE;
    g_object_set(test, "is-live", TRUE, NULL);
    gst_element_link_filtered(test, source->sink, caps);
    source->connected(source->data, TRUE);
    return TRUE;
}

/* The camera has few buffers, and must not wait for them. */
static gboolean
add_camera(const Source *source, GstElement *pipeline, GError **error)
{
    const char *name = source->settings->camera;
    GstElement *camera = effnet_media_add(GST_BIN(pipeline), "libcamerasrc", NULL), *queue;

    if (camera == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                    "GStreamer's element libcamerasrc is not installed (on Debian, it is in "
                    "gstreamer1.0-libcamera)");
        return FALSE;
    }
    queue = effnet_media_add(GST_BIN(pipeline), "queue", error);
    if (queue == NULL)
        return FALSE;
    if (*name)
        g_object_set(camera, "camera-name", name, NULL);
    g_object_set(queue, "max-size-buffers", 2, NULL);
    gst_util_set_object_arg(G_OBJECT(queue), "leaky", "downstream");
    if (!gst_element_link_many(camera, queue, source->sink, NULL)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "libcamerasrc cannot be linked");
        return FALSE;
    }
    source->connected(source->data, TRUE);
    return TRUE;
}

static gboolean
add_decoder(Source *source, GstElement *pipeline, GError **error)
{
    g_autofree char *uri = effnet_media_new_uri(source->settings->source, error);
    GstElement *decoder = uri ? effnet_media_add(GST_BIN(pipeline), "uridecodebin", error) : NULL;

    if (decoder == NULL)
        return FALSE;
    effnet_media_set_uri(decoder, uri);
    effnet_decoding_new(pipeline, decoder, source->sink, EFFNET_DECODING_MAX_PIXELS);
    g_signal_connect(decoder, "pad-added", G_CALLBACK(pad_added), source);
    g_signal_connect(decoder, "source-setup", G_CALLBACK(source_setup), source);
    return TRUE;
}

gboolean
effnet_watch_source_add(const EffNetWatchSettings *settings, GstElement *pipeline, GstElement *sink,
                        void (*connected)(gpointer data, gboolean live), gpointer data,
                        GError **error)
{
    Source *source = g_new(Source, 1);

    *source = (Source){settings, sink, connected, data};
    g_object_set_data_full(G_OBJECT(pipeline), "effnet-watch-source", source, g_free);
    if (settings->test_pattern)
        return add_test(source, pipeline, error);
    if (settings->camera)
        return add_camera(source, pipeline, error);
    return add_decoder(source, pipeline, error);
}
