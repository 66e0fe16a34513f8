/* SPDX-License-Identifier: BSD-2-Clause */
#include "pupil.h"

#include "../component.h"
#include "../media.h"
#include "json.h"
#include "moments.h"
#include "regions.h"
#include "retention.h"
#include "state.h"
#include "still.h"

#include <gst/video/video.h>

#define APART        (G_USEC_PER_SEC / 4)         /* between the frames of a collection */
#define PATIENCE     (5 * (gint64)G_USEC_PER_SEC) /* for a single frame */
#define UNSURE_APART (2 * (gint64)G_USEC_PER_SEC) /* between frames that the model is unsure of */
#define MARGIN       0.2f                         /* between the scores of two classes */
#define WAITING      2                            /* frames that the queue takes */

/* A frame that is to become a picture. */
typedef struct {
    EffNetWatchTeachFolder *folder;
    char *class, *stem;
    gboolean asked; /* it is of the collection */
} Want;

/* What was asked for. */
typedef struct {
    char *class; /* NULL: nothing */
    char *stem;
    gboolean single;
    gint64 until, due; /* monotonic */
    guint chosen, taken;
} Collection;

struct _EffNetWatchPupil {
    const EffNetWatchSettings *settings;
    EffNetWatchTeachFolder *taught, *unsure;
    char *name;              /* of the stream, as a component of a path */
    GAsyncQueue *wants;      /* of Want, for the frames that are in the queue */
    EffNetWatchStill *still; /* the sink's thread's */

    GMutex mutex;           /* guards all below */
    GstElement *classifier; /* the present connection's, or NULL */
    char *model;            /* NULL: the settings' */
    char *zone;             /* NULL: the settings' */
    Collection collection;
    char *error; /* of the newest collection */
    gint64 unsure_due;
    gint last_index; /* of the first class, or EFFNET_WATCH_NO_CLASS */
    GstClockTime inferred;
};

static void
want_free(gpointer data)
{
    Want *want = data;

    g_free(want->class);
    g_free(want->stem);
    g_free(want);
}

EffNetWatchPupil *
effnet_watch_pupil_new(const EffNetWatchSettings *settings, EffNetWatchTeachFolder *taught,
                       EffNetWatchTeachFolder *unsure)
{
    EffNetWatchPupil *self = g_new0(EffNetWatchPupil, 1);

    self->settings = settings;
    self->taught = taught;
    self->unsure = unsure;
    self->name = effnet_component_new(settings->name, 0);
    self->wants = g_async_queue_new_full(want_free);
    self->last_index = EFFNET_WATCH_NO_CLASS;
    self->inferred = GST_CLOCK_TIME_NONE;
    g_mutex_init(&self->mutex);
    return self;
}

static void
end_collection(EffNetWatchPupil *self)
{
    g_clear_pointer(&self->collection.class, g_free);
    g_clear_pointer(&self->collection.stem, g_free);
}

void
effnet_watch_pupil_free(EffNetWatchPupil *self)
{
    g_clear_pointer(&self->still, effnet_watch_still_free);
    end_collection(self);
    gst_clear_object(&self->classifier);
    g_async_queue_unref(self->wants);
    g_mutex_clear(&self->mutex);
    g_free(self->model);
    g_free(self->zone);
    g_free(self->error);
    g_free(self->name);
    g_free(self);
}

const EffNetWatchSettings *
effnet_watch_pupil_get_settings(const EffNetWatchPupil *self)
{
    return self->settings;
}

static const char *
get_setting(const EffNetWatchPupil *self, const char *key)
{
    return gst_structure_get_string(self->settings->properties, key);
}

/* A learned model has its labels in it. All is set at once, so that a model and its labels are
 * opened together. With the mutex held, as the next. */
static void
apply_model(EffNetWatchPupil *self)
{
    const char *model = self->model ? self->model : get_setting(self, "model");
    const char *labels = self->model ? NULL : get_setting(self, "labels-file");

    if (self->classifier)
        g_object_set(self->classifier, "model", model, "labels-file", labels, NULL);
}

static const char *
get_zone(const EffNetWatchPupil *self)
{
    return self->zone ? self->zone : get_setting(self, "roi");
}

static void
apply_zone(EffNetWatchPupil *self)
{
    if (self->classifier)
        g_object_set(self->classifier, "roi", get_zone(self), NULL);
}

void
effnet_watch_pupil_set_model(EffNetWatchPupil *self, const char *model)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);

    g_free(self->model);
    self->model = g_strdup(model);
    apply_model(self);
}

