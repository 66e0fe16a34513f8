/* SPDX-License-Identifier: BSD-2-Clause */
/* clang-format off */
/**
 * SECTION:element-efficientnet
 * @title: efficientnet
 * @short_description: tells what is to be seen in a video
 *
 * Classifies frames with EfficientNet and attaches the best classes to them as the custom meta
 * `GstEfficientNetMeta` (see `gst/efficientnet/meta.h`). The pixels are not touched: every common
 * format and size comes in, and goes out as it came. From GStreamer 1.24 on, DMA buffers come in, too,
 * if their layout is linear.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 -q filesrc location=cat.jpg ! decodebin ! videoconvert ! efficientnet \
 *     ! efficientnetpublish ! fakesink
 * ]| Prints the classes of an image as a JSON line.
 * |[
 * gst-launch-1.0 -q uridecodebin uri=file:///tmp/a.mp4 ! videoconvert \
 *     ! efficientnet inference-interval=10 ! efficientnetpublish held=false location=a.jsonl \
 *     ! fakesink
 * ]| Every tenth frame of a film, to a file.
 * |[
 * gst-launch-1.0 -m v4l2src ! videoconvert \
 *     ! efficientnet late-policy=skip-inference post-messages=changes \
 *     ! videoconvert ! autovideosink
 * ]| A camera that is shown without delay; a message on the bus whenever the best class changes.
 * |[
 * gst-launch-1.0 -q videotestsrc num-buffers=30 ! efficientnet top-k=1 ! efficientnetpublish \
 *     ! fakesink
 * ]| Nothing but the best class, and nothing needed but a model.
 *
 * Since: 0.1
 */
/* clang-format on */
#include "gstefficientnet.h"

#include "frame.h"
#include "labelsquery.h"
#include "meta.h"
#include "properties.h"
#include "stats.h"
#include "stream.h"
#include "swap.h"
#include "tensors.h"

GST_DEBUG_CATEGORY_STATIC(efficientnet_debug);
#define GST_CAT_DEFAULT efficientnet_debug

struct _GstEfficientNet {
    GstBaseTransform parent;

    /* Under the object lock. */
    GstEfficientNetModelSettings model_settings;
    GstEfficientNetFrameSettings frame_settings;
    char *refused; /* what is wrong with a value that was set in state NULL, or NULL */
    guint serial;  /* changes whenever model_settings does */
    GstEfficientNetModelSettings used_settings; /* what the classifier was opened with, */
    guint used_serial;                          /* and its serial */
    GstEfficientNetSwap *swap;                  /* NULL: no data flows */
    gboolean flushing, playing;
    GstEfficientNetStats stats;
    GstEfficientNetLatency latency;
    GstClockTime earliest; /* running time before which frames are too late, as downstream says */

    /* Opened and closed while no data flows; swapped by the streaming thread, under the object
     * lock. */
    GstEfficientNetClassifier *classifier;
    char *name; /* the element's, for results */

    /* The streaming thread's. */
    GstEfficientNetStream *stream;
    gboolean warned;  /* that there are no times to go by */
    gboolean outside; /* the zone is outside of the frame, which was said */
};

G_DEFINE_TYPE_WITH_CODE(GstEfficientNet, gst_efficientnet, GST_TYPE_BASE_TRANSFORM,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, NULL))
GST_ELEMENT_REGISTER_DEFINE(efficientnet, "efficientnet", GST_RANK_NONE, GST_TYPE_EFFICIENTNET)

/* Posts the error at once; in state NULL, when nobody may be listening yet, it keeps the element
 * from READY. */
static void
refuse_value(GstEfficientNet *self, GParamSpec *pspec, const GValue *value)
{
    g_autofree char *text = gst_value_serialize(value);
    g_autofree char *sentence =
        g_strdup_printf("%s: %s is not of the form that the property has: %s", pspec->name, text,
                        g_param_spec_get_blurb(pspec));

    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s", sentence), ("The old value is kept"));
    GST_OBJECT_LOCK(self);
    if (GST_STATE(self) == GST_STATE_NULL) {
        g_free(self->refused);
        self->refused = g_steal_pointer(&sentence);
    }
    GST_OBJECT_UNLOCK(self);
}

