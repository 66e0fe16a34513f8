/* SPDX-License-Identifier: BSD-2-Clause */
#include "formathomeassistant.h"

#include <string.h>

#include "homesensor.h"
#include "json.h"
#include "labelsquery.h"
#include "mqttformats.h"

/* A stream with more elements has no sensor for the others. */
#define MAX_SENSORS 32
/* Microseconds after which a sensor whose element attaches nothing has no state any longer. Where
 * not every frame is inferred, some carry nothing though the state is still true. */
#define PATIENCE G_USEC_PER_SEC

struct _GstEfficientNetFormatHomeassistant {
    GObject parent;

    GstEfficientNetHomeassistantSettings settings; /* the properties */
    char *device;                                  /* the stream's name, without "/" */
    char *id, *availability_topic, *config_topic;
    char *subscriptions[2];
    GstEfficientNetMessage will;

    GMutex lock;
    gboolean connected; /* before that, there is nobody to tell */
    GPtrArray *sensors; /* GstEfficientNetHomeSensor */
};

static void implement_format(GstEfficientNetFormatInterface *iface);

G_DEFINE_TYPE_WITH_CODE(GstEfficientNetFormatHomeassistant, gst_efficientnet_format_homeassistant,
                        G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_FORMAT, implement_format))

static gboolean
prepare(GstEfficientNetFormat *format, GstEfficientNetWriter *writer, const char *stream,
        GstEfficientNetWriterRequests *requests, GError **error)
{
    GstEfficientNetFormatHomeassistant *self = GST_EFFICIENTNET_FORMAT_HOMEASSISTANT(format);
    const char *prefix =
        self->settings.discovery_prefix ? self->settings.discovery_prefix : "homeassistant";
    g_autofree char *suffix = NULL, *topic = NULL;

    self->device = g_strdelimit(g_strdup(stream), "/", '_');
    suffix = g_strconcat(self->device, "/availability", NULL);
    topic = gst_efficientnet_writer_make_topic(writer, self->device);
    self->id = gst_efficientnet_home_make_id(topic);
    self->availability_topic = gst_efficientnet_writer_make_topic(writer, suffix);
    self->config_topic = g_strconcat(prefix, "/device/", self->id, "/config", NULL);
    self->subscriptions[0] = g_strconcat(prefix, "/status", NULL);
    self->will = (GstEfficientNetMessage){.topic = self->availability_topic,
                                          .data = "offline",
                                          .length = strlen("offline"),
                                          .retain = TRUE};
    requests->will = &self->will;
    requests->subscriptions = (const char *const *)self->subscriptions;
    return TRUE;
}

static gboolean
write_retained(GstEfficientNetWriter *writer, const char *topic, const char *text, GError **error)
{
    const GstEfficientNetMessage message = {
        .topic = topic, .data = text, .length = strlen(text), .retain = TRUE};

    return gst_efficientnet_writer_write(writer, &message, error);
}

/* Tells Home Assistant which sensors there are. */
static gboolean
announce(GstEfficientNetFormatHomeassistant *self, GstEfficientNetWriter *writer, GError **error)
{
    g_autoptr(GString) out = g_string_new("{\"dev\":{\"ids\":\"");

    g_string_append_printf(out, "%s\",\"mf\":\"gst-efficientnet\",\"name\":", self->id);
    gst_efficientnet_json_append_string(out, self->device);
    g_string_append(out, "},\"o\":{\"name\":\"gst-efficientnet\",\"sw\":\"" EFFNET_VERSION
                         "\"},\"availability_topic\":");
    gst_efficientnet_json_append_string(out, self->availability_topic);
    g_string_append(out, ",\"cmps\":{");
    for (guint i = 0; i < self->sensors->len; i++) {
        const GstEfficientNetHomeSensor *sensor = self->sensors->pdata[i];

        g_string_append_printf(out, "%s\"%s\":", i > 0 ? "," : "", sensor->id);
        gst_efficientnet_home_sensor_append(sensor, out, self->id, self->sensors->len > 1,
                                            self->settings.expire_after);
    }
    g_string_append(out, "}}");
    return write_retained(writer, self->config_topic, out->str, error);
}

