/* SPDX-License-Identifier: BSD-2-Clause */
#include "stages.h"

#include "../decoding.h"

/* More than decoders hold: those that never come out are forgotten. */
#define MAX_FRAMES 64

/* A frame in the decoder, which is known again by its time: it keeps it, and may change the order.
 * Frames without a time, JPEG by HTTP, come out one by one. */
typedef struct {
    GstClockTime pts;
    gint64 entered; /* monotonic; 0: there is none */
} Frame;

struct _EffNetWatchStages {
    GstElement *pipeline;
    EffNetWatchStatus *status;
    gint live, decoded; /* atomic */
    GMutex mutex;       /* guards the rest */
    Frame frames[MAX_FRAMES];
    guint next;
};

static void
free_stages(gpointer data)
{
    EffNetWatchStages *self = data;

    g_mutex_clear(&self->mutex);
    g_free(self);
}

/* With the mutex held. */
static Frame *
find_frame(EffNetWatchStages *self, GstClockTime pts)
{
    for (guint i = 0; i < MAX_FRAMES; i++) {
        if (self->frames[i].entered > 0 && self->frames[i].pts == pts)
            return &self->frames[i];
    }
    return NULL;
}

/* A live source stamps each frame with the time at which it was seen or received. */
static void
add_wait(EffNetWatchStages *self, GstPad *pad, GstBuffer *buffer)
{
    g_autoptr(GstEvent) event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
    GstClockTime now = gst_element_get_current_running_time(self->pipeline), seen;
    const GstSegment *segment;

    if (!g_atomic_int_get(&self->live) || event == NULL || !GST_CLOCK_TIME_IS_VALID(now))
        return;
    gst_event_parse_segment(event, &segment);
    if (segment->format != GST_FORMAT_TIME)
        return;
    seen = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (GST_CLOCK_TIME_IS_VALID(seen))
        effnet_watch_status_add_time(self->status, EFFNET_WATCH_QUEUEING,
                                     now > seen ? now - seen : 0);
}

static GstPadProbeReturn
reached_first(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetWatchStages *self = data;

    if (g_atomic_int_get(&self->decoded))
        return GST_PAD_PROBE_REMOVE;
    add_wait(self, pad, GST_PAD_PROBE_INFO_BUFFER(info));
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
entered_decoder(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetWatchStages *self = data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    Frame *frame;

    add_wait(self, pad, buffer);
    g_mutex_lock(&self->mutex);
    frame = find_frame(self, GST_BUFFER_PTS(buffer));
    if (frame == NULL)
        frame = &self->frames[self->next++ % MAX_FRAMES];
    *frame = (Frame){GST_BUFFER_PTS(buffer), g_get_monotonic_time()};
    g_mutex_unlock(&self->mutex);
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
left_decoder(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetWatchStages *self = data;
    gint64 now = g_get_monotonic_time(), entered = 0;
    Frame *frame;

    g_mutex_lock(&self->mutex);
    frame = find_frame(self, GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info)));
    if (frame) {
        entered = frame->entered;
        frame->entered = 0;
    }
    g_mutex_unlock(&self->mutex);
    if (entered > 0)
        effnet_watch_status_add_time(self->status, EFFNET_WATCH_DECODING,
                                     (GstClockTime)(now - entered) * GST_USECOND);
    return GST_PAD_PROBE_OK;
}

static void
add_probe(EffNetWatchStages *self, GstElement *element, const char *name,
          GstPadProbeCallback callback)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(element, name);

    if (pad)
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, callback, self, NULL);
}

/* Of a decoder that is a bin, the one in it counts. */
static void
deep_element_added(GstBin *pipeline, GstBin *bin, GstElement *element, gpointer data)
{
    EffNetWatchStages *self = data;

    if (GST_IS_BIN(element) || !effnet_decoding_is_decoder(element))
        return;
    g_atomic_int_set(&self->decoded, TRUE);
    add_probe(self, element, "sink", entered_decoder);
    add_probe(self, element, "src", left_decoder);
}

EffNetWatchStages *
effnet_watch_stages_measure(GstElement *pipeline, GstElement *first, EffNetWatchStatus *status)
{
    EffNetWatchStages *self = g_new0(EffNetWatchStages, 1);

    self->pipeline = pipeline;
    self->status = status;
    g_mutex_init(&self->mutex);
    g_object_set_data_full(G_OBJECT(pipeline), "effnet-watch-stages", self, free_stages);
    g_signal_connect(pipeline, "deep-element-added", G_CALLBACK(deep_element_added), self);
    add_probe(self, first, "sink", reached_first);
    return self;
}

void
effnet_watch_stages_set_live(EffNetWatchStages *stages, gboolean live)
{
    g_atomic_int_set(&stages->live, live);
}