/* TRUE if all properties have valid values. */
static gboolean
check_properties(GstEfficientNet *self)
{
    g_autofree char *refused = NULL;
    g_autoptr(GError) error = NULL;

    GST_OBJECT_LOCK(self);
    gst_efficientnet_tensors_check(self->frame_settings.tensors, &error);
    refused = g_strdup(error ? error->message : self->refused);
    GST_OBJECT_UNLOCK(self);
    if (refused)
        GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS, ("%s", refused), (NULL));
    return refused == NULL;
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    GstEfficientNet *self = GST_EFFICIENTNET(object);
    GstEfficientNetLatePolicy before;
    gboolean latency_changed, valid = TRUE;

    if (id > GST_EFFICIENTNET_PROP_POST_MESSAGES) {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
        return;
    }
    GST_OBJECT_LOCK(self);
    before = self->frame_settings.late_policy;
    if (id <= GST_EFFICIENTNET_PROP_LAST_OF_MODEL) {
        gst_efficientnet_model_settings_set(&self->model_settings, id, value);
        self->serial++;
    } else {
        if (id == GST_EFFICIENTNET_PROP_ROI)
            g_clear_pointer(&self->refused, g_free);
        valid = gst_efficientnet_frame_settings_set(&self->frame_settings, id, value);
    }
    latency_changed = before != self->frame_settings.late_policy;
    GST_OBJECT_UNLOCK(self);
    if (latency_changed)
        gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
    if (!valid)
        refuse_value(self, pspec, value);
}

static void
get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    GstEfficientNet *self = GST_EFFICIENTNET(object);

    if (id > GST_EFFICIENTNET_PROP_STATS) {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
        return;
    }
    GST_OBJECT_LOCK(self);
    if (id == GST_EFFICIENTNET_PROP_STATS)
        g_value_take_boxed(value, gst_efficientnet_stats_to_structure(&self->stats));
    else if (id <= GST_EFFICIENTNET_PROP_LAST_OF_MODEL)
        gst_efficientnet_model_settings_get(&self->model_settings, id, value);
    else
        gst_efficientnet_frame_settings_get(&self->frame_settings, id, value);
    GST_OBJECT_UNLOCK(self);
}

/* While paused, a frame may be shown for any time: it waits for its own result. */
static void
get_frame_settings(GstEfficientNet *self, GstEfficientNetFrameSettings *settings)
{
    GST_OBJECT_LOCK(self);
    *settings = self->frame_settings;
    if (!self->playing)
        settings->late_policy = GST_EFFICIENTNET_LATE_POLICY_WAIT;
    GST_OBJECT_UNLOCK(self);
}

static GstResourceError
resource_error(const GError *error)
{
    if (error->domain != EFFNET_ERROR)
        return GST_RESOURCE_ERROR_OPEN_READ;
    switch (error->code) {
    case EFFNET_ERROR_NOT_FOUND:
        return GST_RESOURCE_ERROR_NOT_FOUND;
    case EFFNET_ERROR_SETTINGS:
        return GST_RESOURCE_ERROR_SETTINGS;
    case EFFNET_ERROR_MEMORY:
        return GST_RESOURCE_ERROR_NO_SPACE_LEFT;
    default:
        return GST_RESOURCE_ERROR_OPEN_READ;
    }
}

static void
post_open_error(GstEfficientNet *self, GstMessageType type, const GError *error)
{
    gst_element_message_full(GST_ELEMENT(self), type, GST_RESOURCE_ERROR, resource_error(error),
                             g_strdup(error->message), NULL, __FILE__, GST_FUNCTION, __LINE__);
}

static void
close_classifier(GstEfficientNet *self)
{
    GstEfficientNetClassifier *classifier;

    GST_OBJECT_LOCK(self);
    classifier = g_steal_pointer(&self->classifier);
    g_clear_pointer(&self->name, g_free);
    GST_OBJECT_UNLOCK(self);
    g_clear_pointer(&classifier, gst_efficientnet_classifier_free);
}

/* Starts to use CLASSIFIER, opened with SETTINGS of SERIAL; takes ownership of both; returns the
 * previous classifier. */
