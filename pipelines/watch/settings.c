/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings.h"

#include "../media.h"
#include "hook.h"
#include "retention.h"
#include "zones.h"

#include <effnet/effnet.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_ADDRESS "127.0.0.1"
#define DEFAULT_LATENCY 200
#define DEFAULT_TIMEOUT 10
#define BATCH_ID        "effnet-watch"
#define MAX_SEGMENT     (7 * 86400) /* s */
#define MAX_KEPT        1000000
#define MAX_SPACE       1000000 /* MB */
#define MAX_CLIP        3600    /* s */
#define DEFAULT_KEPT    1000
#define DEFAULT_SPACE   1000
#define DEFAULT_CLIP    30
#define DEFAULT_TAUGHT  5000
#define DEFAULT_TEACH   2000 /* MB */

static void
settings_free(gpointer data)
{
    EffNetWatchSettings *settings = data;

    g_free(settings->name);
    g_free(settings->source);
    g_free(settings->zone_of);
    g_free(settings->test_pattern);
    g_free(settings->camera);
    gst_clear_structure(&settings->properties);
    g_free(settings->publish);
    g_free(settings->broker_address);
    g_free(settings->topic);
    g_free(settings->publish_format);
    g_free(settings->kafka_config);
    g_free(settings->record);
    g_strfreev(settings->on_change);
    g_free(settings->snapshots);
    g_free(settings->clips);
    g_strfreev(settings->capture_classes);
    g_free(settings);
}

void
effnet_watch_program_free(EffNetWatchProgram *program)
{
    g_free(program->http.address);
    g_free(program->http_hosts);
    g_free(program->http_auth);
    g_free(program->http_frame_ancestors);
    g_free(program->rtsp.address);
    g_free(program->teach);
    g_free(program->collect);
    g_free(program->teach_model);
    effnet_watch_shard_clear(&program->shard);
    g_clear_pointer(&program->streams, g_ptr_array_unref);
    g_free(program);
}

/* If TEXT is NULL, *VALUE stays. */
static gboolean
parse_number(const char *key, const char *text, guint min, guint max, guint *value, GError **error)
{
    guint64 number;

    if (text == NULL)
        return TRUE;
    if (!g_ascii_string_to_unsigned(text, 10, min, max, &number, NULL)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s must be a whole number between %u and %u, not \"%s\"", key, min, max, text);
        return FALSE;
    }
    *value = (guint)number;
    return TRUE;
}

gboolean
effnet_watch_address_parse(EffNetWatchAddress *address, const char *option, const char *text,
                           GError **error)
{
    const char *colon = strrchr(text, ':');
    const char *port = colon ? colon + 1 : text;
    g_autofree char *host =
        colon ? g_strndup(text, (gsize)(colon - text)) : g_strdup(DEFAULT_ADDRESS);
    gsize length = strlen(host);
    guint64 number;

    if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
        memmove(host, host + 1, length - 2);
        host[length - 2] = '\0';
    }
    if (!g_hostname_is_ip_address(host) ||
        !g_ascii_string_to_unsigned(port, 10, 0, G_MAXUINT16, &number, NULL)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s must be PORT or ADDRESS:PORT, an address in numbers (0.0.0.0: every one of "
                    "this machine), not \"%s\"",
                    option, text);
        return FALSE;
    }
    address->address = g_steal_pointer(&host);
    address->port = (guint)number;
    return TRUE;
}

char *
effnet_watch_address_new_uri(const EffNetWatchAddress *address, const char *scheme,
                             const char *path)
{
    gboolean v6 = strchr(address->address, ':') != NULL;
    const char *host = address->address;

    if (effnet_watch_address_is_any(address))
        host = v6 ? "::1" : DEFAULT_ADDRESS;
    return g_strdup_printf("%s://%s%s%s:%u%s", scheme, v6 ? "[" : "", host, v6 ? "]" : "",
                           address->port, path);
}

GSocketService *
effnet_watch_address_listen(EffNetWatchAddress *address, const char *option, int backlog,
                            GError **error)
{
    g_autoptr(GSocketAddress) wanted =
        g_inet_socket_address_new_from_string(address->address, address->port);
    g_autoptr(GSocketService) service = g_socket_service_new();
    g_autoptr(GSocketAddress) effective = NULL;
    g_autoptr(GError) reason = NULL;

    g_socket_listener_set_backlog(G_SOCKET_LISTENER(service), backlog);
    if (!g_socket_listener_add_address(G_SOCKET_LISTENER(service), wanted, G_SOCKET_TYPE_STREAM,
                                       G_SOCKET_PROTOCOL_TCP, NULL, &effective, &reason)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s: %s:%u cannot be listened at: %s", option, address->address, address->port,
                    reason->message);
        return NULL;
    }
    address->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(effective));
    return g_steal_pointer(&service);
}