/* The attributes first, since an automation may read them when the state changes. */
static gboolean
write_state(GstEfficientNetHomeSensor *sensor, GstEfficientNetWriter *writer, GError **error)
{
    if (!sensor->state)
        return TRUE;
    sensor->due = FALSE;
    sensor->written = g_get_monotonic_time();
    return write_retained(writer, sensor->attributes_topic, sensor->attributes, error) &&
           write_retained(writer, sensor->state_topic, sensor->state, error);
}

static gboolean
write_everything(GstEfficientNetFormatHomeassistant *self, GstEfficientNetWriter *writer,
                 GError **error)
{
    gboolean ok = self->sensors->len == 0 || announce(self, writer, error);

    for (guint i = 0; ok && i < self->sensors->len; i++)
        ok = write_state(self->sensors->pdata[i], writer, error);
    return ok;
}

static GstEfficientNetHomeSensor *
find_sensor(GstEfficientNetFormatHomeassistant *self, const char *element)
{
    for (guint i = 0; i < self->sensors->len; i++) {
        GstEfficientNetHomeSensor *sensor = self->sensors->pdata[i];

        if (g_str_equal(sensor->element, element))
            return sensor;
    }
    return NULL;
}

/* What is in a region that somebody detected is no state of the camera. */
static gboolean
is_state(const GstEfficientNetResult *result)
{
    return result->roi_id == -1 && result->element;
}

/* Asks upstream which labels there are, and forgets them if RESULT's is none of them. */
static void
learn_options(GstEfficientNetHomeSensor *sensor, const GstEfficientNetResult *result, GstPad *pad)
{
    g_auto(GStrv) labels = pad ? gst_efficientnet_labels_query(pad, sensor->element) : NULL;

    gst_efficientnet_home_sensor_set_options(sensor, result->model, (const char *const *)labels);
    if (!gst_efficientnet_home_sensor_fits(sensor, result))
        gst_efficientnet_home_sensor_set_options(sensor, result->model, NULL);
}

/* Returns whether the sensors are others than before. */
static gboolean
take_result(GstEfficientNetFormatHomeassistant *self, GstEfficientNetWriter *writer,
            const GstEfficientNetResult *result, GstPad *pad)
{
    GstEfficientNetHomeSensor *sensor = find_sensor(self, result->element);
    gboolean changed, known = sensor && gst_efficientnet_home_sensor_fits(sensor, result);

    if (!sensor && self->sensors->len == MAX_SENSORS)
        return FALSE;
    if (!sensor) {
        sensor = gst_efficientnet_home_sensor_new(writer, self->device, result->element);
        g_ptr_array_add(self->sensors, sensor);
    }
    if (!known)
        learn_options(sensor, result, pad);
    changed = gst_efficientnet_home_sensor_set(sensor, result);
    sensor->due |= changed || !known;
    return !known;
}

/* Sensors without a result have no state after a while; others repeat theirs, so that they do not
 * expire. */
static gboolean
write_states(GstEfficientNetFormatHomeassistant *self, GstEfficientNetWriter *writer,
             GError **error)
{
    gint64 now = g_get_monotonic_time();
    gint64 interval = (gint64)self->settings.expire_after * G_USEC_PER_SEC / 3;

    for (guint i = 0; i < self->sensors->len; i++) {
        GstEfficientNetHomeSensor *sensor = self->sensors->pdata[i];

        sensor->due |=
            now - sensor->seen > PATIENCE && gst_efficientnet_home_sensor_set(sensor, NULL);
        sensor->due |= interval > 0 && now - sensor->written >= interval;
        if (sensor->due && self->connected && !write_state(sensor, writer, error))
            return FALSE;
    }
    return TRUE;
}

