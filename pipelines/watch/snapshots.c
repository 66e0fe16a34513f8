/* SPDX-License-Identifier: BSD-2-Clause */
#include "snapshots.h"

#include "../outfile.h"
#include "captures.h"
#include "moments.h"
#include "recorder.h"

#include <effnet/error.h>
#include <errno.h>
#include <stdio.h>

#include <glib/gstdio.h>

#define WAITING 2 /* pictures that the queue takes */

struct _EffNetWatchSnapshots {
    GstAppSink *sink;
    EffNetWatchCaptures *captures;
    GAsyncQueue *paths; /* of pictures that are being encoded */
    gint failed;        /* atomic */

    /* Used by the thread of the pad alone. */
    EffNetWatchMoments moments;
    char *path;      /* the last picture's */
    gboolean chosen; /* the next buffer at the pad is for it */
};

const char *
effnet_watch_snapshots_choose(EffNetWatchSnapshots *self, GstBuffer *buffer, gboolean live)
{
    guint change = effnet_watch_moments_follow(&self->moments, buffer);

    self->chosen = (change & EFFNET_WATCH_MOMENT_BEGINS) && !g_atomic_int_get(&self->failed) &&
                   (!live || g_async_queue_length(self->paths) < WAITING);
    if (!self->chosen)
        return NULL;
    g_free(self->path);
    self->path =
        effnet_watch_captures_new_path(self->captures, self->moments.label, self->moments.index);
    return self->path;
}

static GstPadProbeReturn
drop_others(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetWatchSnapshots *self = data;

    if (!self->chosen)
        return GST_PAD_PROBE_DROP;
    self->chosen = FALSE;
    g_async_queue_push(self->paths, g_strdup(self->path));
    return GST_PAD_PROBE_OK;
}

static gboolean
write_bytes(const char *path, const GstMapInfo *map, GError **error)
{
    FILE *file = g_fopen(path, "wbe");
    gboolean ok = file && fwrite(map->data, 1, map->size, file) == map->size;

    if (file && fclose(file) != 0)
        ok = FALSE;
    if (!ok)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be written: %s", path,
                    g_strerror(errno));
    return ok;
}

static gboolean
write_picture(const char *path, GstBuffer *buffer, GError **error)
{
    g_autoptr(EffNetOutfile) out = effnet_outfile_new(path, FALSE, error);
    GstMapInfo map;
    gboolean ok;

    if (out == NULL || !gst_buffer_map(buffer, &map, GST_MAP_READ))
        return FALSE;
    ok = write_bytes(effnet_outfile_get_path(out), &map, error);
    gst_buffer_unmap(buffer, &map);
    return ok && effnet_outfile_commit(out, error);
}

/* Never an error for elements upstream, which others depend on. */
static GstFlowReturn
take_picture(GstAppSink *sink, gpointer data)
{
    EffNetWatchSnapshots *self = data;
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    g_autofree char *path = g_async_queue_try_pop(self->paths);
    g_autoptr(GError) error = NULL;

    if (sample == NULL || path == NULL || g_atomic_int_get(&self->failed))
        return GST_FLOW_OK;
    if (write_picture(path, gst_sample_get_buffer(sample), &error)) {
        effnet_watch_captures_prune(self->captures, path);
    } else {
        g_autofree char *sentence =
            g_strdup_printf("%s: no more snapshots are taken", error ? error->message : path);

        g_atomic_int_set(&self->failed, TRUE);
        effnet_watch_recorder_post_failure(GST_ELEMENT(sink), sentence);
    }
    return GST_FLOW_OK;
}

EffNetWatchSnapshots *
effnet_watch_snapshots_new(const EffNetWatchSettings *settings, GHashTable *classes, GstPad *pad,
                           GstAppSink *sink)
{
    GstAppSinkCallbacks callbacks = {.new_sample = take_picture};
    EffNetWatchSnapshots *self = g_new0(EffNetWatchSnapshots, 1);

    self->captures = effnet_watch_captures_new(settings, settings->snapshots, ".jpg");
    self->paths = g_async_queue_new_full(g_free);
    self->moments =
        (EffNetWatchMoments){.classes = classes, .most = GST_CLOCK_TIME_NONE, .apart = GST_SECOND};
    effnet_watch_moments_init(&self->moments);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, drop_others, self, NULL);
    gst_app_sink_set_callbacks(sink, &callbacks, self, NULL);
    return self;
}

void
effnet_watch_snapshots_free(EffNetWatchSnapshots *self)
{
    effnet_watch_captures_free(self->captures);
    effnet_watch_moments_clear(&self->moments);
    g_async_queue_unref(self->paths);
    g_free(self->path);
    g_free(self);
}
