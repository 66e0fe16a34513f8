/* SPDX-License-Identifier: BSD-2-Clause */
#include "status.h"

#include "moments.h"

#include "../media.h"

#include <string.h>

#define FPS_WINDOW     G_USEC_PER_SEC
#define VIEWER_TIME    (5 * (gint64)G_USEC_PER_SEC)
#define PICTURE_TIME   (G_USEC_PER_SEC / 10)        /* with a viewer */
#define UNVIEWED_TIME  (2 * (gint64)G_USEC_PER_SEC) /* without one */
#define PROGRESS_SHARE 0.001

typedef struct {
    guint64 inferences, skipped, held, published, dropped;
} Counts;

struct _EffNetWatchStatus {
    char *name;
    GMutex mutex; /* guards all below */
    EffNetWatchSnapshot now;
    Counts before; /* earlier connections' counts */
    gint64 window_start;
    guint window_frames;
    EffNetWatchSample
        history[EFFNET_WATCH_HISTORY]; /* sample N is at index N % EFFNET_WATCH_HISTORY */
    guint64 n_samples;
    gint64 sampled_at;
    GBytes *picture;
    gint64 viewed_at, pictured_at; /* monotonic; 0: never */
};

EffNetWatchStatus *
effnet_watch_status_new(const char *name)
{
    EffNetWatchStatus *status = g_new0(EffNetWatchStatus, 1);

    status->name = g_utf8_make_valid(name, -1);
    g_mutex_init(&status->mutex);
    status->now.pts = status->now.duration = GST_CLOCK_TIME_NONE;
    return status;
}

void
effnet_watch_status_free(EffNetWatchStatus *status)
{
    g_clear_pointer(&status->picture, g_bytes_unref);
    g_mutex_clear(&status->mutex);
    g_free(status->name);
    g_free(status);
}

const char *
effnet_watch_status_get_name(const EffNetWatchStatus *status)
{
    return status->name;
}

/* Copies as much of TEXT as fits, cut between characters. */
static void
copy_text(char *to, gsize size, const char *text, gsize length)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
    gsize end = strlen(valid);

    if (end >= size) {
        const char *cut = g_utf8_find_prev_char(valid, valid + size);

        end = (gsize)(cut - valid);
    }
    memcpy(to, valid, end);
    to[end] = '\0';
}

/* With the mutex held. */
static void
change_phase(EffNetWatchStatus *status, EffNetWatchPhase phase, const char *note)
{
    EffNetWatchSnapshot *now = &status->now;

    note = note ? note : "";
    copy_text(now->note, sizeof now->note, note, strlen(note));
    now->phase = phase;
    now->opened = TRUE;
    if (phase != EFFNET_WATCH_PLAYING) {
        now->fps = 0.0;
        now->classes.n = 0;
        status->window_start = 0;
    }
}

void
effnet_watch_status_set_phase(EffNetWatchStatus *status, EffNetWatchPhase phase, const char *note)
{
    g_mutex_lock(&status->mutex);
    change_phase(status, phase, note);
    g_mutex_unlock(&status->mutex);
}

void
effnet_watch_status_set_waiting(EffNetWatchStatus *status, const char *note, gint64 delay)
{
    g_mutex_lock(&status->mutex);
    change_phase(status, EFFNET_WATCH_WAITING, note);
    status->now.retry_at = g_get_monotonic_time() + delay;
    status->now.reconnects++;
    g_mutex_unlock(&status->mutex);
}

static void
count_rate(EffNetWatchStatus *status, gint64 time)
{
    gint64 elapsed = time - status->window_start;

    if (status->window_start == 0) {
        status->window_start = time;
        status->window_frames = 0;
    } else {
        status->window_frames++;
        if (elapsed >= FPS_WINDOW) {
            status->now.fps = status->window_frames * (double)G_USEC_PER_SEC / (double)elapsed;
            status->window_start = time;
            status->window_frames = 0;
        }
    }
}

