/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FAILURE "effnet-recording-failed"
#define TRIES   10 /* for names that others take at the same moment */
#define GLANCE  (G_USEC_PER_SEC / 20)

struct _EffNetWatchRecorder {
    EffNetWatchRecorderFiles files;
    GstAppSink *sink;  /* owns this */
    GstElement *muxer; /* that is started anew for each file; NULL: there is one file */
    guint seconds;     /* of a file, where it is split by time */
    gint failed;       /* atomic */
    GMutex lock;       /* of splitting */
    GCond split;
    gboolean splitting; /* the muxer's end is not the recording's */

    /* The thread's that leads to the muxer. */
    GstClockTime began; /* the current file's first frame; GST_CLOCK_TIME_NONE: none yet */

    /* The sink's thread's. */
    char *path; /* NULL: nothing has come yet */
    int fd;
    off_t at;
};

void
effnet_watch_recorder_post_failure(GstElement *element, const char *sentence)
{
    gst_element_post_message(
        element, gst_message_new_element(
                     GST_OBJECT(element),
                     gst_structure_new(FAILURE, "sentence", G_TYPE_STRING, sentence, NULL)));
}

static void
fail(EffNetWatchRecorder *self)
{
    g_autofree char *sentence = g_strdup_printf(
        "%s cannot be written, and is not recorded any further: %s", self->path, g_strerror(errno));

    g_atomic_int_set(&self->failed, TRUE);
    effnet_watch_recorder_post_failure(GST_ELEMENT(self->sink), sentence);
}

static gboolean
take_path(EffNetWatchRecorder *self)
{
    g_free(self->path);
    self->path = self->files.new_path(self->files.data);
    return self->path != NULL;
}

static gboolean
open_file(EffNetWatchRecorder *self)
{
    guint tries = 0;

    do {
        self->fd = open(self->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
    } while (self->fd < 0 && errno == EEXIST && ++tries < TRIES && take_path(self));
    if (self->fd < 0)
        return FALSE;
    self->at = 0;
    self->files.created(self->path, self->files.data);
    return TRUE;
}

static gboolean
write_all(EffNetWatchRecorder *self, const guint8 *bytes, gsize n)
{
    while (n > 0) {
        gssize written = pwrite(self->fd, bytes, n, self->at);

        if (written > 0) {
            bytes += written;
            n -= (gsize)written;
            self->at += written;
        } else if (errno != EINTR) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Writes at BUFFER's offset: at the end, the muxer goes back to what it could not know before. */
static gboolean
write_buffer(EffNetWatchRecorder *self, GstBuffer *buffer)
{
    GstMapInfo map;
    gboolean ok;

    if (GST_BUFFER_OFFSET_IS_VALID(buffer))
        self->at = (off_t)GST_BUFFER_OFFSET(buffer);
    errno = EIO;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return FALSE;
    ok = write_all(self, map.data, map.size);
    gst_buffer_unmap(buffer, &map);
    return ok;
}

/* Never an error for elements upstream, which others depend on. */
static GstFlowReturn
sample_came(GstAppSink *sink, gpointer data)
{
    EffNetWatchRecorder *self = data;
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);

    if (sample == NULL || !effnet_watch_recorder_is_active(self))
        return GST_FLOW_OK;
    if (self->fd < 0 && !take_path(self))
        return GST_FLOW_OK;
    if ((self->fd < 0 && !open_file(self)) || !write_buffer(self, gst_sample_get_buffer(sample)))
        fail(self);
    return GST_FLOW_OK;
}

/* Some disks only report now that they are full. */
static void
ended(GstAppSink *sink, gpointer data)
{
    EffNetWatchRecorder *self = data;
    int fd = self->fd;

    self->fd = -1;
    if (fd >= 0 && close(fd) != 0 && effnet_watch_recorder_is_active(self))
        fail(self);
}

/* Answers that the file is seekable. */
static GstPadProbeReturn
answer_seeking(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);

    if (GST_QUERY_TYPE(query) != GST_QUERY_SEEKING)
        return GST_PAD_PROBE_OK;
    gst_query_set_seeking(query, GST_FORMAT_BYTES, TRUE, 0, -1);
    return GST_PAD_PROBE_HANDLED;
}

static void
set_splitting(EffNetWatchRecorder *self, gboolean splitting)
{
    g_mutex_lock(&self->lock);
    self->splitting = splitting;
    g_cond_signal(&self->split);
    g_mutex_unlock(&self->lock);
}

static gboolean
is_splitting(EffNetWatchRecorder *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    return self->splitting;
}

/* Keeps the end of a file's stream from the sink, which goes on. */
static GstPadProbeReturn
drop_end(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetWatchRecorder *self = data;

    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_EOS || !is_splitting(self))
        return GST_PAD_PROBE_OK;
    ended(self->sink, self);
    set_splitting(self, FALSE);
    return GST_PAD_PROBE_DROP;
}

