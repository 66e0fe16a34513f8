/* SPDX-License-Identifier: BSD-2-Clause */
/* clang-format off */
/**
 * SECTION:element-efficientnet
 * @title: efficientnet
 * @short_description: tells what is to be seen in a video
 *
 * Classifies frames with EfficientNet and attaches the best classes to them as the custom meta
 * `GstEfficientNetMeta` (see `gst/efficientnet/meta.h`). The pixels are not touched: every common
 * format and size comes in, and goes out as it came.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 -q filesrc location=cat.jpg ! decodebin ! videoconvert ! efficientnet \
 *     ! efficientnetpublish ! fakesink
 * ]| Prints the classes of a picture as a JSON line.
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

#include <math.h>

#include "classifier.h"
#include "frame.h"
#include "meta.h"
#include "settings.h"
#include "stats.h"

GST_DEBUG_CATEGORY_STATIC(efficientnet_debug);
#define GST_CAT_DEFAULT efficientnet_debug

struct _GstEfficientNet {
    GstBaseTransform parent;

    /* Under the object lock. */
    GstEfficientNetModelSettings model_settings;
    GstEfficientNetFrameSettings frame_settings;
    gboolean reopen; /* model_settings were changed since the classifier was opened */
    GstEfficientNetStats stats;
    GstEfficientNetLatency latency;

    /* Opened and closed while no data flows. */
    GstEfficientNetClassifier *classifier;
    char *name; /* the element's, as results carry it */

    /* Of the streaming thread. */
    GstVideoInfo info;
    GstVideoOrientationMethod tag_orientation;
    guint64 number;                  /* of the next frame */
    guint until_due;                 /* frames that pass before the next inference */
    GstEfficientNetFinding *current; /* the newest one */
    gint64 last_class;               /* the best one of the last message; -1: none */
};

#define CAPS GST_VIDEO_CAPS_MAKE(GST_EFFICIENTNET_FORMATS)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(CAPS));

