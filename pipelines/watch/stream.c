/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include "../media.h"
#include "backoff.h"
#include "labelsquery.h"
#include "moments.h"
#include "recorder.h"

#include <effnet/effnet.h>

#define TICK       (GST_SECOND / 5)
#define DRAIN_TIME (3 * GST_SECOND)
/* How long a file may be silent before it counts as over; longer if it has its own pace. */
#define SILENCE      (5 * (gint64)G_USEC_PER_SEC)
#define LONG_SILENCE (60 * (gint64)G_USEC_PER_SEC)

struct _EffNetWatchStream {
    EffNetWatchOutlets *outlets;
    const EffNetWatchObserver *observer;
    GThread *thread;

    GMutex mutex;
    GCond stop;
    gboolean stopping;

    /* The thread's. */
    GstEfficientNetBackoff backoff;
    char *lost;       /* the last reported reason why it is lost; NULL: it is not */
    char *unrecorded; /* the same about its recording */
};

typedef enum {
    ENDED,
    LOST,   /* lost, but may come back */
    CUT,    /* as its owner's is lost, which comes back with it */
    FAILED, /* for good */
    STOPPED,
} Outcome;

/* A connection's progress. */
typedef struct {
    EffNetWatchGraph *graph;
    guint64 frames; /* so far, including earlier connections' */
    gint64 began;   /* when the first frame came; 0: none yet */
    gint64 heard;   /* when the last frame came */
    guint decoded;  /* frames decoded */
    guint progress; /* of decoding */
    gint64 moved;   /* when PROGRESS last changed */
    char *missing;  /* a missing plugin's name */
} Connection;

static gboolean
is_stopping(EffNetWatchStream *stream)
{
    gboolean stopping;

    g_mutex_lock(&stream->mutex);
    stopping = stream->stopping;
    g_mutex_unlock(&stream->mutex);
    return stopping;
}

static void
note(const EffNetWatchStream *stream, EffNetLogLevel level, const char *text)
{
    stream->observer->note(level, stream->outlets->settings->name, text, stream->observer->data);
}

static Outcome
handle_error(EffNetWatchStream *stream, Connection *c, GstMessage *message, GError **error)
{
    g_autoptr(GError) reason = NULL;
    gboolean live = effnet_watch_settings_is_live(stream->outlets->settings);

    gst_message_parse_error(message, &reason, NULL);
    if (effnet_watch_graph_is_window(c->graph, message)) {
        if (c->began && g_error_matches(reason, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND))
            return ENDED; /* closed by the user */
        live = FALSE;
    }
    effnet_media_set_error(error, NULL, c->missing, message);
    return live && !c->missing && !effnet_watch_graph_is_own(c->graph, message) ? LOST : FAILED;
}

/* Whether frames still come. */
static gboolean
is_alive(EffNetWatchStream *stream, Connection *c)
{
    const EffNetWatchSettings *settings = stream->outlets->settings;
    gint64 now = g_get_monotonic_time();
    guint decoded = effnet_watch_graph_get_decoded(c->graph);
    EffNetWatchSnapshot snapshot;

    effnet_watch_status_get(stream->outlets->status, &snapshot);
    if (decoded != c->decoded) { /* broken frames, before a key frame, are a sign of life */
        c->decoded = decoded;
        c->heard = now;
    }
    if (snapshot.frames != c->frames) {
        c->frames = snapshot.frames;
        c->heard = now;
        if (c->began == 0) {
            c->began = now;
            if (stream->lost)
                note(stream, EFFNET_LOG_INFO, "is back");
            g_clear_pointer(&stream->lost, g_free);
        }
    }
    /* A source with a length may be slow, once it has started. A zone's owner looks after it. */
    return stream->outlets->feed || !effnet_watch_settings_is_live(settings) ||
           (c->began && !effnet_watch_graph_is_live(c->graph)) ||
           now - c->heard < settings->timeout * (gint64)G_USEC_PER_SEC;
}

/* Whether a file brings no more frames, though nothing says that it is over: some pictures'
 * decoders never do. A video may be slow, once it has started; whoever writes to a pipe may be, as
 * long as he has it open. */
static gboolean
has_fallen_silent(EffNetWatchStream *stream, Connection *c)
{
    const EffNetWatchSettings *settings = stream->outlets->settings;
    gint64 silence = settings->realtime ? LONG_SILENCE : SILENCE, now = g_get_monotonic_time();
    guint progress = effnet_watch_graph_get_progress(c->graph);

    if (progress != c->progress || effnet_watch_graph_is_busy(c->graph)) {
        c->progress = progress;
        c->moved = now;
    }
    if (effnet_watch_settings_is_live(settings) || settings->input || stream->outlets->feed)
        return FALSE;
    if (effnet_watch_graph_has_picture(c->graph))
        return now - c->moved >= silence;
    return c->began == 0 && now - c->moved >= LONG_SILENCE;
}