static GstEfficientNetClassifier *
use_classifier(GstEfficientNet *self, GstEfficientNetClassifier *classifier,
               GstEfficientNetModelSettings *settings, guint serial)
{
    GstEfficientNetClassifier *old;

    GST_OBJECT_LOCK(self);
    old = self->classifier;
    self->classifier = classifier;
    gst_efficientnet_inference_set_flushing(classifier->inference, self->flushing);
    gst_efficientnet_inference_set_playing(classifier->inference, self->playing);
    gst_efficientnet_latency_init(&self->latency, classifier->duration);
    gst_efficientnet_model_settings_clear(&self->used_settings);
    self->used_settings = *settings;
    *settings = (GstEfficientNetModelSettings){0};
    self->used_serial = serial;
    GST_OBJECT_UNLOCK(self);
    GST_DEBUG_OBJECT(self, "%s opened, an inference takes %" GST_TIME_FORMAT,
                     classifier->info->name, GST_TIME_ARGS(classifier->duration));
    if (classifier->warning)
        GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s", classifier->warning),
                            ("The properties labels and labels-file name others"));
    return old;
}

/* Opens the classifier if it is not open, or if the settings have changed since. */
static gboolean
ensure_classifier(GstEfficientNet *self)
{
    g_auto(GstEfficientNetModelSettings) settings = {0};
    GstEfficientNetClassifier *classifier;
    g_autoptr(GError) error = NULL;
    guint serial;

    GST_OBJECT_LOCK(self);
    if (self->classifier && self->used_serial == self->serial) {
        GST_OBJECT_UNLOCK(self);
        return TRUE;
    }
    gst_efficientnet_model_settings_copy(&settings, &self->model_settings);
    serial = self->serial;
    GST_OBJECT_UNLOCK(self);

    close_classifier(self);
    classifier = gst_efficientnet_classifier_open(&settings, FALSE, &error);
    if (!classifier) {
        post_open_error(self, GST_MESSAGE_ERROR, error);
        return FALSE;
    }
    self->name = gst_object_get_name(GST_OBJECT(self));
    use_classifier(self, classifier, &settings, serial);
    return TRUE;
}

static gboolean
is_of_model(const GParamSpec *spec)
{
    return spec->owner_type == GST_TYPE_EFFICIENTNET &&
           spec->param_id <= GST_EFFICIENTNET_PROP_LAST_OF_MODEL;
}

/* Notifies of the properties that differ between BEFORE and AFTER. */
static void
notify_differences(GstEfficientNet *self, const GstEfficientNetModelSettings *before,
                   const GstEfficientNetModelSettings *after)
{
    guint n;
    g_autofree GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(self), &n);

    g_object_freeze_notify(G_OBJECT(self));
    for (guint i = 0; i < n; i++) {
        if (is_of_model(specs[i]) &&
            !gst_efficientnet_model_settings_is_equal(before, after, specs[i]))
            g_object_notify_by_pspec(G_OBJECT(self), specs[i]);
    }
    g_object_thaw_notify(G_OBJECT(self));
}

/* Keeps the old classifier and the properties that it was opened with; unless these were changed
 * again, which is answered separately. */
static void
refuse_swap(gpointer data, guint serial, const GError *error)
{
    GstEfficientNet *self = data;
    g_auto(GstEfficientNetModelSettings) refused = {0}, used = {0};

    GST_OBJECT_LOCK(self);
    if (self->serial != serial) {
        GST_OBJECT_UNLOCK(self);
        return;
    }
    refused = self->model_settings;
    gst_efficientnet_model_settings_copy(&self->model_settings, &self->used_settings);
    gst_efficientnet_model_settings_copy(&used, &self->used_settings);
    self->serial = self->used_serial;
    GST_OBJECT_UNLOCK(self);
    notify_differences(self, &refused, &used);
    post_open_error(self, GST_MESSAGE_WARNING, error);
}

static void
request_swap(GstEfficientNet *self)
{
    g_autoptr(GError) error = NULL;
    guint serial;

    GST_OBJECT_LOCK(self);
    serial = self->serial;
    if (self->swap && serial != self->used_serial)
        gst_efficientnet_swap_request(self->swap, &self->model_settings, serial, &error);
    GST_OBJECT_UNLOCK(self);
    if (error)
        refuse_swap(self, serial, error);
}

/* Handles all properties of one g_object_set() at once, so that a model and its labels are opened
 * together. */
