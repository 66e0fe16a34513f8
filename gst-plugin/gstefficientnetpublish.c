/* SPDX-License-Identifier: BSD-2-Clause */
/* clang-format off */
/**
 * SECTION:element-efficientnetpublish
 * @title: efficientnetpublish
 * @short_description: writes classification results as records, JSON lines for one
 *
 * Passes buffers through and writes a record for each that efficientnet has attached results to.
 * What a record looks like is the `format`, where it goes the `method`. Each has properties of its
 * own, which gst-inspect-1.0 shows with its name, and which mean nothing while another is chosen.
 *
 * With `format=json` a record is one JSON object on one line:
 * |[
 * {"stream":"cam0","frame":12,"pts":400000000,"time":"2026-01-01T00:00:00.000Z",
 *  "resolution":{"width":1280,"height":720},
 *  "results":[{"element":"efficientnet0","model":"lite0",
 *    "region":{"x":0,"y":0,"w":1280,"h":720},"roi_id":-1,"age":0,
 *    "classes":[{"index":281,"label":"tabby","score":0.61}]}]}
 * ]|
 * `frame` counts the buffers that passed, `pts` is the buffer's in ns (null where it has none),
 * `time` the wall clock's when the line was written. Of a `stream` that is a URI, user and password
 * are replaced by `***`. `sender_time`, after `time`, is there where the buffer carries the time of
 * the sender's clock (GstReferenceTimestampMeta in NTP or UNIX time, as rtspsrc adds it with
 * add-reference-timestamp-meta).
 *
 * With `format=dlstreamer` a record is the JSON object that gvametaconvert of DL Streamer makes of a
 * classification: `objects` with region, detection and, under the name of the element, the best
 * class; `resolution`, `source`, `tags`, `timestamp` (in stream time) and `system_timestamp` (of a
 * GstVideoTimeCodeMeta).
 *
 * With `format=homeassistant` and `method=mqtt`, the stream is a device that Home Assistant
 * discovers, with a sensor for each `efficientnet` in the pipeline, and so for each zone: its state
 * is the best class, sent when it changes, or unknown. The labels of the model are the states that
 * there can be, unless they are more than 256 or 8 KiB. Results of detected regions are left out.
 *
 * With `format=frigate` and `method=mqtt`, the best class goes to
 * TOPIC/STREAM/classification/MODEL when it changes, as from Frigate's classification of states.
 *
 * With `format=onvif`, which the plugin efficientnetonvif brings, a record is an XML document of
 * ONVIF's scene description: a tt:Frame for each `efficientnet` in the pipeline, with an object for the
 * frame, the zone or each region.
 *
 * With `method=file` a record is a line, which is written whole before the buffer passes. Where a
 * flush or a full disk cuts a line, its rest is written before the next one; and a file that is
 * appended to, and ends in the middle of a line, gets a newline first.
 *
 * With `method=mqtt`, which the plugin efficientnetmqtt brings, a record is a message, which waits
 * in a queue for a thread of the element's own: the pipeline goes on without a broker, and when the
 * queue is full, its oldest message is dropped and counted in `stats`. What is wrong with the broker
 * is said in one warning on the bus. User and password are never properties: they come from
 * `credentials-file`, a regular file of at most 4096 bytes, or the environment.
 *
 * With `method=kafka`, which the plugin efficientnetkafka brings, a record is a message to a Kafka
 * cluster in the same manner, with the stream's name as its key.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 -q videotestsrc num-buffers=30 ! efficientnet ! efficientnetpublish ! fakesink
 * ]| To standard output; -q, or gst-launch-1.0 prints there too.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! efficientnet inference-interval=10 \
 *     ! efficientnetpublish stream=cam0 held=false location=cam0.jsonl ! fakesink
 * ]| Three lines to a file, one for each inference.
 * |[
 * gst-launch-1.0 -q videotestsrc num-buffers=30 ! efficientnet \
 *     ! efficientnetpublish filter="filter,threshold=0.001,changes=true" ! fakesink
 * ]| Only when the best class is another one than before.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! efficientnet \
 *     ! efficientnetpublish method=mqtt address=mqtt://localhost:1883 topic=cameras/cam0 ! fakesink
 * ]| To an MQTT broker.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! efficientnet \
 *     ! efficientnetpublish method=mqtt format=homeassistant stream=door ! fakesink
 * ]| A device for Home Assistant, called "door".
 * |[
 * gst-launch-1.0 -q videotestsrc num-buffers=30 ! efficientnet name=animal \
 *     ! efficientnetpublish format=dlstreamer tags="{\"site\": \"yard\"}" ! fakesink
 * ]| For those who read DL Streamer's records.
 * |[
 * gst-launch-1.0 -q videotestsrc num-buffers=30 ! efficientnet ! efficientnetpublish format=onvif \
 *     ! fakesink
 * ]| For those who read ONVIF's metadata streams.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! efficientnet \
 *     ! efficientnetpublish method=kafka address=kafka://localhost:9092 topic=cameras ! fakesink
 * ]| To a Kafka cluster.
 *
 * Since: 0.1
 */
