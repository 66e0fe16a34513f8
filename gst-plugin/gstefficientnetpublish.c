/* SPDX-License-Identifier: BSD-2-Clause */
/* clang-format off */
/**
 * SECTION:element-efficientnetpublish
 * @title: efficientnetpublish
 * @short_description: writes classification results as JSON lines
 *
 * Passes buffers through and writes one JSON object on one line for each that efficientnet has
 * attached results to:
 * |[
 * {"stream":"cam0","frame":12,"pts":400000000,"time":"2026-01-01T00:00:00.000Z",
 *  "resolution":{"width":1280,"height":720},
 *  "results":[{"element":"efficientnet0","model":"lite0",
 *    "region":{"x":0,"y":0,"w":1280,"h":720},"roi_id":-1,"age":0,
 *    "classes":[{"index":281,"label":"tabby","score":0.61}]}]}
 * ]|
 * `frame` counts the buffers that passed, `pts` is the buffer's in ns (null where it has none),
 * `time` the wall clock's when the line was written. A line is written whole before the buffer
 * passes.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 -q videotestsrc num-buffers=30 ! efficientnet ! efficientnetpublish ! fakesink
 * ]| To standard output; -q, or gst-launch-1.0 prints there too.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! efficientnet inference-interval=10 \
 *     ! efficientnetpublish stream=cam0 held=false location=cam0.jsonl ! fakesink
 * ]| Three lines to a file, one for each inference.
 *
 * Since: 0.1
 */
/* clang-format on */
#include "gstefficientnetpublish.h"

#include "enums.h"
#include "json.h"
#include "meta.h"
#include "publishfile.h"

GST_DEBUG_CATEGORY_STATIC(efficientnetpublish_debug);
#define GST_CAT_DEFAULT efficientnetpublish_debug

/* Regions come and go for as long as a stream lasts; forgetting one costs a repeated line at most.
 */
#define MAX_REMEMBERED 4096

#define DEFAULT_METHOD GST_EFFICIENTNET_PUBLISH_METHOD_FILE
#define DEFAULT_HELD   TRUE

enum {
    PROP_METHOD = 1,
    PROP_LOCATION,
    PROP_STREAM,
    PROP_HELD,
};

struct _GstEfficientNetPublish {
    GstBaseTransform parent;

    /* Under the object lock. */
    GstEfficientNetPublishMethod method;
    char *location;
    char *stream;
    gboolean held;

    /* Opened and closed while no data flows. */
    GstEfficientNetPublishFile *file;

    /* Of the streaming thread. */
    gint width, height;
    guint64 number;     /* of the next buffer */
    GHashTable *newest; /* element and region to the number of the frame last inferred */
    GString *line;
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

    GST_OBJECT_LOCK(self);
    switch (id) {
    case PROP_METHOD:
        self->method = g_value_get_enum(value);
        break;
    case PROP_LOCATION:
        g_free(self->location);
        self->location = g_value_dup_string(value);
        break;
    case PROP_STREAM:
        g_free(self->stream);
        self->stream = g_value_dup_string(value);
        break;
    case PROP_HELD:
        self->held = g_value_get_boolean(value);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
    GST_OBJECT_UNLOCK(self);
}

static void
get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(object);

    GST_OBJECT_LOCK(self);
    switch (id) {
    case PROP_METHOD:
        g_value_set_enum(value, self->method);
        break;
    case PROP_LOCATION:
        g_value_set_string(value, self->location);
        break;
    case PROP_STREAM:
        g_value_set_string(value, self->stream);
        break;
    case PROP_HELD:
        g_value_set_boolean(value, self->held);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
    GST_OBJECT_UNLOCK(self);
}

static void
post_error(GstEfficientNetPublish *self, const GError *error)
{
    gst_element_message_full(GST_ELEMENT(self), GST_MESSAGE_ERROR, error->domain, error->code,
                             g_strdup(error->message), NULL, __FILE__, GST_FUNCTION, __LINE__);
}

static gboolean
start(GstBaseTransform *trans)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(trans);
    g_autofree char *location = NULL;
    g_autoptr(GError) error = NULL;

    GST_OBJECT_LOCK(self);
    location = g_strdup(self->location);
    GST_OBJECT_UNLOCK(self);
    self->file = gst_efficientnet_publish_file_open(location, &error);
    if (!self->file) {
        post_error(self, error);
        return FALSE;
    }
    self->width = self->height = 0;
    self->number = 0;
    self->newest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->line = g_string_new(NULL);
    return TRUE;
}

static gboolean
stop(GstBaseTransform *trans)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(trans);

    g_clear_pointer(&self->file, gst_efficientnet_publish_file_close);
    g_clear_pointer(&self->newest, g_hash_table_unref);
    g_string_free(g_steal_pointer(&self->line), TRUE);
    return TRUE;
}