static void
dispatch_properties_changed(GObject *object, guint n, GParamSpec **specs)
{
    gboolean of_model = FALSE;

    for (guint i = 0; i < n && !of_model; i++)
        of_model = is_of_model(specs[i]);
    G_OBJECT_CLASS(gst_efficientnet_parent_class)->dispatch_properties_changed(object, n, specs);
    if (of_model)
        request_swap(GST_EFFICIENTNET(object));
}

/* Called between two frames. */
static void
swap_if_opened(GstEfficientNet *self)
{
    g_auto(GstEfficientNetModelSettings) settings = {0};
    GstEfficientNetClassifier *classifier, *old;
    guint serial;

    classifier = gst_efficientnet_swap_take(self->swap, &settings, &serial);
    if (!classifier)
        return;
    old = use_classifier(self, classifier, &settings, serial);
    gst_efficientnet_swap_retire(self->swap, old);
    gst_efficientnet_stream_forget(self->stream);
    /* The source pad's caps may say how many classes there are. */
    gst_base_transform_reconfigure_src(GST_BASE_TRANSFORM(self));
    gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}

static void
set_flushing(GstEfficientNet *self, gboolean flushing)
{
    GST_OBJECT_LOCK(self);
    self->flushing = flushing;
    self->earliest = GST_CLOCK_TIME_NONE;
    gst_efficientnet_inference_set_flushing(self->classifier->inference, flushing);
    GST_OBJECT_UNLOCK(self);
}

static void
set_playing(GstEfficientNet *self, gboolean playing)
{
    GST_OBJECT_LOCK(self);
    self->playing = playing;
    gst_efficientnet_inference_set_playing(self->classifier->inference, playing);
    GST_OBJECT_UNLOCK(self);
}

static GstStateChangeReturn
change_state(GstElement *element, GstStateChange transition)
{
    GstEfficientNet *self = GST_EFFICIENTNET(element);
    GstStateChangeReturn ret;

    if (transition == GST_STATE_CHANGE_NULL_TO_READY && !check_properties(self))
        return GST_STATE_CHANGE_FAILURE;
    if ((transition == GST_STATE_CHANGE_NULL_TO_READY ||
         transition == GST_STATE_CHANGE_READY_TO_PAUSED) &&
        !ensure_classifier(self))
        return GST_STATE_CHANGE_FAILURE;
    if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
        set_playing(self, TRUE);
    else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
        set_playing(self, FALSE);
    ret = GST_ELEMENT_CLASS(gst_efficientnet_parent_class)->change_state(element, transition);
    if (transition == GST_STATE_CHANGE_READY_TO_NULL)
        close_classifier(self);
    return ret;
}

static gboolean
start(GstBaseTransform *trans)
{
    GstEfficientNet *self = GST_EFFICIENTNET(trans);

    set_flushing(self, FALSE);
    self->stream = gst_efficientnet_stream_new();
    self->warned = self->outside = FALSE;
    GST_OBJECT_LOCK(self);
    self->stats = (GstEfficientNetStats){0};
    self->swap = gst_efficientnet_swap_new(refuse_swap, self);
    GST_OBJECT_UNLOCK(self);
    return TRUE;
}

static gboolean
stop(GstBaseTransform *trans)
{
    GstEfficientNet *self = GST_EFFICIENTNET(trans);
    g_autoptr(GstEfficientNetSwap) swap = NULL;

    GST_OBJECT_LOCK(self);
    swap = g_steal_pointer(&self->swap);
    GST_OBJECT_UNLOCK(self);
    set_flushing(self, TRUE);
    g_clear_pointer(&self->stream, gst_efficientnet_stream_free);
    return TRUE;
}

