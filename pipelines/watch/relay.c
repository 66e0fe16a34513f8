/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay.h"

#include "../media.h"

#include <effnet/effnet.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

/* Frames that wait for a zone: one that it takes next, and one that comes meanwhile. */
#define WAITING 2

struct _EffNetWatchRelay {
    gatomicrefcount refs;
    GMutex mutex; /* guards the rest */
    GCond changed;
    guint expected;   /* zones that have not taken a feed yet */
    GPtrArray *feeds; /* of EffNetWatchFeed, those that have not left */

    gboolean begun, open; /* the owner connects; it has a frame, and what follows is known */
    gboolean live;
    GstClock *clock; /* NULL: none */
    GstClockTime base_time;
    gint64 duration; /* -1: unknown */
    GPtrArray *tags; /* GstEvent, those before the newest frame */

    EffNetWatchRelayState state; /* FLOWS until all is over */
    char *reason;                /* why the last connection ended; NULL: obvious, or none did */
};

struct _EffNetWatchFeed {
    EffNetWatchRelay *relay; /* whose mutex guards the rest */
    GstAppSrc *source;       /* NULL: it is not connected */
    GPtrArray *tags;         /* that it has had, as the relay's; NULL: none */
    EffNetWatchRelayState state;
    char *reason;
    gboolean left;
};

static GPtrArray *
new_events(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)gst_event_unref);
}

EffNetWatchRelay *
effnet_watch_relay_new(guint n_zones)
{
    EffNetWatchRelay *self = g_new0(EffNetWatchRelay, 1);

    g_atomic_ref_count_init(&self->refs);
    g_mutex_init(&self->mutex);
    g_cond_init(&self->changed);
    self->expected = n_zones;
    self->feeds = g_ptr_array_new();
    self->tags = new_events();
    return self;
}

void
effnet_watch_relay_unref(EffNetWatchRelay *self)
{
    if (!g_atomic_ref_count_dec(&self->refs))
        return;
    g_ptr_array_unref(self->feeds);
    g_ptr_array_unref(self->tags);
    gst_clear_object(&self->clock);
    g_free(self->reason);
    g_cond_clear(&self->changed);
    g_mutex_clear(&self->mutex);
    g_free(self);
}

void
effnet_watch_relay_begin(EffNetWatchRelay *self)
{
    g_mutex_lock(&self->mutex);
    self->begun = TRUE;
    g_mutex_unlock(&self->mutex);
}

/* Before that, there is no clock yet. */
static gboolean
is_ready(GstPad *pad, gboolean live)
{
    g_autoptr(GstElement) element = gst_pad_get_parent_element(pad);
    gboolean ready;

    GST_OBJECT_LOCK(element);
    ready = !live || GST_STATE(element) == GST_STATE_PLAYING;
    GST_OBJECT_UNLOCK(element);
    return ready;
}

/* With the mutex held, as for the next ones. */
static void
open_relay(EffNetWatchRelay *self, GstPad *pad, gboolean live)
{
    g_autoptr(GstElement) element = gst_pad_get_parent_element(pad);

    self->open = TRUE;
    self->live = live;
    gst_clear_object(&self->clock);
    self->clock = gst_element_get_clock(element);
    self->base_time = gst_element_get_base_time(element);
    self->duration = -1;
    if (!live)
        gst_pad_query_duration(pad, GST_FORMAT_TIME, &self->duration);
    g_cond_broadcast(&self->changed);
}

/* The decoder's, or the file's: a zone must turn pictures as its owner does. */
static void
take_tags(EffNetWatchRelay *self, GstPad *pad)
{
    g_autoptr(GPtrArray) tags = new_events();
    gboolean same = TRUE;
    GstEvent *event;

    while ((event = gst_pad_get_sticky_event(pad, GST_EVENT_TAG, tags->len)) != NULL) {
        same = same && tags->len < self->tags->len &&
               g_ptr_array_index(self->tags, tags->len) == event;
        g_ptr_array_add(tags, event);
    }
    if (same && tags->len == self->tags->len)
        return;
    g_ptr_array_unref(self->tags);
    self->tags = g_steal_pointer(&tags);
}

/* Whether a zone is still to connect. */
static gboolean
is_awaited(const EffNetWatchRelay *self)
{
    for (guint i = 0; i < self->feeds->len; i++) {
        const EffNetWatchFeed *feed = g_ptr_array_index(self->feeds, i);

        if (feed->source == NULL)
            return TRUE;
    }
    return self->expected > 0;
}

