/* SPDX-License-Identifier: BSD-2-Clause */
#include "clips.h"

#include "captures.h"
#include "moments.h"

#include <gst/video/video.h>

/* Travels with the frames through the encoder: a clip begins at the next key frame, or ends. */
#define EVENT  "effnet-clip"
#define LINGER GST_SECOND /* how long a class may be away within its clip */

struct _EffNetWatchClips {
    EffNetWatchCaptures *captures;
    EffNetWatchRecorder *recorder; /* the sink's */

    /* Used by the thread before the encoder. */
    EffNetWatchMoments moments;
    gboolean wanted;

    /* Used by the thread behind it, and by the recorder's while a clip is being recorded. */
    char *path;       /* NULL: no clip is being recorded */
    gboolean waiting; /* for a key frame */
};

static void
send_change(GstPad *pad, const char *path)
{
    gst_pad_push_event(
        pad, gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM,
                                  gst_structure_new(EVENT, "path", G_TYPE_STRING, path, NULL)));
}

gboolean
effnet_watch_clips_want(EffNetWatchClips *self, GstPad *pad, GstBuffer *buffer)
{
    guint change = effnet_watch_moments_follow(&self->moments, buffer);

    if (change & EFFNET_WATCH_MOMENT_ENDS) {
        self->wanted = FALSE;
        send_change(pad, NULL);
    }
    if (change & EFFNET_WATCH_MOMENT_BEGINS) {
        g_autofree char *path = effnet_watch_captures_new_path(self->captures, self->moments.label,
                                                               self->moments.index);

        self->wanted = TRUE;
        gst_pad_push_event(
            pad, gst_video_event_new_downstream_force_key_unit(
                     GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, TRUE, 0));
        send_change(pad, path);
    }
    return self->wanted && effnet_watch_recorder_is_active(self->recorder);
}

static GstPadProbeReturn
follow_event(EffNetWatchClips *self, GstPad *pad, GstEvent *event)
{
    if (!gst_event_has_name(event, EVENT))
        return GST_PAD_PROBE_OK;
    if (self->path && !self->waiting && !effnet_watch_recorder_split(self->recorder, pad))
        return GST_PAD_PROBE_DROP;
    g_free(self->path);
    self->path = g_strdup(gst_structure_get_string(gst_event_get_structure(event), "path"));
    self->waiting = TRUE;
    return GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
follow(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetWatchClips *self = data;

    if (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
        return follow_event(self, pad, GST_PAD_PROBE_INFO_EVENT(info));
    if (self->path == NULL)
        return GST_PAD_PROBE_DROP;
    if (self->waiting &&
        GST_BUFFER_FLAG_IS_SET(GST_PAD_PROBE_INFO_BUFFER(info), GST_BUFFER_FLAG_DELTA_UNIT))
        return GST_PAD_PROBE_DROP;
    self->waiting = FALSE;
    return GST_PAD_PROBE_OK;
}

/* The muxer writes at the end of a stream even if there is no clip. */
static char *
new_path(gpointer data)
{
    const EffNetWatchClips *self = data;

    return self->waiting ? NULL : g_strdup(self->path);
}

static void
created(const char *path, gpointer data)
{
    const EffNetWatchClips *self = data;

    effnet_watch_captures_prune(self->captures, path);
}

EffNetWatchClips *
effnet_watch_clips_new(const EffNetWatchSettings *settings, GHashTable *classes, GstElement *queue,
                       GstElement *muxer, GstAppSink *sink)
{
    EffNetWatchClips *self = g_new0(EffNetWatchClips, 1);
    EffNetWatchRecorderFiles files = {new_path, created, self};
    g_autoptr(GstPad) pad = gst_element_get_static_pad(queue, "src");

    self->captures = effnet_watch_captures_new(settings, settings->clips, ".mkv");
    self->moments = (EffNetWatchMoments){
        .classes = classes, .linger = LINGER, .most = settings->clip_seconds * GST_SECOND};
    effnet_watch_moments_init(&self->moments);
    self->recorder = effnet_watch_recorder_new(&files, sink);
    effnet_watch_recorder_set_muxer(self->recorder, muxer);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, follow,
                      self, NULL);
    return self;
}

void
effnet_watch_clips_free(EffNetWatchClips *self)
{
    effnet_watch_captures_free(self->captures);
    effnet_watch_moments_clear(&self->moments);
    g_free(self->path);
    g_free(self);
}