static GstCaps *
transform_caps(GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
    GstEfficientNet *self = GST_EFFICIENTNET(trans);
    GstEfficientNetTensors form = GST_EFFICIENTNET_TENSORS_NONE;
    GstCaps *transformed, *filtered;
    guint n_classes = 0;

    GST_OBJECT_LOCK(self);
    if (self->classifier) {
        form = self->frame_settings.tensors;
        n_classes = self->classifier->info->n_classes;
    }
    GST_OBJECT_UNLOCK(self);
    transformed = gst_efficientnet_tensors_transform_caps(form, n_classes, direction, caps);
    if (!filter)
        return transformed;
    filtered = gst_caps_intersect_full(filter, transformed, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref(transformed);
    return filtered;
}

static gboolean
set_caps(GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
    GstEfficientNet *self = GST_EFFICIENTNET(trans);

    if (!gst_efficientnet_frame_read_caps(&self->stream->info, incaps)) {
        g_autofree char *caps = gst_caps_to_string(incaps);

        GST_ELEMENT_ERROR(self, STREAM, FORMAT, ("caps: %s are not those of a video", caps),
                          (NULL));
        return FALSE;
    }
    return TRUE;
}

/* Updates statistics and posts messages about what a frame brought. Frees what REPORT contains. */
static void
publish(GstEfficientNet *self, GstEfficientNetReport *report, gboolean waits)
{
    gboolean raised = FALSE;

    GST_OBJECT_LOCK(self);
    for (guint i = 0; i < report->inferences; i++)
        gst_efficientnet_stats_add_inference(&self->stats, report->duration,
                                             report->filled / report->inferences);
    if (report->inferences > 0 && waits)
        raised = gst_efficientnet_latency_update(&self->latency, report->duration);
    self->stats.frames += report->processed;
    self->stats.skipped += report->skipped;
    self->stats.held += report->held;
    GST_OBJECT_UNLOCK(self);
    if (report->inferences > 0)
        GST_LOG_OBJECT(self, "%u inferences took %" GST_TIME_FORMAT, report->inferences,
                       GST_TIME_ARGS(report->duration));
    if (raised)
        gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
    if (report->message) {
        g_autofree char *stream = gst_pad_get_stream_id(GST_BASE_TRANSFORM_SINK_PAD(self));

        gst_structure_set(report->message, "stream", G_TYPE_STRING, stream, NULL);
        gst_element_post_message(GST_ELEMENT(self),
                                 gst_message_new_element(GST_OBJECT(self), report->message));
    }
}

static gboolean
is_late(GstEfficientNet *self, GstBuffer *buffer)
{
    const GstSegment *segment = &GST_BASE_TRANSFORM(self)->segment;
    GstClockTime earliest, time;

    if (segment->format != GST_FORMAT_TIME)
        return FALSE;
    time = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    GST_OBJECT_LOCK(self);
    earliest = self->earliest;
    GST_OBJECT_UNLOCK(self);
    return GST_CLOCK_TIME_IS_VALID(earliest) && GST_CLOCK_TIME_IS_VALID(time) && time <= earliest;
}

static void
warn_untimed(GstEfficientNet *self, const char *property)
{
    if (self->warned)
        return;
    self->warned = TRUE;
    GST_ELEMENT_WARNING(self, STREAM, FORMAT,
                        ("%s: the frames have no time stamps and the caps no framerate to count "
                         "them by, so that it has no effect",
                         property),
                        (NULL));
}

static void
warn_outside(GstEfficientNet *self, gboolean outside)
{
    if (outside && !self->outside)
        GST_ELEMENT_WARNING(self, STREAM, FORMAT,
                            ("roi: it is outside of the frame, so that nothing is inferred"),
                            (NULL));
    self->outside = outside;
}

/* A new model comes before its first frame is negotiated. */
static GstFlowReturn
submit_input_buffer(GstBaseTransform *trans, gboolean is_discont, GstBuffer *buffer)
{
    swap_if_opened(GST_EFFICIENTNET(trans));
    return GST_BASE_TRANSFORM_CLASS(gst_efficientnet_parent_class)
        ->submit_input_buffer(trans, is_discont, buffer);
}

static GstFlowReturn
transform_ip(GstBaseTransform *trans, GstBuffer *buffer)
{
    GstEfficientNet *self = GST_EFFICIENTNET(trans);
    g_autoptr(GError) error = NULL;
    GstEfficientNetFrameSettings settings;
    GstEfficientNetReport report = {0};

    get_frame_settings(self, &settings);
    self->stream->late = is_late(self, buffer);
    gst_efficientnet_stream_process(self->stream, self->classifier, self->name, &settings, buffer,
                                    &trans->segment, &report, &error);
    publish(self, &report, settings.late_policy == GST_EFFICIENTNET_LATE_POLICY_WAIT);
    if (report.untimed)
        warn_untimed(self, report.untimed);
    warn_outside(self, report.outside);
    if (error) {
        GST_ELEMENT_ERROR(self, STREAM, FAILED, ("%s", error->message), (NULL));
        return GST_FLOW_ERROR;
    }
    return GST_FLOW_OK;
}

/* Waits for what is in flight, and publishes what was found, though its frame has gone by. */
static void
drain(GstEfficientNet *self)
{
    GstEfficientNetFrameSettings settings;
    GstEfficientNetReport report = {0};

    get_frame_settings(self, &settings);
    gst_efficientnet_stream_drain(self->stream, self->classifier, self->name, &settings, &report);
    publish(self, &report, settings.late_policy == GST_EFFICIENTNET_LATE_POLICY_WAIT);
}

static void
read_orientation(GstEfficientNet *self, GstEvent *event)
{
    GstTagList *tags;

    gst_event_parse_tag(event, &tags);
    if (!gst_video_orientation_from_tag(tags, &self->stream->tag_orientation))
        return;
    GST_DEBUG_OBJECT(self, "image-orientation %d", self->stream->tag_orientation);
}

static gboolean
sink_event(GstBaseTransform *trans, GstEvent *event)
{
    GstEfficientNet *self = GST_EFFICIENTNET(trans);

    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_FLUSH_START:
        set_flushing(self, TRUE);
        break;
    case GST_EVENT_FLUSH_STOP:
        set_flushing(self, FALSE);
        gst_efficientnet_stream_forget(self->stream);
        break;
    case GST_EVENT_STREAM_START:
        drain(self);
        gst_efficientnet_stream_forget(self->stream);
        self->stream->tag_orientation = GST_VIDEO_ORIENTATION_IDENTITY;
        break;
    case GST_EVENT_EOS:
    case GST_EVENT_SEGMENT_DONE:
        drain(self);
        break;
    case GST_EVENT_TAG:
        read_orientation(self, event);
        break;
    default:
        break;
    }
    return GST_BASE_TRANSFORM_CLASS(gst_efficientnet_parent_class)->sink_event(trans, event);
}