gboolean
effnet_watch_address_is_any(const EffNetWatchAddress *address)
{
    g_autoptr(GInetAddress) inet = g_inet_address_new_from_string(address->address);

    return inet && g_inet_address_get_is_any(inet);
}

gboolean
effnet_watch_address_is_local(const EffNetWatchAddress *address)
{
    g_autoptr(GInetAddress) inet = g_inet_address_new_from_string(address->address);

    return inet && g_inet_address_get_is_loopback(inet);
}

static gboolean
parse_address(const EffNetWatchConfig *config, const char *key, EffNetWatchAddress *address,
              GError **error)
{
    const char *text = effnet_watch_config_get(config, NULL, key);

    return text == NULL || effnet_watch_address_parse(address, key, text, error);
}

/* Origins become part of a header, so each must be http or https, a host and perhaps a port, or
 * 'self'. */
static gboolean
parse_frame_ancestors(EffNetWatchProgram *program, const char *text, GError **error)
{
    g_auto(GStrv) origins = g_strsplit(text ? text : "", ",", -1);

    for (char **origin = origins; text && (*origin || origin == origins); origin++) {
        if (*origin && g_regex_match_simple("^(https?://[A-Za-z0-9.*\\[\\]:-]+|'self')$",
                                            g_strstrip(*origin), G_REGEX_DOLLAR_ENDONLY, 0))
            continue;
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "http-frame-ancestors must be origins such as http://home.local:8123, with "
                    "commas between them, not \"%s\"",
                    text);
        return FALSE;
    }
    if (text)
        program->http_frame_ancestors = g_strjoinv(" ", origins);
    return TRUE;
}

/* A password without a page is an error, lest its user learn later that nothing is protected. */
static gboolean
parse_http(EffNetWatchProgram *program, const EffNetWatchConfig *config, GError **error)
{
    static const char *const about[] = {"http-auth", "http-host", "http-frame-ancestors", "teach"};

    if (!parse_address(config, "http", &program->http, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(about) && program->http.address == NULL; i++) {
        if (effnet_watch_config_get(config, NULL, about[i])) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "%s is about the page: --http serves it", about[i]);
            return FALSE;
        }
    }
    program->http_hosts = g_strdup(effnet_watch_config_get(config, NULL, "http-host"));
    program->http_auth = g_strdup(effnet_watch_config_get(config, NULL, "http-auth"));
    return parse_frame_ancestors(
        program, effnet_watch_config_get(config, NULL, "http-frame-ancestors"), error);
}

/* A folder for pictures or videos; NULL stays NULL. */
static gboolean
parse_folder(const char *key, const char *text, char **folder, GError **error)
{
    if (text && *text == '\0') {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s must be a folder, not \"\"",
                    key);
        return FALSE;
    }
    *folder = g_strdup(text);
    return TRUE;
}

/* TRUE unless a stream or the program has a value for KEY. */
static gboolean
check_absent(const EffNetWatchConfig *config, const char *key, GError **error)
{
    gboolean absent = effnet_watch_config_get(config, NULL, key) == NULL;

    for (guint i = 0; absent && i < config->streams->len; i++)
        absent =
            effnet_watch_config_get(config, g_ptr_array_index(config->streams, i), key) == NULL;
    if (!absent)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s cannot be combined with teach, which changes the classes and is for one "
                    "program",
                    key);
    return absent;
}

static gboolean
parse_teach(EffNetWatchProgram *program, const EffNetWatchConfig *config, GError **error)
{
    const char *files = effnet_watch_config_get(config, NULL, "teach-files");
    const char *space = effnet_watch_config_get(config, NULL, "teach-space");

    program->teach_files = DEFAULT_TAUGHT;
    program->teach_space = DEFAULT_TEACH;
    program->teach_model = g_strdup(effnet_watch_config_get(config, NULL, "model"));
    if (!parse_folder("teach", effnet_watch_config_get(config, NULL, "teach"), &program->teach,
                      error) ||
        !parse_folder("collect", effnet_watch_config_get(config, NULL, "collect"),
                      &program->collect, error) ||
        !parse_number("teach-files", files, 1, MAX_KEPT, &program->teach_files, error) ||
        !parse_number("teach-space", space, 1, MAX_SPACE, &program->teach_space, error))
        return FALSE;
    if (program->teach)
        return check_absent(config, "shard", error) &&
               check_absent(config, "capture-classes", error);
    if (program->collect || (!files && !space))
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s is about collected pictures: --teach and --collect say where they go",
                files ? "teach-files" : "teach-space");
    return FALSE;
}