/* FALSE: everything is being stopped, and the end does not come. */
static gboolean
wait_for_end(EffNetWatchRecorder *self)
{
    g_autoptr(GstPad) end = gst_element_get_static_pad(GST_ELEMENT(self->sink), "sink");
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    while (self->splitting && gst_pad_is_active(end))
        g_cond_wait_until(&self->split, &self->lock, g_get_monotonic_time() + GLANCE);
    return !self->splitting;
}

/* The thread that brings data to the sink may still be on its way back from the end, as a queue's
 * is: the queue would then take the next file's beginning for what follows that end, and drop it.
 * Where that thread is this one, its lock is its own. */
static void
wait_for_return(EffNetWatchRecorder *self)
{
    g_autoptr(GstPad) end = gst_element_get_static_pad(GST_ELEMENT(self->sink), "sink");
    g_autoptr(GstPad) before = gst_pad_get_peer(end);

    GST_PAD_STREAM_LOCK(before);
    GST_PAD_STREAM_UNLOCK(before);
}

static gboolean
send_again(GstPad *pad, GstEvent **event, gpointer data)
{
    gst_pad_send_event(data, gst_event_ref(*event));
    return TRUE;
}

/* Before GStreamer 1.26, the muxer and the sink work in PAD's streaming thread; since then, in
 * another, and what the muxer has not yet written would be lost. */
gboolean
effnet_watch_recorder_split(EffNetWatchRecorder *self, GstPad *pad)
{
    g_autoptr(GstPad) peer = gst_pad_get_peer(pad);

    set_splitting(self, TRUE);
    gst_pad_send_event(peer, gst_event_new_eos());
    if (!wait_for_end(self))
        return FALSE;
    wait_for_return(self);
    gst_element_set_state(self->muxer, GST_STATE_NULL);
    gst_element_sync_state_with_parent(self->muxer);
    gst_pad_sticky_events_foreach(pad, send_again, peer);
    return TRUE;
}

/* A file can begin with a key frame only. */
static GstPadProbeReturn
split_when_due(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetWatchRecorder *self = data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    GstClockTime time = GST_BUFFER_DTS_OR_PTS(buffer);

    if (!GST_CLOCK_TIME_IS_VALID(time))
        return GST_PAD_PROBE_OK;
    if (!GST_CLOCK_TIME_IS_VALID(self->began) || time < self->began)
        self->began = time;
    if (time - self->began >= self->seconds * GST_SECOND &&
        !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)) {
        if (!effnet_watch_recorder_split(self, pad))
            return GST_PAD_PROBE_DROP;
        self->began = time;
    }
    return GST_PAD_PROBE_OK;
}

void
effnet_watch_recorder_set_muxer(EffNetWatchRecorder *self, GstElement *muxer)
{
    g_autoptr(GstPad) end = gst_element_get_static_pad(GST_ELEMENT(self->sink), "sink");

    self->muxer = muxer;
    g_object_set(muxer, "offset-to-zero", TRUE, NULL);
    gst_pad_add_probe(end, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, drop_end, self, NULL);
}

void
effnet_watch_recorder_split_every(EffNetWatchRecorder *self, guint seconds, GstElement *queue)
{
    g_autoptr(GstPad) source = gst_element_get_static_pad(queue, "src");

    self->seconds = seconds;
    gst_pad_add_probe(source, GST_PAD_PROBE_TYPE_BUFFER, split_when_due, self, NULL);
}

static void
recorder_free(gpointer data)
{
    EffNetWatchRecorder *self = data;

    if (self->fd >= 0)
        close(self->fd);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->split);
    g_free(self->path);
    g_free(self);
}

EffNetWatchRecorder *
effnet_watch_recorder_new(const EffNetWatchRecorderFiles *files, GstAppSink *sink)
{
    GstAppSinkCallbacks callbacks = {.new_sample = sample_came, .eos = ended};
    EffNetWatchRecorder *self = g_new0(EffNetWatchRecorder, 1);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(GST_ELEMENT(sink), "sink");

    g_mutex_init(&self->lock);
    g_cond_init(&self->split);
    self->files = *files;
    self->sink = sink;
    self->fd = -1;
    self->began = GST_CLOCK_TIME_NONE;
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, answer_seeking, NULL, NULL);
    gst_app_sink_set_callbacks(sink, &callbacks, self, recorder_free);
    return self;
}

gboolean
effnet_watch_recorder_is_active(const EffNetWatchRecorder *self)
{
    return !g_atomic_int_get(&self->failed);
}

const char *
effnet_watch_recorder_get_failure(GstMessage *message)
{
    return gst_message_has_name(message, FAILURE)
               ? gst_structure_get_string(gst_message_get_structure(message), "sentence")
               : NULL;
}
