/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishsettings.h"

#define READY_FLAGS   (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define PLAYING_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static const GstEfficientNetPublishSettings defaults = {
    .method = GST_EFFICIENTNET_PUBLISH_METHOD_FILE,
    .held = TRUE,
    .max_size = 0,
    .max_files = 5,
    .qos = 1,
    .retain = FALSE,
    .max_queue = 1000,
    .drain_timeout = 2 * GST_SECOND,
};

#define ROW(PROP, field)                                                                           \
    [GST_EFFICIENTNET_PUBLISH_PROP_##PROP] = offsetof(GstEfficientNetPublishSettings, field)

static const gsize string_offsets[] = {
    ROW(STREAM, stream),
    ROW(LOCATION, location),
    ROW(ADDRESS, address),
    ROW(TOPIC, topic),
    ROW(STATUS_TOPIC, status_topic),
    ROW(CLIENT_ID, client_id),
    ROW(CREDENTIALS_FILE, credentials_file),
    ROW(CA_FILE, ca_file),
    ROW(CERT_FILE, cert_file),
    ROW(KEY_FILE, key_file),
};

/* The method, which is at the offset 0, is no string. */
static char **
find_string(const GstEfficientNetPublishSettings *settings, guint prop)
{
    if (prop >= G_N_ELEMENTS(string_offsets) || string_offsets[prop] == 0)
        return NULL;
    return (char **)((char *)settings + string_offsets[prop]);
}

void
gst_efficientnet_publish_settings_init(GstEfficientNetPublishSettings *settings)
{
    *settings = defaults;
}

void
gst_efficientnet_publish_settings_copy(GstEfficientNetPublishSettings *dst,
                                       const GstEfficientNetPublishSettings *src)
{
    *dst = *src;
    for (guint prop = 0; prop < G_N_ELEMENTS(string_offsets); prop++) {
        char **string = find_string(dst, prop);

        if (string)
            *string = g_strdup(*string);
    }
    if (src->filter)
        dst->filter = gst_structure_copy(src->filter);
}

void
gst_efficientnet_publish_settings_clear(GstEfficientNetPublishSettings *settings)
{
    for (guint prop = 0; prop < G_N_ELEMENTS(string_offsets); prop++) {
        char **string = find_string(settings, prop);

        if (string)
            g_clear_pointer(string, g_free);
    }
    gst_clear_structure(&settings->filter);
}

gboolean
gst_efficientnet_publish_settings_set(GstEfficientNetPublishSettings *settings,
                                      GstEfficientNetPublishProp prop, const GValue *value)
{
    char **string = find_string(settings, prop);

    if (string) {
        g_free(*string);
        *string = g_value_dup_string(value);
        return TRUE;
    }
    switch (prop) {
    case GST_EFFICIENTNET_PUBLISH_PROP_METHOD:
        settings->method = g_value_get_enum(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_FILTER:
        gst_clear_structure(&settings->filter);
        settings->filter = g_value_dup_boxed(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_HELD:
        settings->held = g_value_get_boolean(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_MAX_SIZE:
        settings->max_size = g_value_get_uint64(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_MAX_FILES:
        settings->max_files = g_value_get_uint(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_QOS:
        settings->qos = g_value_get_uint(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_RETAIN:
        settings->retain = g_value_get_boolean(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_MAX_QUEUE:
        settings->max_queue = g_value_get_uint(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_DRAIN_TIMEOUT:
        settings->drain_timeout = g_value_get_uint64(value);
        return TRUE;
    default:
        return FALSE;
    }
}

gboolean
gst_efficientnet_publish_settings_get(const GstEfficientNetPublishSettings *settings,
                                      GstEfficientNetPublishProp prop, GValue *value)
{
    char **string = find_string(settings, prop);

    if (string) {
        g_value_set_string(value, *string);
        return TRUE;
    }
    switch (prop) {
    case GST_EFFICIENTNET_PUBLISH_PROP_METHOD:
        g_value_set_enum(value, settings->method);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_FILTER:
        g_value_set_boxed(value, settings->filter);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_HELD:
        g_value_set_boolean(value, settings->held);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_MAX_SIZE:
        g_value_set_uint64(value, settings->max_size);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_MAX_FILES:
        g_value_set_uint(value, settings->max_files);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_QOS:
        g_value_set_uint(value, settings->qos);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_RETAIN:
        g_value_set_boolean(value, settings->retain);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_MAX_QUEUE:
        g_value_set_uint(value, settings->max_queue);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_DRAIN_TIMEOUT:
        g_value_set_uint64(value, settings->drain_timeout);
        return TRUE;
    default:
        return FALSE;
    }
}

static void
install_string(GObjectClass *klass, GstEfficientNetPublishProp prop, const char *name,
               const char *nick, const char *blurb, GParamFlags flags)
{
    g_object_class_install_property(klass, prop,
                                    g_param_spec_string(name, nick, blurb, NULL, flags));
}

static void
install_line_properties(GObjectClass *klass)
{
    g_object_class_install_property(klass, GST_EFFICIENTNET_PUBLISH_PROP_METHOD,
                                    g_param_spec_enum("method", "Method", "Where the lines go",
                                                      gst_efficientnet_publish_method_get_type(),
                                                      defaults.method, READY_FLAGS));
    install_string(klass, GST_EFFICIENTNET_PUBLISH_PROP_STREAM, "stream", "Stream",
                   "What the lines call this stream, without the user and the password of a URI "
                   "(NULL: the name of this element)",
                   PLAYING_FLAGS);
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_FILTER,
        g_param_spec_boxed(
            "filter", "Filter",
            "Which results are written: a structure with any of classes (labels or indices; "
            "others are left out), threshold (the score that a class must reach), changes (true: "
            "a result only when its best class is not the one written before), e.g. "
            "\"filter,classes=<tabby,281>,threshold=0.5,changes=true\" (NULL: all)",
            GST_TYPE_STRUCTURE, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_HELD,
        g_param_spec_boolean("held", "Held",
                             "Write a line for buffers that carry a result which was written "
                             "before, held by efficientnet; otherwise every inference is written "
                             "once",
                             defaults.held, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_STATS,
        g_param_spec_boxed("stats", "Statistics",
                           "Since the element was started: lines that were made, and of these how "
                           "many are written (with mqtt and qos 1 or 2, acknowledged), dropped, "
                           "and queued",
                           GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
install_file_properties(GObjectClass *klass)
{
    install_string(klass, GST_EFFICIENTNET_PUBLISH_PROP_LOCATION, "location", "Location",
                   "With method=file, a file, which is emptied first, or a FIFO: lines are "
                   "dropped while it has no reader, and a reader that is slow is waited for "
                   "(NULL or -: standard output)",
                   READY_FLAGS);
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_MAX_SIZE,
        g_param_spec_uint64("max-size", "Maximum size",
                            "With method=file, bytes of a file, which is then not emptied but "
                            "appended to: before it would be longer, it is renamed to location.1, "
                            "location.1 to location.2, and so on (0: no limit)",
                            0, G_MAXINT64, defaults.max_size, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_MAX_FILES,
        g_param_spec_uint("max-files", "Maximum files",
                          "With max-size, how many renamed files are kept (0: none)", 0, 10000,
                          defaults.max_files, READY_FLAGS));
}

static void
install_mqtt_names(GObjectClass *klass)
{
    install_string(klass, GST_EFFICIENTNET_PUBLISH_PROP_ADDRESS, "address", "Address",
                   "With method=mqtt, the broker: HOST, HOST:PORT, mqtt://HOST:PORT, or "
                   "mqtts://HOST:PORT for TLS (NULL: mqtt://localhost:1883)",
                   READY_FLAGS);
    install_string(klass, GST_EFFICIENTNET_PUBLISH_PROP_TOPIC, "topic", "Topic",
                   "With method=mqtt, what lines are published under (NULL: efficientnet)",
                   READY_FLAGS);
    install_string(klass, GST_EFFICIENTNET_PUBLISH_PROP_STATUS_TOPIC, "status-topic",
                   "Status topic",
                   "With method=mqtt, where a retained \"online\" is published when the broker is "
                   "reached, and \"offline\" when this ends: by the broker, as the last will, "
                   "should it end badly (NULL: nowhere)",
                   READY_FLAGS);
    install_string(klass, GST_EFFICIENTNET_PUBLISH_PROP_CLIENT_ID, "client-id", "Client id",
                   "With method=mqtt, the name of a session that the broker keeps, for one "
                   "element alone (NULL: a new session each time)",
                   READY_FLAGS);
    install_string(klass, GST_EFFICIENTNET_PUBLISH_PROP_CREDENTIALS_FILE, "credentials-file",
                   "Credentials file",
                   "With method=mqtt, a file whose first line is USER:PASSWORD (NULL: those in "
                   "the environment, EFFNET_MQTT_USER and EFFNET_MQTT_PASSWORD, or none)",
                   READY_FLAGS);
    install_string(klass, GST_EFFICIENTNET_PUBLISH_PROP_CA_FILE, "ca-file", "CA file",
                   "With mqtts://, the certificates (PEM) that may have signed the broker's "
                   "(NULL: the system's)",
                   READY_FLAGS);
    install_string(klass, GST_EFFICIENTNET_PUBLISH_PROP_CERT_FILE, "cert-file", "Certificate file",
                   "With mqtts://, the certificate (PEM) to show the broker (NULL: none)",
                   READY_FLAGS);
    install_string(klass, GST_EFFICIENTNET_PUBLISH_PROP_KEY_FILE, "key-file", "Key file",
                   "With cert-file, its key (PEM, without a passphrase)", READY_FLAGS);
}

static void
install_mqtt_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_QOS,
        g_param_spec_uint("qos", "Quality of service",
                          "With method=mqtt, whether a line arrives at most once (0), at least "
                          "once (1) or exactly once (2)",
                          0, 2, defaults.qos, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_RETAIN,
        g_param_spec_boolean("retain", "Retain",
                             "With method=mqtt, the broker keeps the newest line for those who "
                             "subscribe later",
                             defaults.retain, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_MAX_QUEUE,
        g_param_spec_uint("max-queue", "Maximum queue",
                          "With method=mqtt, how many lines wait for the broker; then the oldest "
                          "is dropped, and counted. The pipeline never waits",
                          1, 10000000, defaults.max_queue, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_DRAIN_TIMEOUT,
        g_param_spec_uint64("drain-timeout", "Drain timeout",
                            "With method=mqtt, how long, in ns, the end of the stream or stopping "
                            "waits for the broker to take what is queued",
                            0, 3600 * GST_SECOND, defaults.drain_timeout, READY_FLAGS));
}

void
gst_efficientnet_publish_settings_install(GObjectClass *klass)
{
    install_line_properties(klass);
    install_file_properties(klass);
    install_mqtt_names(klass);
    install_mqtt_properties(klass);
}