static gboolean
get_flag(const EffNetWatchConfig *config, const EffNetWatchConfigStream *stream, const char *key)
{
    const char *text = effnet_watch_config_get(config, stream, key);

    /* The two forms of TRUE that GKeyFile accepts. */
    return text && (g_str_has_prefix(text, "true") || g_str_has_prefix(text, "1"));
}

static gboolean
parse_shard(EffNetWatchProgram *program, const EffNetWatchConfig *config, GError **error)
{
    const char *text = effnet_watch_config_get(config, NULL, "shard");

    return text == NULL || effnet_watch_shard_parse(&program->shard, text, error);
}

static gboolean
parse_source(EffNetWatchSettings *settings, const char *source, GError **error)
{
    static const char test[] = "videotest:", device[] = "/dev/video",
                      camera[] = "libcamera:", zone[] = "stream:";

    settings->input = g_str_equal(source, "-");
    if (g_str_has_prefix(source, test))
        settings->test_pattern = g_strdup(source + strlen(test));
    else if (g_str_has_prefix(source, camera))
        settings->camera = g_strdup(source + strlen(camera));
    else if (g_str_has_prefix(source, zone))
        settings->zone_of = g_strdup(source + strlen(zone));
    if (g_str_has_prefix(source, device)) /* which need not be plugged in yet */
        settings->source = g_strconcat("v4l2://", source, NULL);
    else
        settings->source = g_strdup(settings->input ? "fd://0" : source);
    if (!settings->input || !isatty(STDIN_FILENO))
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "the source - is the standard input, which is a terminal: a video must be piped "
                "into it, or redirected from a file");
    return FALSE;
}

/* Which method of efficientnetpublish an address of this kind is for; NULL: none, it is a file. */
static const char *
find_method(const char *to)
{
    static const struct {
        const char *scheme, *method;
    } rows[] = {
        {"mqtt://", "mqtt"}, {"mqtts://", "mqtt"}, {"kafka://", "kafka"}, {"kafkas://", "kafka"}};

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_has_prefix(to, rows[i].scheme))
            return rows[i].method;
    return NULL;
}

/* TO is a file, or SCHEME://HOST[:PORT]/TOPIC; in the topic, %s becomes the name of the stream. */
static gboolean
parse_publish(EffNetWatchSettings *settings, const char *to, GError **error)
{
    const char *host, *slash;

    if (to == NULL)
        return TRUE;
    settings->method = find_method(to);
    if (settings->method == NULL) {
        settings->publish = g_strdup(to);
        return TRUE;
    }
    host = strstr(to, "://") + strlen("://");
    slash = strchr(host, '/');
    if (slash == NULL || slash == host || slash[1] == '\0') {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "publish must be a file, mqtt://HOST[:PORT]/TOPIC or "
                    "kafka://HOST[:PORT][,HOST[:PORT]...]/TOPIC, not \"%s\"",
                    to);
        return FALSE;
    }
    settings->broker_address = g_strndup(to, (gsize)(slash - to));
    settings->topic = g_strdup(slash + 1);
    return TRUE;
}

/* KEY is TEXT, which is none of the N NAMES that it can be. */
static void
refuse_name(const char *key, const char *text, const char *const *names, guint n, GError **error)
{
    g_autoptr(GString) list = g_string_new(names[0]);

    for (guint i = 1; i < n; i++)
        g_string_append_printf(list, "%s%s", i + 1 < n ? ", " : " or ", names[i]);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s must be %s, not \"%s\"", key,
                list->str, text);
}

static gboolean
parse_publish_format(EffNetWatchSettings *settings, const char *name, GError **error)
{
    static const char *const names[] = {"json", "dlstreamer", "homeassistant", "frigate", "onvif"};
    /* What alone writes each; NULL: any. */
    static const char *const methods[G_N_ELEMENTS(names)] = {NULL, NULL, "mqtt", "mqtt", NULL};

    if (name == NULL)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!g_str_equal(name, names[i]))
            continue;
        if (settings->method == NULL ||
            (methods[i] && !g_str_equal(methods[i], settings->method))) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "publish-format %s needs --publish %s://HOST/TOPIC", name,
                        methods[i] ? methods[i] : "mqtt");
            return FALSE;
        }
        settings->publish_format = g_strdup(name);
        return TRUE;
    }
    refuse_name("publish-format", name, names, G_N_ELEMENTS(names), error);
    return FALSE;
}