/* Without a screen, GStreamer only warns, and shows the window nowhere. */
static gboolean
is_window_missing(const Connection *c, GstMessage *message, GError **error)
{
    g_autoptr(GError) reason = NULL;

    if (!effnet_watch_graph_is_window(c->graph, message))
        return FALSE;
    gst_message_parse_warning(message, &reason, NULL);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "no window can be opened: %s",
                reason->message);
    return TRUE;
}

/* The classifier warns that its settings do not fit the stream; what is wrong with its model was
 * said before. */
static void
pass_on_warning(EffNetWatchStream *stream, const Connection *c, GstMessage *message)
{
    g_autoptr(GError) reason = NULL;

    gst_message_parse_warning(message, &reason, NULL);
    if (reason->domain == GST_STREAM_ERROR && effnet_watch_graph_is_own(c->graph, message))
        note(stream, EFFNET_LOG_WARNING, reason->message);
}

static Outcome
handle_end(EffNetWatchStream *stream, const Connection *c, GError **error)
{
    gboolean live = effnet_watch_settings_is_live(stream->outlets->settings) &&
                    (!c->began || effnet_watch_graph_is_live(c->graph));

    if ((!live && c->began) || stream->outlets->feed)
        return ENDED;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s",
                live ? "the source ended" : "no picture could be decoded");
    return live ? LOST : FAILED;
}

/* TRUE if the stream must end, as it must not go on without a recording. */
static gboolean
handle_element_message(EffNetWatchStream *stream, Connection *c, GstMessage *message)
{
    const char *failure = effnet_watch_recorder_get_failure(message);
    EffNetWatchReport *report = &stream->outlets->report;

    effnet_media_note_missing(&c->missing, message);
    if (failure == NULL)
        return FALSE;
    if (stream->outlets->settings->record_required) {
        g_autoptr(GError) error =
            g_error_new_literal(EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, failure);

        report->failed(error, report->data);
        return TRUE;
    }
    if (g_strcmp0(stream->unrecorded, failure) != 0) {
        note(stream, EFFNET_LOG_WARNING, failure);
        g_free(stream->unrecorded);
        stream->unrecorded = g_strdup(failure);
    }
    return FALSE;
}

/* What becomes of a zone whose owner is in STATE. */
static Outcome
follow_owner(const EffNetWatchStream *stream, EffNetWatchRelayState state, const char *reason,
             GError **error)
{
    switch (state) {
    case EFFNET_WATCH_RELAY_LOST:
        g_set_error_literal(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, reason);
        return CUT;
    case EFFNET_WATCH_RELAY_FAILED:
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "the stream \"%s\", which it is a zone of, has failed",
                    stream->outlets->settings->owner->name);
        return FAILED;
    case EFFNET_WATCH_RELAY_STOPPED:
        return STOPPED;
    default:
        return ENDED;
    }
}

/* Whether a zone's owner has no more frames, while those of a file that has ended are still to
 * come. */
static gboolean
is_cut(const EffNetWatchStream *stream, Outcome *outcome, GError **error)
{
    EffNetWatchFeed *feed = stream->outlets->feed;
    g_autofree char *reason = NULL;
    EffNetWatchRelayState state;

    if (feed == NULL)
        return FALSE;
    state = effnet_watch_feed_get_state(feed, &reason);
    if (state == EFFNET_WATCH_RELAY_FLOWS || state == EFFNET_WATCH_RELAY_ENDED)
        return FALSE;
    *outcome = follow_owner(stream, state, reason, error);
    return TRUE;
}

/* Tells a stream's zones what has become of it. */
static void
tell_zones(const EffNetWatchStream *stream, Outcome outcome, const GError *error)
{
    static const EffNetWatchRelayState states[] = {
        [ENDED] = EFFNET_WATCH_RELAY_ENDED,
        [LOST] = EFFNET_WATCH_RELAY_LOST,
        [FAILED] = EFFNET_WATCH_RELAY_FAILED,
        [STOPPED] = EFFNET_WATCH_RELAY_STOPPED,
    };

    if (stream->outlets->relay)
        effnet_watch_relay_end(stream->outlets->relay, states[outcome],
                               error ? error->message : NULL);
}