G_DEFINE_TYPE(GstEfficientNet, gst_efficientnet, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE(efficientnet, "efficientnet", GST_RANK_NONE, GST_TYPE_EFFICIENTNET)

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    GstEfficientNet *self = GST_EFFICIENTNET(object);
    GstEfficientNetLatePolicy before;
    gboolean latency_changed;

    if (id > GST_EFFICIENTNET_PROP_POST_MESSAGES) {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
        return;
    }
    GST_OBJECT_LOCK(self);
    before = self->frame_settings.late_policy;
    if (id <= GST_EFFICIENTNET_PROP_LAST_OF_MODEL) {
        gst_efficientnet_model_settings_set(&self->model_settings, id, value);
        self->reopen = TRUE;
    } else {
        gst_efficientnet_frame_settings_set(&self->frame_settings, id, value);
    }
    latency_changed = before != self->frame_settings.late_policy;
    GST_OBJECT_UNLOCK(self);
    if (latency_changed)
        gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
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

static void
get_frame_settings(GstEfficientNet *self, GstEfficientNetFrameSettings *settings)
{
    GST_OBJECT_LOCK(self);
    *settings = self->frame_settings;
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
close_classifier(GstEfficientNet *self)
{
    g_clear_pointer(&self->classifier, gst_efficientnet_classifier_free);
    g_clear_pointer(&self->name, g_free);
}

/* Opens the classifier, if it is not, or if the settings changed since. */
static gboolean
ensure_classifier(GstEfficientNet *self)
{
    g_auto(GstEfficientNetModelSettings) settings = {0};
    g_autoptr(GError) error = NULL;

    GST_OBJECT_LOCK(self);
    if (self->classifier && !self->reopen) {
        GST_OBJECT_UNLOCK(self);
        return TRUE;
    }
    gst_efficientnet_model_settings_copy(&settings, &self->model_settings);
    self->reopen = FALSE;
    GST_OBJECT_UNLOCK(self);

    close_classifier(self);
    self->classifier = gst_efficientnet_classifier_open(&settings, &error);
    if (!self->classifier) {
        gst_element_message_full(GST_ELEMENT(self), GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
                                 resource_error(error), g_strdup(error->message), NULL, __FILE__,
                                 GST_FUNCTION, __LINE__);
        return FALSE;
    }
    self->name = gst_object_get_name(GST_OBJECT(self));
    GST_OBJECT_LOCK(self);
    gst_efficientnet_latency_init(&self->latency, self->classifier->duration);
    GST_OBJECT_UNLOCK(self);
    GST_DEBUG_OBJECT(self, "%s opened, an inference takes %" GST_TIME_FORMAT,
                     self->classifier->info->name, GST_TIME_ARGS(self->classifier->duration));
    return TRUE;
}

static GstStateChangeReturn
change_state(GstElement *element, GstStateChange transition)
{
    GstEfficientNet *self = GST_EFFICIENTNET(element);
    GstStateChangeReturn ret;

    if ((transition == GST_STATE_CHANGE_NULL_TO_READY ||
         transition == GST_STATE_CHANGE_READY_TO_PAUSED) &&
        !ensure_classifier(self))
        return GST_STATE_CHANGE_FAILURE;
    ret = GST_ELEMENT_CLASS(gst_efficientnet_parent_class)->change_state(element, transition);
    if (transition == GST_STATE_CHANGE_READY_TO_NULL)
        close_classifier(self);
    return ret;
}

static void
forget_stream(GstEfficientNet *self)
{
    g_clear_pointer(&self->current, gst_efficientnet_finding_unref);
    self->until_due = 0;
}

static gboolean
start(GstBaseTransform *trans)
{
    GstEfficientNet *self = GST_EFFICIENTNET(trans);

    gst_efficientnet_inference_set_flushing(self->classifier->inference, FALSE);
    forget_stream(self);
    self->tag_orientation = GST_VIDEO_ORIENTATION_IDENTITY;
    self->number = 0;
    self->last_class = -1;
    GST_OBJECT_LOCK(self);
    self->stats = (GstEfficientNetStats){0};
    GST_OBJECT_UNLOCK(self);
    return TRUE;
}

static gboolean
stop(GstBaseTransform *trans)
{
    GstEfficientNet *self = GST_EFFICIENTNET(trans);

    gst_efficientnet_inference_set_flushing(self->classifier->inference, TRUE);
    forget_stream(self);
    return TRUE;
}

static gboolean
set_caps(GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
    GstEfficientNet *self = GST_EFFICIENTNET(trans);

    if (!gst_video_info_from_caps(&self->info, incaps)) {
        g_autofree char *caps = gst_caps_to_string(incaps);

        GST_ELEMENT_ERROR(self, STREAM, FORMAT, ("caps: %s are not those of a video", caps),
                          (NULL));
        return FALSE;
    }
    self->until_due = 0;
    return TRUE;
}

static GstStructure *
make_result(GstEfficientNet *self, guint age)
{
    const GstEfficientNetClassifier *classifier = self->classifier;

    return gst_efficientnet_meta_make_result(self->current, self->name, classifier->info->name,
                                             classifier->labels, age);
}

static void
post_results(GstEfficientNet *self)
{
    GValue results = G_VALUE_INIT;
    g_autofree char *stream = gst_pad_get_stream_id(GST_BASE_TRANSFORM_SINK_PAD(self));
    GstStructure *structure =
        gst_structure_new("efficientnet", "stream", G_TYPE_STRING, stream, "pts", G_TYPE_UINT64,
                          self->current->subject.pts, NULL);

    g_value_init(&results, GST_TYPE_LIST);
    if (self->current->n > 0) {
        GValue result = G_VALUE_INIT;

        g_value_init(&result, GST_TYPE_STRUCTURE);
        g_value_take_boxed(&result, make_result(self, 0));
        gst_value_list_append_and_take_value(&results, &result);
    }
    gst_structure_take_value(structure, "results", &results);
    gst_element_post_message(GST_ELEMENT(self),
                             gst_message_new_element(GST_OBJECT(self), structure));
}

static void
announce(GstEfficientNet *self, GstEfficientNetPostMessages post)
{
    gint64 best = self->current->n > 0 ? (gint64)self->current->classes[0].index : -1;
    gboolean changed = best != self->last_class;

    self->last_class = best;
    if (post == GST_EFFICIENTNET_POST_MESSAGES_ALL ||
        (post == GST_EFFICIENTNET_POST_MESSAGES_CHANGES && changed))
        post_results(self);
}

static void
account(GstEfficientNet *self, GstClockTime duration, gboolean waits)
{
    gboolean raised;

    GST_OBJECT_LOCK(self);
    gst_efficientnet_stats_add_inference(&self->stats, duration);
    raised = waits && gst_efficientnet_latency_update(&self->latency, duration);
    GST_OBJECT_UNLOCK(self);
    GST_LOG_OBJECT(self, "an inference took %" GST_TIME_FORMAT, GST_TIME_ARGS(duration));
    if (raised)
        gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}

/* Makes a finding that has come the current one. */
static gboolean
collect(GstEfficientNet *self, const GstEfficientNetFrameSettings *settings)
{
    GstEfficientNetFinding *finding =
        gst_efficientnet_inference_collect(self->classifier->inference);

    if (!finding)
        return FALSE;
    g_clear_pointer(&self->current, gst_efficientnet_finding_unref);
    self->current = finding;
    account(self, finding->duration, settings->late_policy == GST_EFFICIENTNET_LATE_POLICY_WAIT);
    announce(self, settings->post_messages);
    return TRUE;
}

static void
fill_request(GstEfficientNet *self, GstEfficientNetRequest *request,
             const GstEfficientNetFrameSettings *settings, const EffNetFrame *frame,
             GstClockTime pts)
{
    EffNetActivation activation = settings->activation;

    if (activation == EFFNET_ACTIVATION_AUTO)
        activation = self->classifier->info->activation;
    /* Downstream sees a frame with a crop meta as the frame that is left. */
    *request = (GstEfficientNetRequest){
        .subject = {.number = self->number,
                    .pts = pts,
                    .region = {0, 0, frame->region.w, frame->region.h},
                    .width = frame->region.w,
                    .height = frame->region.h,
                    .roi_id = -1},
        .frame = frame,
        .resize = settings->resize,
        .activation = activation,
        .top_k = settings->top_k,
        .threshold = settings->threshold > 0.0f ? settings->threshold : -INFINITY,
    };
}

static gboolean
submit(GstEfficientNet *self, const GstEfficientNetFrameSettings *settings, GstBuffer *buffer,
       gboolean *skipped)
{
    g_autoptr(GError) error = NULL;
    GstEfficientNetSubmit submitted = GST_EFFICIENTNET_SUBMIT_FAILED;
    GstEfficientNetRequest request;
    GstVideoFrame map;
    EffNetFrame frame;

    if (gst_efficientnet_frame_map(&map, &frame, &self->info, buffer, &error)) {
        frame.orientation = gst_efficientnet_frame_orientation(
            settings->orientation == GST_VIDEO_ORIENTATION_AUTO ? self->tag_orientation
                                                                : settings->orientation);
        fill_request(self, &request, settings, &frame, GST_BUFFER_PTS(buffer));
        submitted = gst_efficientnet_inference_submit(
            self->classifier->inference, &request,
            settings->late_policy == GST_EFFICIENTNET_LATE_POLICY_SKIP_INFERENCE, &error);
        gst_video_frame_unmap(&map);
    }
    if (submitted == GST_EFFICIENTNET_SUBMIT_FAILED) {
        GST_ELEMENT_ERROR(self, STREAM, FAILED, ("%s", error->message), (NULL));
        return FALSE;
    }
    *skipped = submitted == GST_EFFICIENTNET_SUBMIT_BUSY;
    if (!*skipped)
        self->until_due = settings->interval;
    return TRUE;
}

/* A frame that is marked as a gap holds nothing new: videorate repeats a frame so. */
static gboolean
is_due(GstEfficientNet *self, const GstEfficientNetFrameSettings *settings, GstBuffer *buffer)
{
    self->until_due = MIN(self->until_due, settings->interval);
    if (GST_BUFFER_IS_DISCONT(buffer))
        self->until_due = 0;
    if (self->until_due > 0)
        self->until_due--;
    if (self->current && GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP))
        return FALSE;
    return self->until_due == 0;
}

/* TRUE when BUFFER carries a result now. */
static gboolean
attach(GstEfficientNet *self, GstBuffer *buffer, gboolean may_hold, gboolean fresh)
{
    GstStructure *result = NULL;
    guint64 age;

    if (self->current && self->current->n > 0 && (fresh || may_hold)) {
        age = self->number - self->current->subject.number;
        result = make_result(self, (guint)MIN(age, G_MAXUINT));
    }
    gst_efficientnet_meta_replace(buffer, self->name, result);
    return result != NULL;
}

static GstFlowReturn
transform_ip(GstBaseTransform *trans, GstBuffer *buffer)
{
    GstEfficientNet *self = GST_EFFICIENTNET(trans);
    GstEfficientNetFrameSettings settings;
    gboolean fresh, skipped = FALSE, held;

    get_frame_settings(self, &settings);
    fresh = collect(self, &settings);
    if (is_due(self, &settings, buffer)) {
        if (!submit(self, &settings, buffer, &skipped))
            return GST_FLOW_ERROR;
        fresh |= collect(self, &settings);
    }
    held = attach(self, buffer, settings.hold_last, fresh) && !fresh;

    GST_OBJECT_LOCK(self);
    self->stats.frames++;
    self->stats.skipped += skipped;
    self->stats.held += held;
    GST_OBJECT_UNLOCK(self);
    self->number++;
    return GST_FLOW_OK;
}

/* Lets what is in flight come to its end and says what was found, though its frame is gone. */
static void
drain(GstEfficientNet *self)
{
    GstEfficientNetFrameSettings settings;

    get_frame_settings(self, &settings);
    gst_efficientnet_inference_drain(self->classifier->inference);
    collect(self, &settings);
}

static void
read_orientation(GstEfficientNet *self, GstEvent *event)
{
    GstTagList *tags;

    gst_event_parse_tag(event, &tags);
    if (!gst_video_orientation_from_tag(tags, &self->tag_orientation))
        return;
    GST_DEBUG_OBJECT(self, "image-orientation %d", self->tag_orientation);
}

static gboolean
sink_event(GstBaseTransform *trans, GstEvent *event)
{
    GstEfficientNet *self = GST_EFFICIENTNET(trans);

    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_FLUSH_START:
        gst_efficientnet_inference_set_flushing(self->classifier->inference, TRUE);
        break;
    case GST_EVENT_FLUSH_STOP:
        gst_efficientnet_inference_set_flushing(self->classifier->inference, FALSE);
        forget_stream(self);
        break;
    case GST_EVENT_STREAM_START:
        drain(self);
        forget_stream(self);
        self->tag_orientation = GST_VIDEO_ORIENTATION_IDENTITY;
        break;
    case GST_EVENT_EOS:
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

static gboolean
query(GstBaseTransform *trans, GstPadDirection direction, GstQuery *query)
{
    gboolean ret =
        GST_BASE_TRANSFORM_CLASS(gst_efficientnet_parent_class)->query(trans, direction, query);

    if (ret && direction == GST_PAD_SRC && GST_QUERY_TYPE(query) == GST_QUERY_LATENCY)
        add_latency(GST_EFFICIENTNET(trans), query);
    return ret;
}

/* Whoever is downstream gets the very buffers of whoever is upstream, so these two agree. */
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
    g_clear_pointer(&self->current, gst_efficientnet_finding_unref);
    gst_efficientnet_model_settings_clear(&self->model_settings);
    G_OBJECT_CLASS(gst_efficientnet_parent_class)->finalize(object);
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
    object_class->finalize = finalize;
    gst_efficientnet_settings_install(object_class);

    element_class->change_state = GST_DEBUG_FUNCPTR(change_state);
    gst_element_class_add_static_pad_template(element_class, &sink_template);
    gst_element_class_add_static_pad_template(element_class, &src_template);
    gst_element_class_set_static_metadata(element_class, "EfficientNet Classifier",
                                          "Filter/Analyzer/Video",
                                          "Classifies frames with EfficientNet and attaches the "
                                          "best classes to them, pixels untouched",
                                          "The gst-efficientnet developers");

    transform_class->passthrough_on_same_caps = FALSE;
    transform_class->start = GST_DEBUG_FUNCPTR(start);
    transform_class->stop = GST_DEBUG_FUNCPTR(stop);
    transform_class->set_caps = GST_DEBUG_FUNCPTR(set_caps);
    transform_class->sink_event = GST_DEBUG_FUNCPTR(sink_event);
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
    gst_efficientnet_frame_settings_init(&self->frame_settings);
}