/* The sensors of a record are announced together: Home Assistant names the first one after the
 * device alone if it learns of the others later. */
static gboolean
write_record(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
             const GstEfficientNetRecord *record, GError **error)
{
    GstEfficientNetFormatHomeassistant *self = GST_EFFICIENTNET_FORMAT_HOMEASSISTANT(format);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
    const GValue *all = gst_efficientnet_buffer_get_results(record->buffer);
    GstEfficientNetHomeSensor *sensor;
    GstEfficientNetResult result;
    gboolean news = FALSE;

    for (guint i = 0; gst_efficientnet_results_get(record->results, i, &result); i++)
        if (is_state(&result))
            news |= take_result(self, writer, &result, record->pad);
    for (guint i = 0; gst_efficientnet_results_get(all, i, &result); i++)
        if (is_state(&result) && (sensor = find_sensor(self, result.element)))
            sensor->seen = g_get_monotonic_time();
    return (!news || !self->connected || announce(self, writer, error)) &&
           write_states(self, writer, error);
}

static void
connected(GstEfficientNetFormat *format, GstEfficientNetWriter *writer)
{
    GstEfficientNetFormatHomeassistant *self = GST_EFFICIENTNET_FORMAT_HOMEASSISTANT(format);

    g_mutex_lock(&self->lock);
    self->connected = TRUE;
    if (write_retained(writer, self->availability_topic, "online", NULL))
        write_everything(self, writer, NULL);
    g_mutex_unlock(&self->lock);
}

/* Home Assistant has started. */
static void
received(GstEfficientNetFormat *format, GstEfficientNetWriter *writer, const char *topic,
         const char *payload, gsize length)
{
    GstEfficientNetFormatHomeassistant *self = GST_EFFICIENTNET_FORMAT_HOMEASSISTANT(format);

    if (!g_str_equal(payload, "online"))
        return;
    g_mutex_lock(&self->lock);
    write_everything(self, writer, NULL);
    g_mutex_unlock(&self->lock);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    gst_efficientnet_field_set(&gst_efficientnet_homeassistant_fields[id - 1],
                               &GST_EFFICIENTNET_FORMAT_HOMEASSISTANT(object)->settings, value);
}

static void
finalize(GObject *object)
{
    GstEfficientNetFormatHomeassistant *self = GST_EFFICIENTNET_FORMAT_HOMEASSISTANT(object);

    gst_efficientnet_fields_clear(gst_efficientnet_homeassistant_fields, &self->settings);
    g_free(self->device);
    g_free(self->id);
    g_free(self->availability_topic);
    g_free(self->config_topic);
    g_free(self->subscriptions[0]);
    g_ptr_array_unref(self->sensors);
    g_mutex_clear(&self->lock);
    G_OBJECT_CLASS(gst_efficientnet_format_homeassistant_parent_class)->finalize(object);
}

static void
implement_format(GstEfficientNetFormatInterface *iface)
{
    iface->needs = GST_EFFICIENTNET_WRITER_TOPICS | GST_EFFICIENTNET_WRITER_RETAIN |
                   GST_EFFICIENTNET_WRITER_WILL | GST_EFFICIENTNET_WRITER_SUBSCRIPTIONS;
    iface->every_buffer = TRUE;
    iface->prepare = prepare;
    iface->write = write_record;
    iface->connected = connected;
    iface->received = received;
}

static void
gst_efficientnet_format_homeassistant_class_init(GstEfficientNetFormatHomeassistantClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    object_class->set_property = set_property;
    object_class->finalize = finalize;
    gst_efficientnet_fields_install(gst_efficientnet_homeassistant_fields, object_class);
}

static void
gst_efficientnet_format_homeassistant_init(GstEfficientNetFormatHomeassistant *self)
{
    g_mutex_init(&self->lock);
    self->sensors =
        g_ptr_array_new_with_free_func((GDestroyNotify)gst_efficientnet_home_sensor_free);
}