/* TIME + DIFF, or the nearest valid time. */
static GstClockTime
add_difference(GstClockTime time, GstClockTimeDiff diff)
{
    if (diff < 0)
        return time - MIN(time, 0 - (GstClockTime)diff);
    return time + MIN((GstClockTime)diff, GST_CLOCK_TIME_NONE - 1 - time);
}

static void
read_lateness(GstEfficientNet *self, GstEvent *event)
{
    GstClockTimeDiff diff;
    GstClockTime time;

    gst_event_parse_qos(event, NULL, NULL, &diff, &time);
    GST_OBJECT_LOCK(self);
    self->earliest =
        GST_CLOCK_TIME_IS_VALID(time) ? add_difference(time, diff) : GST_CLOCK_TIME_NONE;
    GST_OBJECT_UNLOCK(self);
}

static gboolean
src_event(GstBaseTransform *trans, GstEvent *event)
{
    if (GST_EVENT_TYPE(event) == GST_EVENT_QOS)
        read_lateness(GST_EFFICIENTNET(trans), event);
    return GST_BASE_TRANSFORM_CLASS(gst_efficientnet_parent_class)->src_event(trans, event);
}

static void
add_latency(GstEfficientNet *self, GstQuery *query)
{
    GstClockTime min, max, own;
    gboolean live;

    GST_OBJECT_LOCK(self);
    own = self->frame_settings.late_policy == GST_EFFICIENTNET_LATE_POLICY_WAIT
              ? self->latency.announced
              : 0;
    GST_OBJECT_UNLOCK(self);
    gst_query_parse_latency(query, &live, &min, &max);
    GST_DEBUG_OBJECT(self, "adding %" GST_TIME_FORMAT, GST_TIME_ARGS(own));
    if (max != GST_CLOCK_TIME_NONE)
        max += own;
    gst_query_set_latency(query, live, min + own, max);
}