/* clang-format on */
#include "gstefficientnetpublish.h"

#include "format.h"
#include "meta.h"
#include "publishfilter.h"
#include "publishregistry.h"
#include "publishsettings.h"
#include "uri.h"

GST_DEBUG_CATEGORY_STATIC(efficientnetpublish_debug);
#define GST_CAT_DEFAULT efficientnetpublish_debug

struct _GstEfficientNetPublish {
    GstBaseTransform parent;

    /* Under the object lock. */
    GstEfficientNetPublishSettings settings;
    GstEfficientNetWriter *writer;      /* from start to stop */
    GstEfficientNetWriterCounts counts; /* the last writer's */

    /* The streaming thread's. */
    gint width, height;
    guint64 number; /* the next buffer's */
    GstEfficientNetPublishFilter *filter;
    GstEfficientNetFormat *format;
};

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

G_DEFINE_TYPE(GstEfficientNetPublish, gst_efficientnet_publish, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE(efficientnetpublish, "efficientnetpublish", GST_RANK_NONE,
                            GST_TYPE_EFFICIENTNET_PUBLISH)

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(object);
    gboolean known;

    GST_OBJECT_LOCK(self);
    known = gst_efficientnet_publish_settings_set(&self->settings, pspec, value);
    GST_OBJECT_UNLOCK(self);
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static GstStructure *
make_stats(GstEfficientNetPublish *self)
{
    GstEfficientNetWriterCounts counts;

    GST_OBJECT_LOCK(self);
    if (self->writer)
        gst_efficientnet_writer_get_counts(self->writer, &self->counts);
    counts = self->counts;
    GST_OBJECT_UNLOCK(self);
    return gst_structure_new("application/x-efficientnetpublish-stats", "lines", G_TYPE_UINT64,
                             counts.written + counts.dropped + counts.queued, "written",
                             G_TYPE_UINT64, counts.written, "dropped", G_TYPE_UINT64,
                             counts.dropped, "queued", G_TYPE_UINT64, counts.queued, NULL);
}

static void
get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(object);
    gboolean known;

    if (id == GST_EFFICIENTNET_PUBLISH_PROP_STATS) {
        g_value_take_boxed(value, make_stats(self));
        return;
    }
    GST_OBJECT_LOCK(self);
    known = gst_efficientnet_publish_settings_get(&self->settings, pspec, value);
    GST_OBJECT_UNLOCK(self);
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void
post_error(GstEfficientNetPublish *self, const GError *error)
{
    gst_element_message_full(GST_ELEMENT(self), GST_MESSAGE_ERROR, error->domain, error->code,
                             g_strdup(error->message), NULL, __FILE__, GST_FUNCTION, __LINE__);
}

/* What records call this stream. They go to others, whom a camera's password does not concern. */
static char *
make_stream(GstEfficientNetPublish *self)
{
    char *stream;

    GST_OBJECT_LOCK(self);
    stream = gst_efficientnet_uri_hide_password(self->settings.stream ? self->settings.stream
                                                                      : GST_OBJECT_NAME(self));
    GST_OBJECT_UNLOCK(self);
    return stream;
}

static gboolean
check_features(const GstEfficientNetPublishSettings *settings, GstEfficientNetFormat *format,
               GstEfficientNetWriter *writer, GError **error)
{
    g_autofree char *missing = gst_efficientnet_format_find_missing(format, writer);

    if (!missing)
        return TRUE;
    g_set_error(
        error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "format: %s needs %s, which method=%s does not have",
        gst_efficientnet_publish_get(GST_EFFICIENTNET_PUBLISH_FORMAT, settings->format)->nick,
        missing,
        gst_efficientnet_publish_get(GST_EFFICIENTNET_PUBLISH_METHOD, settings->method)->nick);
    return FALSE;
}

/* Creates the writer and opens it for FORMAT. */
static GstEfficientNetWriter *
open_writer(GstEfficientNetPublish *self, const GstEfficientNetPublishSettings *settings,
            GstEfficientNetFormat *format, GError **error)
{
    g_autoptr(GstEfficientNetWriter) writer = gst_efficientnet_publish_make(
        GST_EFFICIENTNET_PUBLISH_METHOD, settings->method, settings->values, error);
    g_autofree char *stream = make_stream(self);

    if (!writer || !check_features(settings, format, writer, error) ||
        !gst_efficientnet_format_open(format, writer, stream, GST_ELEMENT(self), error))
        return NULL;
    return g_steal_pointer(&writer);
}

static gboolean
start(GstBaseTransform *trans)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(trans);
    g_auto(GstEfficientNetPublishSettings) settings = {0};
    g_autoptr(GstEfficientNetPublishFilter) filter = NULL;
    g_autoptr(GstEfficientNetFormat) format = NULL;
    GstEfficientNetWriter *writer = NULL;
    g_autoptr(GError) error = NULL;

    GST_OBJECT_LOCK(self);
    gst_efficientnet_publish_settings_copy(&settings, &self->settings);
    GST_OBJECT_UNLOCK(self);
    filter = gst_efficientnet_publish_filter_new(settings.filter, &error);
    if (filter)
        format = gst_efficientnet_publish_make(GST_EFFICIENTNET_PUBLISH_FORMAT, settings.format,
                                               settings.values, &error);
    if (format)
        writer = open_writer(self, &settings, format, &error);
    if (!writer) {
        post_error(self, error);
        return FALSE;
    }
    GST_OBJECT_LOCK(self);
    self->writer = writer;
    GST_OBJECT_UNLOCK(self);
    self->filter = g_steal_pointer(&filter);
    self->format = g_steal_pointer(&format);
    self->width = self->height = 0;
    self->number = 0;
    return TRUE;
}