/* Follows the connection until it is over. */
static Outcome
follow(EffNetWatchStream *stream, Connection *c, GError **error)
{
    g_autoptr(GstBus) bus = effnet_watch_graph_get_bus(c->graph);

    while (!is_stopping(stream)) {
        g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(
            bus, TICK,
            GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_ELEMENT);
        gboolean alive = is_alive(stream, c);
        Outcome cut;

        if (message == NULL)
            effnet_watch_graph_update_status(c->graph);
        else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT) {
            if (handle_element_message(stream, c, message))
                return STOPPED;
        } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
            return handle_error(stream, c, message, error);
        else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
            return handle_end(stream, c, error);
        else if (is_window_missing(c, message, error))
            return FAILED;
        else
            pass_on_warning(stream, c, message);
        if (is_cut(stream, &cut, error))
            return cut;
        if (has_fallen_silent(stream, c))
            return handle_end(stream, c, error);
        if (!alive) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "no frame for %u s",
                        stream->outlets->settings->timeout);
            return LOST;
        }
    }
    return STOPPED;
}

/* Ends the stream in order, so that recordings are complete. */
static void
drain(Connection *c)
{
    g_autoptr(GstBus) bus = effnet_watch_graph_get_bus(c->graph);
    g_autoptr(GstMessage) end = NULL;

    if (effnet_watch_graph_drain(c->graph))
        end = gst_bus_timed_pop_filtered(bus, DRAIN_TIME, GST_MESSAGE_EOS);
}

static Outcome
play(EffNetWatchStream *stream, GError **error)
{
    EffNetWatchOutlets *outlets = stream->outlets;
    g_autoptr(EffNetWatchGraph) graph = effnet_watch_graph_new(outlets, error);
    gint64 now = g_get_monotonic_time();
    Connection c = {.graph = graph, .heard = now, .moved = now};
    EffNetWatchSnapshot snapshot;
    GError *reason = NULL;
    Outcome outcome;

    if (graph == NULL)
        return FAILED;
    effnet_watch_status_get(outlets->status, &snapshot);
    c.frames = snapshot.frames;
    if (outlets->relay)
        effnet_watch_relay_begin(outlets->relay);
    effnet_watch_graph_start(graph);
    outcome = follow(stream, &c, &reason);
    tell_zones(stream, outcome, reason);
    if (reason)
        g_propagate_error(error, reason);
    if (outcome != ENDED)
        drain(&c);
    effnet_watch_graph_stop(graph);
    if (c.began)
        gst_efficientnet_backoff_note_success(&stream->backoff, c.heard - c.began);
    g_free(c.missing);
    return outcome;
}

/* Waits to reconnect. The same reason, repeated, is reported once. */
static void
wait_to_retry(EffNetWatchStream *stream, const GError *error)
{
    gint64 delay = gst_efficientnet_backoff_next(&stream->backoff);
    gint64 until = g_get_monotonic_time() + delay;

    effnet_watch_status_set_waiting(stream->outlets->status, error->message, delay);
    if (g_strcmp0(stream->lost, error->message) != 0) {
        g_autofree char *text =
            g_strdup_printf("%s; connecting anew until it is back", error->message);

        note(stream, EFFNET_LOG_WARNING, text);
        g_free(stream->lost);
        stream->lost = g_strdup(error->message);
    }
    g_mutex_lock(&stream->mutex);
    while (!stream->stopping && g_cond_wait_until(&stream->stop, &stream->mutex, until))
        continue;
    g_mutex_unlock(&stream->mutex);
}

/* Its owner has said why, and tells when it is back. */
static void
wait_for_owner(EffNetWatchStream *stream, const GError *error)
{
    EffNetWatchStatus *status = stream->outlets->status;

    effnet_watch_status_set_waiting(status, error->message, 0);
    effnet_watch_status_set_phase(status, EFFNET_WATCH_CONNECTING, error->message);
    effnet_watch_feed_wait(stream->outlets->feed);
}

/* Plays a zone as soon as its owner has frames. */
static Outcome
play_zone(EffNetWatchStream *stream, GError **error)
{
    EffNetWatchRelayState state = effnet_watch_feed_wait(stream->outlets->feed);

    return state == EFFNET_WATCH_RELAY_FLOWS ? play(stream, error)
                                             : follow_owner(stream, state, NULL, error);
}

