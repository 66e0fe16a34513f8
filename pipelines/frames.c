/* SPDX-License-Identifier: BSD-2-Clause */
#include "frames.h"

#include <gst/gst.h>

#include "frame.h"
#include "media.h"

#define TIMEOUT 30 /* s */

struct _EffNetFrames {
    GstElement *pipeline, *source;
    EffNetDecoding *decoding;

    /* About the current file; the streaming thread owns these while it plays. */
    EffNetFramesUse use;
    gpointer data;
    guint most, used;
    GstClockTime distance; /* between used frames; 0: every frame is used */
    GstClockTime next;     /* no frame before this time is used */
    GstVideoOrientationMethod orientation;
    GError *error;
};

void
effnet_frames_free(EffNetFrames *self)
{
    if (self->pipeline) {
        gst_element_set_state(self->pipeline, GST_STATE_NULL);
        gst_object_unref(self->pipeline);
    }
    g_clear_error(&self->error);
    g_free(self);
}

static gboolean
use_frame(EffNetFrames *self, GstPad *pad, GstBuffer *buffer)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    GstVideoInfo format;
    GstVideoFrame map;
    EffNetFrame frame;
    gboolean ok;

    if (!caps || !gst_video_info_from_caps(&format, caps)) {
        g_set_error(&self->error, EFFNET_ERROR, EFFNET_ERROR_FRAME, "a frame of unknown format");
        return FALSE;
    }
    if (!gst_efficientnet_frame_map(&map, &frame, &format, buffer, &self->error))
        return FALSE;
    frame.orientation = gst_efficientnet_frame_orientation(self->orientation);
    ok = self->use(self->data, &frame, &self->error);
    gst_video_frame_unmap(&map);
    return ok;
}

/* Sets the distance by the file's duration, once the first frame arrives. */
static void
set_distance(EffNetFrames *self, GstPad *pad)
{
    gint64 length;

    self->distance = gst_pad_peer_query_duration(pad, GST_FORMAT_TIME, &length) && length > 0
                         ? gst_util_uint64_scale((guint64)length, 1, self->most)
                         : GST_SECOND;
}

static gboolean
is_wanted(EffNetFrames *self, GstPad *pad, GstClockTime pts)
{
    if (self->used == 0)
        set_distance(self, pad);
    else if (GST_CLOCK_TIME_IS_VALID(pts) && GST_CLOCK_TIME_IS_VALID(self->next) &&
             pts < self->next)
        return FALSE;
    if (!GST_CLOCK_TIME_IS_VALID(pts))
        return TRUE;
    if (!GST_CLOCK_TIME_IS_VALID(self->next))
        self->next = pts;
    while (self->distance > 0 && self->next <= pts)
        self->next += self->distance;
    return TRUE;
}

/* Ends the stream after the last frame that is wanted. */
static GstPadProbeReturn
frame_arrived(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetFrames *self = data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    gboolean ok = TRUE;

    effnet_decoding_note_done(self->decoding);
    if (self->used >= self->most || self->error || !is_wanted(self, pad, GST_BUFFER_PTS(buffer)))
        return GST_PAD_PROBE_OK;
    ok = use_frame(self, pad, buffer);
    self->used++;
    if (self->used == self->most || !ok)
        gst_element_post_message(self->pipeline, gst_message_new_eos(GST_OBJECT(self->pipeline)));
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
event_arrived(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetFrames *self = data;
    GstTagList *tags;

    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_TAG)
        return GST_PAD_PROBE_OK;
    gst_event_parse_tag(GST_PAD_PROBE_INFO_EVENT(info), &tags);
    gst_video_orientation_from_tag(tags, &self->orientation);
    return GST_PAD_PROBE_OK;
}

static gboolean
create_elements(EffNetFrames *self, GError **error)
{
    static const char *const factories[] = {"uridecodebin", "videoconvert", "capsfilter",
                                            "fakesink"};
    GstElement *elements[G_N_ELEMENTS(factories)];
    g_autoptr(GstCaps) caps = gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GST_EFFICIENTNET_FORMATS));
    g_autoptr(GstPad) pad = NULL;

    self->pipeline = gst_pipeline_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(factories); i++) {
        elements[i] = effnet_media_add(GST_BIN(self->pipeline), factories[i], error);
        if (elements[i] == NULL)
            return FALSE;
    }
    self->source = elements[0];
    gst_element_link_many(elements[1], elements[2], elements[3], NULL);
    g_object_set(elements[2], "caps", caps, NULL);
    g_object_set(elements[3], "sync", FALSE, NULL);
    self->decoding =
        effnet_decoding_new(self->pipeline, self->source, elements[1], EFFNET_DECODING_MAX_PIXELS);
    pad = gst_element_get_static_pad(elements[3], "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, frame_arrived, self, NULL);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, event_arrived, self, NULL);
    return TRUE;
}

EffNetFrames *
effnet_frames_new(GError **error)
{
    g_autoptr(EffNetFrames) self = g_new0(EffNetFrames, 1);

    return create_elements(self, error) ? g_steal_pointer(&self) : NULL;
}

gboolean
effnet_frames_show(EffNetFrames *self, const char *name, guint most, EffNetFramesUse use,
                   gpointer data, GError **error)
{
    g_autofree char *uri = effnet_media_new_uri(name, error);
    g_autoptr(GError) failure = NULL;

    if (uri == NULL)
        return FALSE;
    self->use = use;
    self->data = data;
    self->most = most;
    self->used = 0;
    self->next = GST_CLOCK_TIME_NONE;
    self->orientation = GST_VIDEO_ORIENTATION_IDENTITY;
    if (effnet_media_show(self->pipeline, self->source, self->decoding, name, uri, TIMEOUT,
                          &failure) &&
        self->used == 0)
        g_set_error(&failure, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s: no picture could be decoded",
                    name);
    if (self->error == NULL)
        self->error = g_steal_pointer(&failure);
    if (self->error == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&self->error));
    return FALSE;
}