/* Sets SETTINGS to such with the zone TEXT; FALSE if it is none. */
static gboolean
read_zone(const char *text, GstEfficientNetFrameSettings *settings)
{
    GValue value = G_VALUE_INIT;
    gboolean read;

    *settings = (GstEfficientNetFrameSettings){0};
    g_value_init(&value, G_TYPE_STRING);
    g_value_set_string(&value, text);
    read = gst_efficientnet_frame_settings_set(settings, GST_EFFICIENTNET_PROP_ROI, &value);
    g_value_unset(&value);
    return read;
}

gboolean
effnet_watch_pupil_set_zone(EffNetWatchPupil *self, const char *zone)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    GstEfficientNetFrameSettings settings;

    if (!read_zone(zone, &settings))
        return FALSE;
    g_free(self->zone);
    self->zone = g_strdup(zone);
    apply_zone(self);
    return TRUE;
}

char *
effnet_watch_pupil_get_zone(EffNetWatchPupil *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);

    return g_strdup(self->zone);
}

gboolean
effnet_watch_pupil_collect(EffNetWatchPupil *self, const char *class, guint seconds, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    g_autofree char *time = effnet_watch_retention_new_time();
    gint64 now = g_get_monotonic_time();

    if (!effnet_watch_teach_folder_is_class(class)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "a class is named as a folder can be: without separators, control characters, "
                    "and dots in front");
        return FALSE;
    }
    if (seconds > EFFNET_WATCH_PUPIL_MAX_SECONDS) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "frames are collected for at most %d seconds", EFFNET_WATCH_PUPIL_MAX_SECONDS);
        return FALSE;
    }
    end_collection(self);
    g_clear_pointer(&self->error, g_free);
    self->collection = (Collection){
        .class = g_strdup(class),
        .stem = g_strdup_printf("%s-%s", self->name, time),
        .single = seconds == 0,
        .until = now + (seconds ? seconds * (gint64)G_USEC_PER_SEC : PATIENCE),
        .due = now,
    };
    return TRUE;
}

void
effnet_watch_pupil_stop(EffNetWatchPupil *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);

    end_collection(self);
}

/* Ends the collection if its time is over. With the mutex held. */
static void
note_time(EffNetWatchPupil *self, gint64 now)
{
    const Collection *c = &self->collection;

    if (c->class == NULL || now < c->until)
        return;
    if (c->chosen == 0 && self->error == NULL)
        self->error = g_strdup("no frame came");
    end_collection(self);
}

/* The frames of one collection are one file to whoever learns: "-burst-" says so. */
static Want *
choose_asked(EffNetWatchPupil *self, gint64 now)
{
    Collection *c = &self->collection;
    Want *want;

    note_time(self, now);
    if (c->class == NULL || now < c->due)
        return NULL;
    c->due = now + APART;
    c->chosen++;
    want = g_new(Want, 1);
    *want = (Want){
        self->taught, g_strdup(c->class),
        c->single ? g_strdup(c->stem) : g_strdup_printf("%s-burst-%03u", c->stem, c->chosen), TRUE};
    if (c->single)
        end_collection(self);
    return want;
}

/* Sets LABEL to the first class's if RESULT, of a new inference, leaves a doubt. */
static gboolean
is_doubtful(const GstEfficientNetResult *result, gint last_index, gint *index, const char **label)
{
    if (gst_efficientnet_result_is_unknown(result)) {
        *index = EFFNET_WATCH_UNKNOWN_CLASS;
        *label = "unknown";
        return TRUE;
    }
    *index = gst_efficientnet_result_get_index(result, 0);
    *label = gst_efficientnet_result_get_label(result, 0);
    return (last_index != EFFNET_WATCH_NO_CLASS && *index != last_index) ||
           (result->n_classes > 1 && gst_efficientnet_result_get_score(result, 0) -
                                             gst_efficientnet_result_get_score(result, 1) <
                                         MARGIN);
}

static Want *
choose_unsure(EffNetWatchPupil *self, GstBuffer *buffer, gint64 now)
{
    GstEfficientNetResult result;
    const char *label = NULL;
    gint index = EFFNET_WATCH_NO_CLASS;
    g_autofree char *time = NULL;
    gboolean doubtful;
    Want *want;

    if (!gst_efficientnet_buffer_get_result(buffer, 0, &result) ||
        (result.age > 0 && result.pts == self->inferred))
        return NULL;
    self->inferred = result.pts;
    doubtful = is_doubtful(&result, self->last_index, &index, &label);
    self->last_index = index;
    if (!doubtful || now < self->unsure_due)
        return NULL;
    self->unsure_due = now + UNSURE_APART;
    time = effnet_watch_retention_new_time();
    want = g_new(Want, 1);
    *want = (Want){self->unsure, effnet_component_new(label, (guint)index),
                   g_strdup_printf("%s-%s", self->name, time), FALSE};
    return want;
}