/* What is not for Kafka is an error, lest its user believe that it is in effect. */
static gboolean
parse_kafka_config(EffNetWatchSettings *settings, const char *path, GError **error)
{
    if (path == NULL)
        return TRUE;
    if (g_strcmp0(settings->method, "kafka") != 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "kafka-config is about Kafka: --publish kafka://HOST/TOPIC writes to it");
        return FALSE;
    }
    settings->kafka_config = g_strdup(path);
    return TRUE;
}

static gboolean
parse_transport(EffNetWatchSettings *settings, const char *text, GError **error)
{
    static const char *const names[] = {"auto", "tcp", "udp"};

    for (guint i = 0; text && i < G_N_ELEMENTS(names); i++) {
        if (g_str_equal(text, names[i])) {
            settings->transport = (EffNetWatchTransport)i;
            return TRUE;
        }
    }
    if (text == NULL)
        return TRUE;
    refuse_name("transport", text, names, G_N_ELEMENTS(names), error);
    return FALSE;
}

/* Where the suffix of a file's name starts. */
static gsize
find_suffix(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot && !strchr(dot, '/') ? (gsize)(dot - path) : strlen(path);
}

/* Recordings that follow one another have the time in their names. */
static gboolean
parse_record(EffNetWatchSettings *settings, const EffNetWatchConfig *config,
             const EffNetWatchConfigStream *stream, GError **error)
{
    const char *record = effnet_watch_config_get(config, stream, "record");
    const char *segment = effnet_watch_config_get(config, stream, "record-segment");
    const char *keep = effnet_watch_config_get(config, stream, "record-keep");
    g_autoptr(GString) path = g_string_new(record);

    if (!parse_number("record-segment", segment, 1, MAX_SEGMENT, &settings->record_segment,
                      error) ||
        !parse_number("record-keep", keep, 1, MAX_KEPT, &settings->record_keep, error))
        return FALSE;
    if (record == NULL) {
        if (segment == NULL && keep == NULL)
            return TRUE;
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s is about recordings: --record names them",
                    segment ? "record-segment" : "record-keep");
        return FALSE;
    }
    if ((segment || keep) && !strstr(record, "%t"))
        g_string_insert(path, (gssize)find_suffix(record), "-%t");
    settings->record = g_string_free(g_steal_pointer(&path), FALSE);
    return TRUE;
}

/* The labels among CLASSES are looked up when the model is there. */
static gboolean
parse_captures(EffNetWatchSettings *settings, const EffNetWatchConfig *config,
               const EffNetWatchConfigStream *stream, GError **error)
{
    static const char *const about[] = {"capture-classes", "capture-keep", "capture-space"};
    const char *classes = effnet_watch_config_get(config, stream, about[0]);
    const char *seconds = effnet_watch_config_get(config, stream, "clip-seconds");
    const char *lonely = NULL;

    settings->capture_keep = DEFAULT_KEPT;
    settings->capture_space = DEFAULT_SPACE;
    settings->clip_seconds = DEFAULT_CLIP;
    settings->capture_classes = classes ? g_strsplit(classes, ",", -1) : NULL;
    if (!parse_folder("snapshot", effnet_watch_config_get(config, stream, "snapshot"),
                      &settings->snapshots, error) ||
        !parse_folder("clip", effnet_watch_config_get(config, stream, "clip"), &settings->clips,
                      error) ||
        !parse_number(about[1], effnet_watch_config_get(config, stream, about[1]), 1, MAX_KEPT,
                      &settings->capture_keep, error) ||
        !parse_number(about[2], effnet_watch_config_get(config, stream, about[2]), 1, MAX_SPACE,
                      &settings->capture_space, error) ||
        !parse_number("clip-seconds", seconds, 1, MAX_CLIP, &settings->clip_seconds, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(about) && !settings->snapshots && !settings->clips; i++)
        lonely = effnet_watch_config_get(config, stream, about[i]) ? about[i] : lonely;
    if (seconds && !settings->clips)
        lonely = "clip-seconds";
    if (lonely == NULL)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s is about %s", lonely,
                g_str_equal(lonely, "clip-seconds")
                    ? "clips: --clip says where they go"
                    : "snapshots and clips: --snapshot and --clip say where they go");
    return FALSE;
}