static GstStateChangeReturn
change_state(GstElement *element, GstStateChange transition)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(element);

    /* Stopping waits for the streaming thread, which may wait for a reader. */
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY && self->file)
        gst_efficientnet_publish_file_set_flushing(self->file, TRUE);
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

/* An inference is told from another of the same element and region by its frame: that frame's pts,
 * or, where it has none, its number. */
static gboolean
is_new(GstEfficientNetPublish *self, const GstEfficientNetResult *result)
{
    g_autofree char *key = g_strdup_printf("%s/%d", result->element, result->roi_id);
    guint64 *last = g_hash_table_lookup(self->newest, key);
    guint64 frame = GST_CLOCK_TIME_IS_VALID(result->pts) ? result->pts : self->number - result->age;

    if (last && *last == frame && result->age > 0)
        return FALSE;
    if (g_hash_table_size(self->newest) >= MAX_REMEMBERED)
        g_hash_table_remove_all(self->newest);
    g_hash_table_insert(self->newest, g_steal_pointer(&key), g_memdup2(&frame, sizeof frame));
    return TRUE;
}

/* Those of RESULTS that were not there before. */
static void
copy_new(GstEfficientNetPublish *self, const GValue *results, GValue *fresh)
{
    GstEfficientNetResult result;

    g_value_init(fresh, GST_TYPE_LIST);
    for (guint i = 0; gst_efficientnet_results_get(results, i, &result); i++) {
        if (is_new(self, &result))
            gst_value_list_append_value(fresh, gst_value_list_get_value(results, i));
    }
}

static GstFlowReturn
write_line(GstEfficientNetPublish *self, GstBuffer *buffer, const GValue *results)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *stream = NULL;
    GstEfficientNetJsonFrame frame = {
        .frame = self->number,
        .pts = GST_BUFFER_PTS(buffer),
        .time = g_get_real_time(),
        .width = self->width,
        .height = self->height,
    };

    GST_OBJECT_LOCK(self);
    stream = g_strdup(self->stream ? self->stream : GST_OBJECT_NAME(self));
    GST_OBJECT_UNLOCK(self);
    frame.stream = stream;
    g_string_truncate(self->line, 0);
    gst_efficientnet_json_append_line(self->line, &frame, results);
    if (gst_efficientnet_publish_file_write(self->file, self->line->str, self->line->len, &error))
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
    GValue fresh = G_VALUE_INIT;
    GstFlowReturn ret = GST_FLOW_OK;
    gboolean held;

    if (!results || gst_value_list_get_size(results) == 0)
        return GST_FLOW_OK;
    GST_OBJECT_LOCK(self);
    held = self->held;
    GST_OBJECT_UNLOCK(self);
    if (held)
        return write_line(self, buffer, results);
    copy_new(self, results, &fresh);
    if (gst_value_list_get_size(&fresh) > 0)
        ret = write_line(self, buffer, &fresh);
    g_value_unset(&fresh);
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

    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START)
        gst_efficientnet_publish_file_set_flushing(self->file, TRUE);
    else if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP)
        gst_efficientnet_publish_file_set_flushing(self->file, FALSE);
    return GST_BASE_TRANSFORM_CLASS(gst_efficientnet_publish_parent_class)
        ->sink_event(trans, event);
}

static void
finalize(GObject *object)
{
    GstEfficientNetPublish *self = GST_EFFICIENTNET_PUBLISH(object);

    g_free(self->location);
    g_free(self->stream);
    G_OBJECT_CLASS(gst_efficientnet_publish_parent_class)->finalize(object);
}

static void
install_properties(GObjectClass *klass)
{
    const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

    g_object_class_install_property(klass, PROP_METHOD,
                                    g_param_spec_enum("method", "Method", "Where the lines go",
                                                      gst_efficientnet_publish_method_get_type(),
                                                      DEFAULT_METHOD,
                                                      flags | GST_PARAM_MUTABLE_READY));
    g_object_class_install_property(
        klass, PROP_LOCATION,
        g_param_spec_string("location", "Location",
                            "With method=file, a file, which is emptied first, or a FIFO, whose "
                            "readers are waited for when it is full (NULL or -: standard output)",
                            NULL, flags | GST_PARAM_MUTABLE_READY));
    g_object_class_install_property(
        klass, PROP_STREAM,
        g_param_spec_string("stream", "Stream",
                            "What the lines call this stream (NULL: the name of this element)",
                            NULL, flags | GST_PARAM_MUTABLE_PLAYING));
    g_object_class_install_property(
        klass, PROP_HELD,
        g_param_spec_boolean("held", "Held",
                             "Write a line for buffers that carry a result which was written "
                             "before, held by efficientnet; otherwise every inference is written "
                             "once",
                             DEFAULT_HELD, flags | GST_PARAM_MUTABLE_PLAYING));
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
    install_properties(object_class);

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
    self->method = DEFAULT_METHOD;
    self->held = DEFAULT_HELD;
}