/* A frame that is wanted passes on to the sink. */
static GstPadProbeReturn
drop_others(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetWatchPupil *self = data;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    gint64 now = g_get_monotonic_time();
    Want *want = NULL;

    if (g_async_queue_length(self->wants) >= WAITING)
        return GST_PAD_PROBE_DROP;
    if (self->taught)
        want = choose_asked(self, now);
    if (want == NULL && self->unsure)
        want = choose_unsure(self, GST_PAD_PROBE_INFO_BUFFER(info), now);
    if (want == NULL)
        return GST_PAD_PROBE_DROP;
    g_async_queue_push(self->wants, want);
    return GST_PAD_PROBE_OK;
}

static gboolean
find_zone(EffNetWatchPupil *self, GstSample *sample, EffNetRect *zone)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    GstEfficientNetFrameSettings settings;
    GstVideoInfo info;

    return gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) &&
           read_zone(get_zone(self), &settings) &&
           gst_efficientnet_region_cut_zone(&settings, (guint)info.width, (guint)info.height, zone);
}

static gboolean
keep(EffNetWatchPupil *self, const Want *want, GstSample *sample, GError **error)
{
    g_autoptr(GBytes) picture = NULL;
    EffNetRect zone;

    if (!find_zone(self, sample, &zone)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "the zone is outside of the frame");
        return FALSE;
    }
    if (self->still == NULL)
        self->still = effnet_watch_still_new(error);
    if (self->still)
        picture = effnet_watch_still_encode(self->still, sample, &zone, error);
    return picture && effnet_watch_teach_folder_add(want->folder, want->class, want->stem, "jpg",
                                                    picture, error);
}

/* Never an error for elements upstream, which others depend on. */
static GstFlowReturn
take(GstAppSink *sink, gpointer data)
{
    EffNetWatchPupil *self = data;
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    Want *want = g_async_queue_try_pop(self->wants);
    g_autoptr(GError) error = NULL;
    gboolean kept;

    if (want == NULL)
        return GST_FLOW_OK;
    kept = sample && keep(self, want, sample, &error);
    g_mutex_lock(&self->mutex);
    if (want->asked && kept) {
        self->collection.taken++;
    } else if (want->asked && error) {
        g_free(self->error);
        self->error = g_strdup(error->message);
        end_collection(self);
    }
    g_mutex_unlock(&self->mutex);
    want_free(want);
    return GST_FLOW_OK;
}

void
effnet_watch_pupil_attach(EffNetWatchPupil *self, GstElement *classifier, GstPad *pad,
                          GstAppSink *sink)
{
    GstAppSinkCallbacks callbacks = {.new_sample = take};
    Want *left;

    while ((left = g_async_queue_try_pop(self->wants)))
        want_free(left);
    g_mutex_lock(&self->mutex);
    gst_object_replace((GstObject **)&self->classifier, GST_OBJECT(classifier));
    if (self->model)
        apply_model(self);
    if (self->zone)
        apply_zone(self);
    self->last_index = EFFNET_WATCH_NO_CLASS;
    g_mutex_unlock(&self->mutex);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, drop_others, self, NULL);
    gst_app_sink_set_callbacks(sink, &callbacks, self, NULL);
}

void
effnet_watch_pupil_detach(EffNetWatchPupil *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);

    gst_clear_object(&self->classifier);
}

void
effnet_watch_pupil_append_state(EffNetWatchPupil *self, GString *json)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    gint64 now = g_get_monotonic_time();
    const Collection *c = &self->collection;

    note_time(self, now);
    g_string_append(json, "{\"name\":");
    gst_efficientnet_json_append_string(json, self->settings->name);
    effnet_watch_state_append_text(json, "zone", get_zone(self));
    effnet_watch_state_append_text(json, "class", c->class);
    effnet_watch_state_append_text(json, "error", self->error);
    g_string_append_printf(json, ",\"taken\":%u,\"left\":%d}", c->taken,
                           c->class ? (int)((c->until - now) / G_USEC_PER_SEC) + 1 : 0);
}