static gboolean
parse_on_change(EffNetWatchSettings *settings, const char *command, GError **error)
{
    if (command == NULL)
        return TRUE;
    settings->on_change = effnet_watch_hook_parse(command, error);
    return settings->on_change != NULL;
}

static void
collect_properties(EffNetWatchSettings *settings, const EffNetWatchConfig *config,
                   const EffNetWatchConfigStream *stream)
{
    const char *batch = effnet_watch_config_get(config, NULL, "batch");

    settings->properties = gst_structure_new_empty("properties");
    for (guint i = 0; i < effnet_watch_n_keys; i++) {
        const EffNetWatchKey *key = &effnet_watch_keys[i];
        const char *text = effnet_watch_config_get(config, stream, key->name);

        text = text ? text : key->fallback;
        if (text && key->kind == EFFNET_WATCH_KEY_PROPERTY)
            gst_structure_set(settings->properties, key->name, G_TYPE_STRING, text, NULL);
    }
    if (batch)
        gst_structure_set(settings->properties, "model-instance-id", G_TYPE_STRING, BATCH_ID,
                          "batch-size", G_TYPE_STRING, batch, NULL);
}

static gboolean
parse_stream(EffNetWatchSettings *settings, const EffNetWatchConfig *config,
             const EffNetWatchConfigStream *stream, GError **error)
{
    settings->name = g_strdup(stream->name);
    settings->latency = DEFAULT_LATENCY;
    settings->timeout = DEFAULT_TIMEOUT;
    settings->changes_only = get_flag(config, stream, "changes-only");
    settings->record_required = get_flag(config, stream, "record-required");
    settings->display = get_flag(config, stream, "display");
    settings->overlay = !get_flag(config, stream, "no-overlay");
    settings->realtime = get_flag(config, stream, "realtime") || settings->display;
    collect_properties(settings, config, stream);
    return parse_source(settings, stream->source, error) &&
           effnet_watch_zones_check(settings, stream, error) &&
           parse_record(settings, config, stream, error) &&
           parse_captures(settings, config, stream, error) &&
           parse_publish(settings, effnet_watch_config_get(config, stream, "publish"), error) &&
           parse_publish_format(settings, effnet_watch_config_get(config, stream, "publish-format"),
                                error) &&
           parse_kafka_config(settings, effnet_watch_config_get(config, stream, "kafka-config"),
                              error) &&
           parse_on_change(settings, effnet_watch_config_get(config, stream, "on-change"), error) &&
           parse_transport(settings, effnet_watch_config_get(config, stream, "transport"), error) &&
           parse_number("latency", effnet_watch_config_get(config, stream, "latency"), 0, 60000,
                        &settings->latency, error) &&
           parse_number("timeout", effnet_watch_config_get(config, stream, "timeout"), 1, 3600,
                        &settings->timeout, error);
}

/* What is wrong with the properties is found at an element of no pipeline. */
static gboolean
check_properties(const EffNetWatchSettings *settings, GError **error)
{
    g_autoptr(GstElement) classifier = gst_element_factory_make("efficientnet", NULL);

    return effnet_watch_settings_apply(settings, gst_object_ref_sink(classifier), error);
}

static gboolean
check_records(const EffNetWatchProgram *program, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < program->streams->len; i++) {
        const EffNetWatchSettings *settings = g_ptr_array_index(program->streams, i);

        if (settings->record && !strstr(settings->record, "%s") &&
            !g_hash_table_add(seen, settings->record)) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "record: two streams cannot go to %s: write %%s in it, where the name of "
                        "the stream goes",
                        settings->record);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
check_inputs(const EffNetWatchProgram *program, GError **error)
{
    const EffNetWatchSettings *other = NULL;

    for (guint i = 0; i < program->streams->len; i++) {
        const EffNetWatchSettings *settings = g_ptr_array_index(program->streams, i);

        if (settings->input && other) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "the standard input (-) can be the source of one stream only, not of "
                        "\"%s\" and \"%s\"",
                        other->name, settings->name);
            return FALSE;
        }
        other = settings->input ? settings : other;
    }
    return TRUE;
}