static gboolean
stop(GstBaseTransform *trans)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(trans);
    GstEfficientNetWriter *writer = self->writer;

    gst_efficientnet_writer_close(writer);
    GST_OBJECT_LOCK(self);
    gst_efficientnet_writer_get_counts(writer, &self->counts);
    self->writer = NULL;
    GST_OBJECT_UNLOCK(self);
    g_object_unref(writer);
    g_clear_pointer(&self->filter, gst_efficientnet_publish_filter_free);
    g_clear_object(&self->format);
    return TRUE;
}

static GstStateChangeReturn
change_state(GstElement *element, GstStateChange transition)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(element);

    /* Stopping waits for the streaming thread, which may wait for a reader. */
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY && self->writer)
        gst_efficientnet_writer_set_flushing(self->writer, TRUE);
    return GST_ELEMENT_CLASS(gst_efficientnet_publish_parent_class)
        ->change_state(element, transition);
}

static gboolean
set_caps(GstBaseTransform *trans, GstCaps *incaps, GstCaps *outcaps)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(trans);
    const GstStructure *structure = gst_caps_get_structure(incaps, 0);

    self->width = self->height = 0;
    gst_structure_get_int(structure, "width", &self->width);
    gst_structure_get_int(structure, "height", &self->height);
    return TRUE;
}

static GstClockTime
get_stream_time(GstEfficientNetPublish *self, GstBuffer *buffer)
{
    const GstSegment *segment = &GST_BASE_TRANSFORM(self)->segment;

    return segment->format == GST_FORMAT_TIME
               ? gst_segment_to_stream_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer))
               : GST_CLOCK_TIME_NONE;
}