/* The GstAppSrc of all zones that the next frame goes to. */
static GPtrArray *
find_sources(EffNetWatchRelay *self, GstPad *pad, gboolean live)
{
    GPtrArray *sources = g_ptr_array_new_with_free_func(gst_object_unref);

    g_mutex_lock(&self->mutex);
    if (self->begun && !self->open && is_ready(pad, live))
        open_relay(self, pad, live);
    take_tags(self, pad);
    while (self->begun && !live && is_awaited(self))
        g_cond_wait(&self->changed, &self->mutex);
    for (guint i = 0; self->begun && i < self->feeds->len; i++) {
        const EffNetWatchFeed *feed = g_ptr_array_index(self->feeds, i);

        if (feed->source)
            g_ptr_array_add(sources, gst_object_ref(feed->source));
    }
    g_mutex_unlock(&self->mutex);
    return sources;
}

/* A device has few buffers, and stands still while others keep them. */
static gboolean
is_scarce(const GstBuffer *buffer, const GstCaps *caps)
{
    GType type = buffer->pool ? G_OBJECT_TYPE(buffer->pool) : GST_TYPE_BUFFER_POOL;

    return type != GST_TYPE_BUFFER_POOL && type != GST_TYPE_VIDEO_BUFFER_POOL &&
           gst_caps_features_is_equal(gst_caps_get_features(caps, 0),
                                      GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY);
}

static GstSample *
new_sample(GstPad *pad, GstBuffer *buffer)
{
    g_autoptr(GstEvent) event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    g_autoptr(GstBuffer) own = NULL;
    const GstSegment *segment = NULL;

    if (event)
        gst_event_parse_segment(event, &segment);
    if (segment && segment->format != GST_FORMAT_TIME)
        segment = NULL;
    own = caps && is_scarce(buffer, caps) ? gst_buffer_copy_deep(buffer) : gst_buffer_ref(buffer);
    return gst_sample_new(own, caps, segment, NULL);
}

void
effnet_watch_relay_push(EffNetWatchRelay *self, GstPad *pad, GstBuffer *buffer, gboolean live)
{
    g_autoptr(GPtrArray) sources = find_sources(self, pad, live);
    g_autoptr(GstSample) sample = NULL;

    if (sources->len == 0)
        return;
    sample = new_sample(pad, buffer);
    for (guint i = 0; i < sources->len; i++)
        gst_app_src_push_sample(g_ptr_array_index(sources, i), sample);
}

/* With the mutex held. Whoever waits for room in the source goes on. */
static void
disconnect(EffNetWatchFeed *feed)
{
    if (feed->source)
        gst_app_src_set_max_buffers(feed->source, 0);
    gst_clear_object(&feed->source);
}

/* With the mutex held. */
static void
end_feed(EffNetWatchFeed *feed, EffNetWatchRelayState state, const char *reason)
{
    if (feed->source == NULL)
        return;
    feed->state = state;
    g_free(feed->reason);
    feed->reason = g_strdup(reason);
    if (state == EFFNET_WATCH_RELAY_ENDED)
        gst_app_src_end_of_stream(feed->source);
    disconnect(feed);
}

void
effnet_watch_relay_end(EffNetWatchRelay *self, EffNetWatchRelayState state, const char *reason)
{
    g_mutex_lock(&self->mutex);
    if (self->state == EFFNET_WATCH_RELAY_FLOWS) {
        self->begun = self->open = FALSE;
        if (state != EFFNET_WATCH_RELAY_LOST)
            self->state = state;
        g_free(self->reason);
        self->reason = g_strdup(reason);
        for (guint i = 0; i < self->feeds->len; i++)
            end_feed(g_ptr_array_index(self->feeds, i), state, reason);
        g_cond_broadcast(&self->changed);
    }
    g_mutex_unlock(&self->mutex);
}

EffNetWatchFeed *
effnet_watch_feed_new(EffNetWatchRelay *relay)
{
    EffNetWatchFeed *self = g_new0(EffNetWatchFeed, 1);

    g_atomic_ref_count_inc(&relay->refs);
    self->relay = relay;
    g_mutex_lock(&relay->mutex);
    g_ptr_array_add(relay->feeds, self);
    if (relay->expected > 0) /* or else it has been here before */
        relay->expected--;
    g_mutex_unlock(&relay->mutex);
    return self;
}

