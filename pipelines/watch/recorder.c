/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FAILURE "effnet-recording-failed"
#define TRIES   10 /* for names that others take at the same moment */

struct _EffNetWatchRecorder {
    const EffNetWatchSettings *settings;
    GstAppSink *sink; /* owns this */
    gint failed;      /* atomic */

    /* The streaming thread's. */
    char *path; /* NULL: nothing has come yet */
    int fd;
    off_t at;
};

static void
fail(EffNetWatchRecorder *self)
{
    g_autofree char *sentence = g_strdup_printf(
        "%s cannot be written, and is not recorded any further: %s", self->path, g_strerror(errno));

    g_atomic_int_set(&self->failed, TRUE);
    gst_element_post_message(
        GST_ELEMENT(self->sink),
        gst_message_new_element(
            GST_OBJECT(self->sink),
            gst_structure_new(FAILURE, "sentence", G_TYPE_STRING, sentence, NULL)));
}

static gboolean
open_file(EffNetWatchRecorder *self)
{
    for (guint i = 0; self->fd < 0 && i < TRIES; i++) {
        g_free(self->path);
        self->path = effnet_watch_settings_new_record_path(self->settings);
        self->fd = open(self->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
        if (self->fd < 0 && errno != EEXIST)
            return FALSE;
    }
    return self->fd >= 0;
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
recorder_free(gpointer data)
{
    EffNetWatchRecorder *self = data;

    if (self->fd >= 0)
        close(self->fd);
    g_free(self->path);
    g_free(self);
}

EffNetWatchRecorder *
effnet_watch_recorder_new(const EffNetWatchSettings *settings, GstAppSink *sink)
{
    GstAppSinkCallbacks callbacks = {.new_sample = sample_came, .eos = ended};
    EffNetWatchRecorder *self = g_new0(EffNetWatchRecorder, 1);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(GST_ELEMENT(sink), "sink");

    self->settings = settings;
    self->sink = sink;
    self->fd = -1;
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