static GstFlowReturn
write_record(GstEfficientNetPublish *self, GstBuffer *buffer, const GValue *results)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *stream = make_stream(self);
    GstEfficientNetRecord record = {
        .stream = stream,
        .frame = self->number,
        .time = g_get_real_time(),
        .width = self->width,
        .height = self->height,
        .stream_time = get_stream_time(self, buffer),
        .buffer = buffer,
        .results = results,
        .pad = GST_BASE_TRANSFORM_SINK_PAD(self),
    };

    if (gst_efficientnet_format_write(self->format, self->writer, &record, &error))
        return GST_FLOW_OK;
    if (!error)
        return GST_FLOW_FLUSHING;
    post_error(self, error);
    return GST_FLOW_ERROR;
}

static GstFlowReturn
publish(GstEfficientNetPublish *self, GstBuffer *buffer)
{
    const GValue *results = gst_efficientnet_buffer_get_results(buffer);
    GValue kept = G_VALUE_INIT;
    GstFlowReturn ret = GST_FLOW_OK;
    gboolean held, every = gst_efficientnet_format_has_every_buffer(self->format);

    if (!results && !every)
        return GST_FLOW_OK;
    GST_OBJECT_LOCK(self);
    held = self->settings.held;
    GST_OBJECT_UNLOCK(self);
    g_value_init(&kept, GST_TYPE_LIST);
    if (results)
        gst_efficientnet_publish_filter_apply(self->filter, results, self->number, held, &kept);
    if (every || gst_value_list_get_size(&kept) > 0)
        ret = write_record(self, buffer, &kept);
    g_value_unset(&kept);
    return ret;
}

static GstFlowReturn
transform_ip(GstBaseTransform *trans, GstBuffer *buffer)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(trans);
    GstFlowReturn ret = publish(self, buffer);

    self->number++;
    return ret;
}

static gboolean
sink_event(GstBaseTransform *trans, GstEvent *event)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(trans);

    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_FLUSH_START:
        gst_efficientnet_writer_set_flushing(self->writer, TRUE);
        break;
    case GST_EVENT_FLUSH_STOP:
        gst_efficientnet_writer_set_flushing(self->writer, FALSE);
        break;
    case GST_EVENT_EOS:
        gst_efficientnet_writer_drain(self->writer);
        break;
    default:
        break;
    }
    return GST_BASE_TRANSFORM_CLASS(gst_efficientnet_publish_parent_class)
        ->sink_event(trans, event);
}

static void
finalize(GObject *object)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(object);

    gst_efficientnet_publish_settings_clear(&self->settings);
    G_OBJECT_CLASS(gst_efficientnet_publish_parent_class)->finalize(object);
}

static void
gst_efficientnet_publish_class_init(GstEfficientNetPublishClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    GstElementClass *element_class = GST_ELEMENT_CLASS(klass);
    GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS(klass);

    GST_DEBUG_CATEGORY_INIT(efficientnetpublish_debug, "efficientnetpublish", 0,
                            "EfficientNet publisher");
    gst_efficientnet_meta_register();

    object_class->set_property = set_property;
    object_class->get_property = get_property;
    object_class->finalize = finalize;
    gst_efficientnet_publish_settings_install(object_class);

    element_class->change_state = GST_DEBUG_FUNCPTR(change_state);
    gst_element_class_add_static_pad_template(element_class, &sink_template);
    gst_element_class_add_static_pad_template(element_class, &src_template);
    gst_element_class_set_static_metadata(
        element_class, "EfficientNet Publisher", "Filter/Analyzer/Video",
        "Writes what efficientnet attached to buffers as JSON lines, and passes the buffers on",
        "The gst-efficientnet developers");

    transform_class->start = GST_DEBUG_FUNCPTR(start);
    transform_class->stop = GST_DEBUG_FUNCPTR(stop);
    transform_class->set_caps = GST_DEBUG_FUNCPTR(set_caps);
    transform_class->sink_event = GST_DEBUG_FUNCPTR(sink_event);
    transform_class->transform_ip = GST_DEBUG_FUNCPTR(transform_ip);
    transform_class->transform_ip_on_passthrough = TRUE;
}

static void
gst_efficientnet_publish_init(GstEfficientNetPublish *self)
{
    gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
    gst_efficientnet_publish_settings_init(&self->settings);
}