/* FALSE if QUERY is not about this element's labels, or there are none. */
static gboolean
answer_labels(GstEfficientNet *self, GstQuery *query)
{
    gboolean mine;

    GST_OBJECT_LOCK(self);
    mine = self->classifier && gst_efficientnet_labels_query_is_about(query, self->name);
    if (mine)
        gst_efficientnet_labels_query_answer(query, self->classifier->labels,
                                             self->classifier->info->n_classes);
    GST_OBJECT_UNLOCK(self);
    return mine;
}

static gboolean
query(GstBaseTransform *trans, GstPadDirection direction, GstQuery *query)
{
    gboolean ret =
        (direction == GST_PAD_SRC && answer_labels(GST_EFFICIENTNET(trans), query)) ||
        GST_BASE_TRANSFORM_CLASS(gst_efficientnet_parent_class)->query(trans, direction, query);

    if (ret && direction == GST_PAD_SRC && GST_QUERY_TYPE(query) == GST_QUERY_LATENCY)
        add_latency(GST_EFFICIENTNET(trans), query);
    return ret;
}

/* Downstream gets the very buffers of upstream, so that these two agree. */
static gboolean
propose_allocation(GstBaseTransform *trans, GstQuery *decide_query, GstQuery *query)
{
    return gst_pad_peer_query(GST_BASE_TRANSFORM_SRC_PAD(trans), query);
}

static void
finalize(GObject *object)
{
    GstEfficientNet *self = GST_EFFICIENTNET(object);

    close_classifier(self);
    gst_efficientnet_model_settings_clear(&self->model_settings);
    gst_efficientnet_model_settings_clear(&self->used_settings);
    g_free(self->refused);
    G_OBJECT_CLASS(gst_efficientnet_parent_class)->finalize(object);
}

static void
add_pad_templates(GstElementClass *klass)
{
    g_autoptr(GstCaps) caps = gst_efficientnet_frame_make_caps();

    gst_element_class_add_pad_template(
        klass, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
    gst_element_class_add_pad_template(
        klass, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
}

static void
gst_efficientnet_class_init(GstEfficientNetClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    GstElementClass *element_class = GST_ELEMENT_CLASS(klass);
    GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS(klass);

    GST_DEBUG_CATEGORY_INIT(efficientnet_debug, "efficientnet", 0, "EfficientNet classifier");
    gst_efficientnet_meta_register();

    object_class->set_property = set_property;
    object_class->get_property = get_property;
    object_class->dispatch_properties_changed = dispatch_properties_changed;
    object_class->finalize = finalize;
    gst_efficientnet_properties_install(object_class);

    element_class->change_state = GST_DEBUG_FUNCPTR(change_state);
    add_pad_templates(element_class);
    gst_element_class_set_static_metadata(element_class, "EfficientNet Classifier",
                                          "Filter/Analyzer/Video",
                                          "Classifies frames with EfficientNet and attaches the "
                                          "best classes to them, pixels untouched",
                                          "The gst-efficientnet developers");

    transform_class->passthrough_on_same_caps = FALSE;
    transform_class->start = GST_DEBUG_FUNCPTR(start);
    transform_class->stop = GST_DEBUG_FUNCPTR(stop);
    transform_class->transform_caps = GST_DEBUG_FUNCPTR(transform_caps);
    transform_class->set_caps = GST_DEBUG_FUNCPTR(set_caps);
    transform_class->submit_input_buffer = GST_DEBUG_FUNCPTR(submit_input_buffer);
    transform_class->sink_event = GST_DEBUG_FUNCPTR(sink_event);
    transform_class->src_event = GST_DEBUG_FUNCPTR(src_event);
    transform_class->query = GST_DEBUG_FUNCPTR(query);
    transform_class->propose_allocation = GST_DEBUG_FUNCPTR(propose_allocation);
    transform_class->transform_ip = GST_DEBUG_FUNCPTR(transform_ip);
}

static void
gst_efficientnet_init(GstEfficientNet *self)
{
    GstBaseTransform *trans = GST_BASE_TRANSFORM(self);

    gst_base_transform_set_in_place(trans, TRUE);
    gst_base_transform_set_passthrough(trans, FALSE);
    gst_base_transform_set_qos_enabled(trans, FALSE);
    gst_base_transform_set_gap_aware(trans, TRUE);
    self->model_settings.batch_size = 1;
    self->frame_settings = gst_efficientnet_frame_defaults;
}