EffNetWatchProgram *
effnet_watch_program_new(const EffNetWatchConfig *config, GError **error)
{
    g_autoptr(EffNetWatchProgram) program = g_new0(EffNetWatchProgram, 1);

    program->streams = g_ptr_array_new_with_free_func(settings_free);
    program->json = get_flag(config, NULL, "json");
    if (!parse_http(program, config, error) ||
        !parse_address(config, "rtsp-out", &program->rtsp, error) ||
        !parse_teach(program, config, error) || !parse_shard(program, config, error))
        return NULL;
    if (config->streams->len == 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "name a source: a camera, a URI or a file");
        return NULL;
    }
    for (guint i = 0; i < config->streams->len; i++) {
        EffNetWatchSettings *settings = g_new0(EffNetWatchSettings, 1);

        g_ptr_array_add(program->streams, settings);
        if (!parse_stream(settings, config, g_ptr_array_index(config->streams, i), error) ||
            !check_properties(settings, error))
            return NULL;
        settings->realtime |= program->http.address || program->rtsp.address;
    }
    return check_records(program, error) && check_inputs(program, error) &&
                   effnet_watch_zones_resolve(program->streams, error)
               ? g_steal_pointer(&program)
               : NULL;
}

char *
effnet_watch_settings_new_record_pattern(const EffNetWatchSettings *settings)
{
    g_autofree char *name = g_strdelimit(g_strdup(settings->name), "/", '_');
    g_autoptr(GString) path = g_string_new(settings->record);

    g_string_replace(path, "%s", name, 0);
    return g_string_free(g_steal_pointer(&path), FALSE);
}

char *
effnet_watch_settings_new_record_path(const EffNetWatchSettings *settings)
{
    g_autofree char *time = effnet_watch_retention_new_time();
    g_autofree char *pattern = effnet_watch_settings_new_record_pattern(settings);
    g_autoptr(GString) path = g_string_new(pattern);
    g_autofree char *suffix = NULL;
    gsize stem;

    g_string_replace(path, "%t", time, 0);
    stem = find_suffix(path->str);
    suffix = g_strdup(path->str + stem);
    for (guint i = 1; g_file_test(path->str, G_FILE_TEST_EXISTS); i++) {
        g_string_truncate(path, stem);
        g_string_append_printf(path, "-%u%s", i, suffix);
    }
    return g_string_free(g_steal_pointer(&path), FALSE);
}

char *
effnet_watch_settings_new_topic(const EffNetWatchSettings *settings)
{
    static const char letters[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-";
    gboolean kafka = g_str_equal(settings->method, "kafka");
    g_autofree char *name = g_strdup(settings->name);
    g_autoptr(GString) topic = g_string_new(settings->topic);

    g_string_replace(topic, "%s", kafka ? g_strcanon(name, letters, '_') : name, 0);
    return g_string_free(g_steal_pointer(&topic), FALSE);
}

gboolean
effnet_watch_settings_is_live(const EffNetWatchSettings *settings)
{
    settings = settings->owner ? settings->owner : settings;
    return settings->test_pattern || settings->camera ||
           (effnet_media_is_uri(settings->source) && !settings->input &&
            !g_str_has_prefix(settings->source, "file:"));
}

gboolean
effnet_watch_settings_apply(const EffNetWatchSettings *settings, GstElement *classifier,
                            GError **error)
{
    for (gint i = 0; i < gst_structure_n_fields(settings->properties); i++) {
        const char *name = gst_structure_nth_field_name(settings->properties, (guint)i);

        if (!effnet_media_set_property(classifier, name,
                                       gst_structure_get_string(settings->properties, name), error))
            return FALSE;
    }
    return TRUE;
}

GstElement *
effnet_watch_settings_open_model(const EffNetWatchSettings *settings, GError **error)
{
    static const char *const names[] = {"model", "labels-file", "model-options", "precision"};
    GstElement *classifier = gst_object_ref_sink(gst_element_factory_make("efficientnet", NULL));
    g_autoptr(GstBus) bus = gst_bus_new();

    gst_element_set_bus(classifier, bus);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *text = gst_structure_get_string(settings->properties, names[i]);

        if (text && !effnet_media_set_property(classifier, names[i], text, error)) {
            effnet_watch_settings_close_model(classifier);
            return NULL;
        }
    }
    if (effnet_media_open_model(classifier, bus, error))
        return classifier;
    effnet_watch_settings_close_model(classifier);
    return NULL;
}

void
effnet_watch_settings_close_model(GstElement *classifier)
{
    gst_element_set_state(classifier, GST_STATE_NULL);
    gst_element_set_bus(classifier, NULL);
    gst_object_unref(classifier);
}