void
effnet_watch_status_add_frame(EffNetWatchStatus *status, GstClockTime pts)
{
    gint64 time = g_get_monotonic_time();

    g_mutex_lock(&status->mutex);
    change_phase(status, EFFNET_WATCH_PLAYING, NULL);
    if (status->now.frames == 0)
        status->now.began = time;
    status->now.frames++;
    status->now.pts = pts;
    count_rate(status, time);
    g_mutex_unlock(&status->mutex);
}

void
effnet_watch_status_add_time(EffNetWatchStatus *status, EffNetWatchStage stage, GstClockTime time)
{
    g_mutex_lock(&status->mutex);
    effnet_watch_histogram_add(&status->now.times[stage], time);
    g_mutex_unlock(&status->mutex);
}

void
effnet_watch_status_set_size(EffNetWatchStatus *status, gint width, gint height)
{
    g_mutex_lock(&status->mutex);
    status->now.width = width;
    status->now.height = height;
    g_mutex_unlock(&status->mutex);
}

void
effnet_watch_status_set_duration(EffNetWatchStatus *status, GstClockTime duration)
{
    g_mutex_lock(&status->mutex);
    status->now.duration = duration;
    g_mutex_unlock(&status->mutex);
}

static void
read_classes(EffNetWatchClasses *classes, const GstEfficientNetResult *result)
{
    if (result && gst_efficientnet_result_is_unknown(result)) {
        classes->n = 1;
        classes->best[0].index = EFFNET_WATCH_UNKNOWN_CLASS;
        classes->best[0].score = gst_efficientnet_result_get_similarity(result);
        copy_text(classes->best[0].label, sizeof classes->best[0].label, "unknown",
                  strlen("unknown"));
        return;
    }
    classes->n = result ? MIN(result->n_classes, EFFNET_WATCH_MAX_CLASSES) : 0;
    for (guint k = 0; k < classes->n; k++) {
        const char *label = gst_efficientnet_result_get_label(result, k);
        EffNetWatchClass *class = &classes->best[k];

        class->index = gst_efficientnet_result_get_index(result, k);
        class->score = gst_efficientnet_result_get_score(result, k);
        label = label ? label : "";
        copy_text(class->label, sizeof class->label, label,
                  (gsize)effnet_media_label_length(label));
    }
}

/* With the mutex held. */
static void
add_sample(EffNetWatchStatus *status)
{
    gint64 time = g_get_monotonic_time();
    EffNetWatchSample *sample = &status->history[status->n_samples % EFFNET_WATCH_HISTORY];

    if (status->n_samples > 0 && time - status->sampled_at < EFFNET_WATCH_SAMPLE_TIME)
        return;
    status->sampled_at = time;
    sample->time = time;
    status->n_samples++;
    sample->classes = status->now.classes;
}

/* Another model may have the same class by another name. */
static gboolean
is_same_class(const EffNetWatchClass *a, const EffNetWatchClass *b)
{
    return a->index == b->index && g_str_equal(a->label, b->label);
}

gboolean
effnet_watch_status_set_result(EffNetWatchStatus *status, const GstEfficientNetResult *result)
{
    EffNetWatchClasses classes;
    gboolean changed;

    read_classes(&classes, result);
    g_mutex_lock(&status->mutex);
    changed = (classes.n > 0) != (status->now.classes.n > 0) ||
              (classes.n > 0 && !is_same_class(&classes.best[0], &status->now.classes.best[0]));
    status->now.classes = classes;
    add_sample(status);
    g_mutex_unlock(&status->mutex);
    return changed;
}