/* Keeps reconnecting until the stream is over for good. */
static Outcome
keep_playing(EffNetWatchStream *stream, GError **error)
{
    for (;;) {
        g_autoptr(GError) reason = NULL;
        Outcome outcome;

        effnet_watch_status_set_phase(stream->outlets->status, EFFNET_WATCH_CONNECTING,
                                      stream->lost);
        outcome = stream->outlets->feed ? play_zone(stream, &reason) : play(stream, &reason);
        if (outcome == CUT) {
            wait_for_owner(stream, reason);
        } else if (outcome == LOST) {
            wait_to_retry(stream, reason);
        } else {
            if (reason)
                g_propagate_error(error, g_steal_pointer(&reason));
            return outcome;
        }
    }
}

/* Reports dropped lines, at the end. */
static void
tell_dropped(EffNetWatchStream *stream)
{
    g_autofree char *text = NULL;
    EffNetWatchSnapshot last;

    effnet_watch_status_get(stream->outlets->status, &last);
    if (last.dropped == 0)
        return;
    text =
        g_strdup_printf("of %" G_GUINT64_FORMAT " lines the broker did not get %" G_GUINT64_FORMAT,
                        last.published + last.dropped, last.dropped);
    note(stream, EFFNET_LOG_WARNING, text);
}

/* FALSE if a class that is to be captured is none of MODEL's. */
static gboolean
find_capture_classes(EffNetWatchOutlets *outlets, GstElement *model, GError **error)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(model, "src");
    g_auto(GStrv) labels = NULL;

    if (outlets->settings->capture_classes == NULL)
        return TRUE;
    labels = gst_efficientnet_labels_query(pad, GST_OBJECT_NAME(model));
    outlets->capture_classes = effnet_watch_moments_new_set(
        outlets->settings->capture_classes, (const char *const *)labels,
        labels ? g_strv_length(labels) : 0, error);
    return outlets->capture_classes != NULL;
}

static gpointer
run(gpointer data)
{
    EffNetWatchStream *stream = data;
    EffNetWatchStatus *status = stream->outlets->status;
    g_autoptr(GError) error = NULL;
    /* Keeps the weights in memory across connections. */
    GstElement *model = effnet_watch_settings_open_model(stream->outlets->settings, &error);
    Outcome outcome = model && find_capture_classes(stream->outlets, model, &error)
                          ? keep_playing(stream, &error)
                          : FAILED;

    tell_zones(stream, outcome, error);
    if (stream->outlets->feed)
        effnet_watch_feed_leave(stream->outlets->feed);
    g_clear_pointer(&model, effnet_watch_settings_close_model);
    tell_dropped(stream);
    effnet_watch_status_set_phase(status,
                                  outcome == FAILED ? EFFNET_WATCH_FAILED : EFFNET_WATCH_ENDED,
                                  outcome == FAILED ? error->message : NULL);
    stream->observer->ended(stream->outlets->settings->name, outcome == FAILED ? error : NULL,
                            stream->observer->data);
    return NULL;
}

EffNetWatchStream *
effnet_watch_stream_start(EffNetWatchOutlets *outlets, const EffNetWatchObserver *observer)
{
    EffNetWatchStream *stream = g_new0(EffNetWatchStream, 1);
    g_autoptr(GError) reason = NULL;

    stream->outlets = outlets;
    stream->observer = observer;
    g_mutex_init(&stream->mutex);
    g_cond_init(&stream->stop);
    stream->thread = g_thread_try_new("effnet-stream", run, stream, &reason);
    if (stream->thread == NULL) {
        g_autoptr(GError) error = g_error_new(EFFNET_ERROR, EFFNET_ERROR_MEMORY,
                                              "there is no thread for it: %s", reason->message);

        tell_zones(stream, FAILED, error);
        if (outlets->feed)
            effnet_watch_feed_leave(outlets->feed);
        effnet_watch_status_set_phase(outlets->status, EFFNET_WATCH_FAILED, error->message);
        observer->ended(outlets->settings->name, error, observer->data);
    }
    return stream;
}

void
effnet_watch_stream_stop(EffNetWatchStream *stream)
{
    g_mutex_lock(&stream->mutex);
    stream->stopping = TRUE;
    g_cond_signal(&stream->stop);
    g_mutex_unlock(&stream->mutex);
    if (stream->outlets->feed)
        effnet_watch_feed_leave(stream->outlets->feed);
}

void
effnet_watch_stream_free(EffNetWatchStream *stream)
{
    if (stream->thread)
        g_thread_join(stream->thread);
    g_mutex_clear(&stream->mutex);
    g_cond_clear(&stream->stop);
    g_free(stream->lost);
    g_free(stream->unrecorded);
    g_free(stream);
}