void
effnet_watch_feed_free(EffNetWatchFeed *self)
{
    effnet_watch_feed_leave(self);
    g_clear_pointer(&self->tags, g_ptr_array_unref);
    effnet_watch_relay_unref(self->relay);
    g_free(self->reason);
    g_free(self);
}

EffNetWatchRelayState
effnet_watch_feed_wait(EffNetWatchFeed *self)
{
    EffNetWatchRelay *relay = self->relay;
    EffNetWatchRelayState state;

    g_mutex_lock(&relay->mutex);
    while (!self->left && !relay->open && relay->state == EFFNET_WATCH_RELAY_FLOWS)
        g_cond_wait(&relay->changed, &relay->mutex);
    state = self->left ? EFFNET_WATCH_RELAY_STOPPED : relay->state;
    g_mutex_unlock(&relay->mutex);
    return state;
}

/* In the zone's streaming thread. */
static GstPadProbeReturn
pass_on_tags(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetWatchFeed *self = data;
    g_autoptr(GPtrArray) tags = NULL;

    g_mutex_lock(&self->relay->mutex);
    if (self->tags != self->relay->tags) {
        g_clear_pointer(&self->tags, g_ptr_array_unref);
        self->tags = g_ptr_array_ref(self->relay->tags);
        tags = g_ptr_array_ref(self->tags);
    }
    g_mutex_unlock(&self->relay->mutex);
    for (guint i = 0; tags && i < tags->len; i++)
        gst_pad_push_event(pad, gst_event_ref(g_ptr_array_index(tags, i)));
    return GST_PAD_PROBE_OK;
}

/* With the mutex held. The owner's times are those of its clock. */
static void
connect_source(EffNetWatchFeed *self, GstElement *pipeline, GstElement *source, gboolean patient)
{
    EffNetWatchRelay *relay = self->relay;
    gboolean waits = patient && !relay->live;

    g_object_set(source, "is-live", relay->live, "block", waits, "leaky-type",
                 waits ? GST_APP_LEAKY_TYPE_NONE : GST_APP_LEAKY_TYPE_DOWNSTREAM, NULL);
    gst_app_src_set_duration(GST_APP_SRC(source), (GstClockTime)relay->duration);
    if (relay->live && relay->clock) {
        gst_pipeline_use_clock(GST_PIPELINE(pipeline), relay->clock);
        gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);
        gst_element_set_base_time(pipeline, relay->base_time);
    }
    disconnect(self);
    g_clear_pointer(&self->tags, g_ptr_array_unref);
    self->source = GST_APP_SRC(gst_object_ref(source));
    self->state = EFFNET_WATCH_RELAY_FLOWS;
    if (!relay->open) /* any longer */
        end_feed(self, relay->state ? relay->state : EFFNET_WATCH_RELAY_LOST, relay->reason);
    else if (self->left)
        disconnect(self);
    g_cond_broadcast(&relay->changed);
}

gboolean
effnet_watch_feed_add(EffNetWatchFeed *self, GstElement *pipeline, GstElement *sink,
                      gboolean patient, gboolean *live, GError **error)
{
    GstElement *source = effnet_media_add(GST_BIN(pipeline), "appsrc", error);
    g_autoptr(GstPad) pad = NULL;

    if (source == NULL)
        return FALSE;
    g_object_set(source, "format", GST_FORMAT_TIME, "handle-segment-change", TRUE, "max-bytes",
                 (guint64)0, "max-buffers", (guint64)WAITING, NULL);
    pad = gst_element_get_static_pad(source, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, pass_on_tags, self, NULL);
    gst_element_link(source, sink);
    g_mutex_lock(&self->relay->mutex);
    connect_source(self, pipeline, source, patient);
    *live = self->relay->live;
    g_mutex_unlock(&self->relay->mutex);
    return TRUE;
}

EffNetWatchRelayState
effnet_watch_feed_get_state(EffNetWatchFeed *self, char **reason)
{
    EffNetWatchRelayState state;

    g_mutex_lock(&self->relay->mutex);
    state = self->state;
    *reason = state == EFFNET_WATCH_RELAY_FLOWS ? NULL : g_strdup(self->reason);
    g_mutex_unlock(&self->relay->mutex);
    return state;
}

void
effnet_watch_feed_leave(EffNetWatchFeed *self)
{
    g_mutex_lock(&self->relay->mutex);
    self->left = TRUE;
    disconnect(self);
    g_ptr_array_remove(self->relay->feeds, self);
    g_cond_broadcast(&self->relay->changed);
    g_mutex_unlock(&self->relay->mutex);
}