void
effnet_watch_status_set_stats(EffNetWatchStatus *status, const GstStructure *stats,
                              const GstStructure *published, gboolean last)
{
    EffNetWatchSnapshot *now = &status->now;
    Counts counts = {0};

    gst_structure_get_uint64(stats, "inferences", &counts.inferences);
    gst_structure_get_uint64(stats, "skipped", &counts.skipped);
    gst_structure_get_uint64(stats, "held", &counts.held);
    if (published) {
        gst_structure_get_uint64(published, "written", &counts.published);
        gst_structure_get_uint64(published, "dropped", &counts.dropped);
    }
    g_mutex_lock(&status->mutex);
    now->inferences = status->before.inferences + counts.inferences;
    now->skipped = status->before.skipped + counts.skipped;
    now->held = status->before.held + counts.held;
    now->published = status->before.published + counts.published;
    now->dropped = status->before.dropped + counts.dropped;
    if (counts.inferences > 0)
        gst_structure_get_uint64(stats, "latency-p50", &now->latency_p50);
    if (last)
        status->before =
            (Counts){now->inferences, now->skipped, now->held, now->published, now->dropped};
    g_mutex_unlock(&status->mutex);
}

void
effnet_watch_status_get(EffNetWatchStatus *status, EffNetWatchSnapshot *snapshot)
{
    g_mutex_lock(&status->mutex);
    *snapshot = status->now;
    g_mutex_unlock(&status->mutex);
}

void
effnet_watch_status_foreach_sample(EffNetWatchStatus *status, gint64 after, gint64 until,
                                   void (*function)(const EffNetWatchSample *sample, gpointer data),
                                   gpointer data)
{
    guint64 i;

    g_mutex_lock(&status->mutex);
    i = status->n_samples - MIN(status->n_samples, EFFNET_WATCH_HISTORY);
    for (; i < status->n_samples; i++) {
        const EffNetWatchSample *sample = &status->history[i % EFFNET_WATCH_HISTORY];

        if (sample->time > after && sample->time <= until)
            function(sample, data);
    }
    g_mutex_unlock(&status->mutex);
}

GBytes *
effnet_watch_status_get_picture(EffNetWatchStatus *status)
{
    GBytes *picture;

    g_mutex_lock(&status->mutex);
    status->viewed_at = g_get_monotonic_time();
    picture = status->picture ? g_bytes_ref(status->picture) : NULL;
    g_mutex_unlock(&status->mutex);
    return picture;
}

gboolean
effnet_watch_status_is_picture_due(EffNetWatchStatus *status)
{
    gint64 time = g_get_monotonic_time();
    gboolean viewed, due;

    g_mutex_lock(&status->mutex);
    viewed = status->viewed_at > 0 && time - status->viewed_at < VIEWER_TIME;
    due = status->pictured_at == 0 ||
          time - status->pictured_at >= (viewed ? PICTURE_TIME : UNVIEWED_TIME);
    if (due)
        status->pictured_at = time;
    g_mutex_unlock(&status->mutex);
    return due;
}

void
effnet_watch_status_set_picture(EffNetWatchStatus *status, GBytes *picture)
{
    GBytes *old;

    g_mutex_lock(&status->mutex);
    old = status->picture;
    status->picture = g_bytes_ref(picture);
    g_mutex_unlock(&status->mutex);
    g_clear_pointer(&old, g_bytes_unref);
}

gboolean
effnet_watch_snapshot_get_progress(const EffNetWatchSnapshot *snapshot, gint64 now,
                                   double *fraction, double *speed, double *left)
{
    double position, elapsed;

    if (!GST_CLOCK_TIME_IS_VALID(snapshot->duration) || snapshot->duration == 0 ||
        !GST_CLOCK_TIME_IS_VALID(snapshot->pts) || snapshot->began == 0 || now <= snapshot->began)
        return FALSE;
    position = (double)snapshot->pts / (double)GST_SECOND;
    elapsed = (double)(now - snapshot->began) / G_USEC_PER_SEC;
    *fraction = MIN((double)snapshot->pts / (double)snapshot->duration, 1.0);
    *speed = position / elapsed;
    *left = *fraction > PROGRESS_SHARE ? elapsed * (1.0 - *fraction) / *fraction : 0.0;
    return *fraction > PROGRESS_SHARE;
}
