/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "../printable.h"
#include "../readfile.h"

#include <effnet/effnet.h>
#include <string.h>

#define MAX_FILE      (1u << 24)
#define MAX_NAME      256 /* bytes of a stream's name */
#define MAX_SUGGESTED 128 /* bytes of a name derived from a source */
#define PROGRAM_GROUP "watch"
#define STREAM_PREFIX "stream "

const EffNetWatchKey effnet_watch_keys[] = {
    {"model", 'm', "MODEL", "The checkpoint, a file or a name (default: the installed one)",
     EFFNET_WATCH_KEY_PROPERTY},
    {"labels-file", 'l', "FILE", "One label a line, instead of the model's",
     EFFNET_WATCH_KEY_PROPERTY},
    {"top-k", 'k', "K", "How many classes (default 5)", EFFNET_WATCH_KEY_PROPERTY},
    {"threshold", 0, "SCORE", "Only classes with this score at least (default 0.2)",
     EFFNET_WATCH_KEY_PROPERTY, "0.2"},
    {"precision", 'p', "PRECISION", "In which numbers to compute (default: auto)",
     EFFNET_WATCH_KEY_PROPERTY},
    {"model-options", 0, "NAME=VALUE,...",
     "What the checkpoint does not say or says wrongly, e.g. padding=same",
     EFFNET_WATCH_KEY_PROPERTY},
    {"threads", 't', "T", "For each inference; 0, the default: all", EFFNET_WATCH_KEY_PROPERTY},
    {"max-rate", 'r', "RATE", "At most so many inferences a second, e.g. 2 or 1/10",
     EFFNET_WATCH_KEY_PROPERTY},
    {"inference-interval", 0, "N", "Look at every N-th frame", EFFNET_WATCH_KEY_PROPERTY},
    {"change-threshold", 0, "SHARE", "Look only at frames that changed by so much, e.g. 0.02",
     EFFNET_WATCH_KEY_PROPERTY},
    {"smoothing", 0, "SHARE", "How much of a score is what it was before (default 0.8; 0: nothing)",
     EFFNET_WATCH_KEY_PROPERTY, "0.8"},
    {"confirm", 0, "N", "Another first class counts when it was found N times in a row",
     EFFNET_WATCH_KEY_PROPERTY},
    {"release", 0, "SCORE", "The score that keeps a class that has reached the threshold",
     EFFNET_WATCH_KEY_PROPERTY},
    {"roi", 0, "X,Y,W,H",
     "Look at this zone of the frame, in pixels or, as 0.5,0.0,0.5,1.0, in shares",
     EFFNET_WATCH_KEY_PROPERTY},
    {"shard", 0, "N/FILE",
     "Watch only what falls to shard N, from 0, of as many as FILE says (or N/COUNT)",
     EFFNET_WATCH_KEY_PROGRAM},
    {"batch", 0, "N", "Infer up to N streams' frames together", EFFNET_WATCH_KEY_PROGRAM},
    {"changes-only", 0, NULL, "Report a frame only when its first class is another",
     EFFNET_WATCH_KEY_STREAM},
    {"on-change", 0, "COMMAND",
     "Run this, with the class in EFFNET_LABEL, when the first class is another",
     EFFNET_WATCH_KEY_STREAM},
    {"json", 'j', NULL, "Print a JSON object a line", EFFNET_WATCH_KEY_PROGRAM},
    {"log", 0, "FORMAT", "How standard error is written: text (the default), logfmt or json",
     EFFNET_WATCH_KEY_PROGRAM},
    {"publish", 0, "TO",
     "Also write the JSON lines to a file, to mqtt://HOST[:PORT]/TOPIC or to "
     "kafka://HOST[:PORT]/TOPIC",
     EFFNET_WATCH_KEY_STREAM},
    {"publish-format", 0, "FORMAT",
     "What a broker gets: json (lines), dlstreamer, homeassistant, frigate or onvif",
     EFFNET_WATCH_KEY_STREAM},
    {"kafka-config", 0, "FILE", "Acknowledgements, compression and certificates for kafka://",
     EFFNET_WATCH_KEY_STREAM},
    {"record", 0, "FILE.mkv",
     "Record the labelled video; %s in the name becomes the stream's, %t the time",
     EFFNET_WATCH_KEY_STREAM},
    {"record-segment", 0, "S", "Begin a new file, with the time in its name, after so many seconds",
     EFFNET_WATCH_KEY_STREAM},
    {"record-keep", 0, "N", "Keep each stream's newest N recordings, and delete those before",
     EFFNET_WATCH_KEY_STREAM},
    {"snapshot", 0, "DIR",
     "Save a picture into a folder of DIR, named after the class, when the first class is another",
     EFFNET_WATCH_KEY_STREAM},
    {"clip", 0, "DIR",
     "Record a video into a folder of DIR, named after the class, while a class is the first",
     EFFNET_WATCH_KEY_STREAM},
    {"clip-seconds", 0, "S", "End a clip after so many seconds (default 30)",
     EFFNET_WATCH_KEY_STREAM},
    {"capture-classes", 0, "CLASS[,CLASS...]",
     "Take snapshots and clips of these classes only, labels or numbers", EFFNET_WATCH_KEY_STREAM},
    {"capture-keep", 0, "N",
     "Keep each stream's newest N snapshots, and as many clips (default 1000)",
     EFFNET_WATCH_KEY_STREAM},
    {"capture-space", 0, "MB", "Keep no more than so many MB of either (default 1000)",
     EFFNET_WATCH_KEY_STREAM},
    {"record-required", 0, NULL,
     "End the program when a recording, snapshot or clip cannot be written",
     EFFNET_WATCH_KEY_STREAM},
    {"display", 0, NULL, "Show the labelled video in a window", EFFNET_WATCH_KEY_STREAM},
    {"no-overlay", 0, NULL, "Record, show and serve the video without labels in it",
     EFFNET_WATCH_KEY_STREAM},
    {"http", 0, "[ADDRESS:]PORT", "Serve a page with all streams, and /metrics for Prometheus",
     EFFNET_WATCH_KEY_PROGRAM},
    {"http-host", 0, "NAME[,NAME...]",
     "What else the page may be called, beside this machine's name", EFFNET_WATCH_KEY_PROGRAM},
    {"http-frame-ancestors", 0, "ORIGIN[,ORIGIN...]",
     "Which sites may have the page in a frame, e.g. http://home.local:8123 (default: none)",
     EFFNET_WATCH_KEY_PROGRAM},
    {"http-auth", 0, "FILE", "Show the page only to those who know FILE's USER:PASSWORD or token",
     EFFNET_WATCH_KEY_PROGRAM},
    {"teach", 0, "DIR",
     "Let the page collect pictures of classes into DIR, and learn a model from them",
     EFFNET_WATCH_KEY_PROGRAM},
    {"collect", 0, "DIR",
     "Save frames that the model is not sure of into a folder of DIR, named after the class",
     EFFNET_WATCH_KEY_PROGRAM},
    {"teach-files", 0, "N", "Keep at most N pictures in each of these folders (default 5000)",
     EFFNET_WATCH_KEY_PROGRAM},
    {"teach-space", 0, "MB", "Keep no more than so many MB in each of them (default 2000)",
     EFFNET_WATCH_KEY_PROGRAM},
    {"rtsp-out", 0, "[ADDRESS:]PORT", "Serve each labelled video as rtsp://ADDRESS:PORT/NAME",
     EFFNET_WATCH_KEY_PROGRAM},
    {"realtime", 0, NULL, "Play files at their own speed (a window or a server does so anyway)",
     EFFNET_WATCH_KEY_STREAM},
    {"transport", 0, "HOW", "Of RTSP: auto (the default), tcp or udp", EFFNET_WATCH_KEY_STREAM},
    {"latency", 0, "MS", "How long RTSP and SRT wait for late packets (default 200)",
     EFFNET_WATCH_KEY_STREAM},
    {"timeout", 0, "S", "Connect anew when no frame has come for so long (default 10)",
     EFFNET_WATCH_KEY_STREAM},
};
const guint effnet_watch_n_keys = G_N_ELEMENTS(effnet_watch_keys);

static void
stream_free(gpointer data)
{
    EffNetWatchConfigStream *stream = data;

    g_free(stream->name);
    g_free(stream->source);
    g_hash_table_unref(stream->values);
    g_free(stream);
}

static GHashTable *
new_values(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

EffNetWatchConfig *
effnet_watch_config_new(void)
{
    EffNetWatchConfig *config = g_new(EffNetWatchConfig, 1);

    *config = (EffNetWatchConfig){
        .command_line = new_values(),
        .file = new_values(),
        .streams = g_ptr_array_new_with_free_func(stream_free),
        .names = g_hash_table_new(g_str_hash, g_str_equal),
    };
    return config;
}

void
effnet_watch_config_free(EffNetWatchConfig *config)
{
    g_hash_table_unref(config->command_line);
    g_hash_table_unref(config->file);
    g_hash_table_unref(config->names);
    g_ptr_array_unref(config->streams);
    g_free(config);
}

static EffNetWatchConfigStream *
add_stream(EffNetWatchConfig *config, const char *name, GError **error)
{
    EffNetWatchConfigStream *stream;

    if (config->streams->len == EFFNET_WATCH_MAX_STREAMS) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "there can be at most %d streams: \"%s\" is one more", EFFNET_WATCH_MAX_STREAMS,
                    name);
        return NULL;
    }
    if (strlen(name) > MAX_NAME) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "the name of a stream has at most %d bytes, not \"%s\"", MAX_NAME, name);
        return NULL;
    }
    stream = g_new0(EffNetWatchConfigStream, 1);
    stream->name = g_strdup(name);
    stream->values = new_values();
    g_ptr_array_add(config->streams, stream);
    g_hash_table_add(config->names, stream->name);
    return stream;
}

/* The key NAME, if it may be used where keys are at least KIND. */
static const EffNetWatchKey *
find_key(const char *name, EffNetWatchKeyKind kind)
{
    for (guint i = 0; i < effnet_watch_n_keys; i++) {
        if (g_str_equal(effnet_watch_keys[i].name, name))
            return effnet_watch_keys[i].kind >= kind ? &effnet_watch_keys[i] : NULL;
    }
    return NULL;
}

/* Adds the keys of GROUP to VALUES, but "source", in a stream's group, to SOURCE. */
static gboolean
load_group(GKeyFile *file, const char *path, const char *group, EffNetWatchKeyKind kind,
           GHashTable *values, char **source, GError **error)
{
    g_auto(GStrv) names = g_key_file_get_keys(file, group, NULL, NULL);

    for (char **name = names; *name != NULL; name++) {
        const EffNetWatchKey *key = find_key(*name, kind);
        g_autoptr(GError) reason = NULL;
        g_autofree char *value = g_key_file_get_string(file, group, *name, &reason);

        if (value && key && key->argument == NULL)
            g_key_file_get_boolean(file, group, *name, &reason);
        if (reason) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s: [%s]: %s", path, group,
                        reason->message);
            return FALSE;
        }
        if (source && g_str_equal(*name, "source")) {
            g_free(*source);
            *source = g_steal_pointer(&value);
        } else if (key) {
            g_hash_table_replace(values, g_strdup(*name), g_steal_pointer(&value));
        } else {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "%s: [%s] has no key \"%s\" (\"%s --help\" lists them)", path, group, *name,
                        g_get_prgname());
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
load_stream(EffNetWatchConfig *config, GKeyFile *file, const char *path, const char *group,
            GError **error)
{
    EffNetWatchConfigStream *stream = add_stream(config, group + strlen(STREAM_PREFIX), error);

    if (stream == NULL || !load_group(file, path, group, EFFNET_WATCH_KEY_STREAM, stream->values,
                                      &stream->source, error))
        return FALSE;
    if (stream->source && *stream->source)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s: [%s] has no key \"source\"", path,
                group);
    return FALSE;
}

gboolean
effnet_watch_config_load(EffNetWatchConfig *config, const char *path, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) reason = NULL;
    g_auto(GStrv) groups = NULL;
    g_autofree char *text = NULL;
    gsize length;

    text = effnet_read_file(path, MAX_FILE, EFFNET_READ_FILE_ANY, &length, error);
    if (text == NULL)
        return FALSE;
    if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, &reason)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s: %s", path, reason->message);
        return FALSE;
    }
    groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group != NULL; group++) {
        gboolean ok;

        if (g_str_equal(*group, PROGRAM_GROUP)) {
            ok =
                load_group(file, path, *group, EFFNET_WATCH_KEY_PROGRAM, config->file, NULL, error);
        } else if (g_str_has_prefix(*group, STREAM_PREFIX) &&
                   (*group)[strlen(STREAM_PREFIX)] != '\0') {
            ok = load_stream(config, file, path, *group, error);
        } else {
            ok = FALSE;
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "%s: the groups are [" PROGRAM_GROUP "] and [" STREAM_PREFIX
                        "NAME], not [%s]",
                        path, *group);
        }
        if (!ok)
            return FALSE;
    }
    return TRUE;
}

/* Splits off what is before a "=" if that can be a name, rather than a part of a path or a URI. */
static char *
split_name(const char **argument)
{
    gsize length = strcspn(*argument, "=/:?#");
    const char *whole = *argument;
    char *name;

    if (whole[length] != '=' || g_file_test(whole, G_FILE_TEST_EXISTS))
        return NULL;
    name = g_strstrip(g_strndup(whole, length));
    if (*name == '\0' || !g_utf8_validate(name, -1, NULL)) {
        g_free(name);
        return NULL;
    }
    *argument += length + 1;
    return name;
}

/* A name for SOURCE: of a file its name, of a URI its host and path; without a password, and short
 * enough for a line. */
static char *
suggest_name(const char *source)
{
    g_autofree char *scheme = g_uri_parse_scheme(source), *host = NULL, *path = NULL;

    if (g_str_equal(source, "-"))
        return g_strdup("stdin");
    if (scheme == NULL || g_file_test(source, G_FILE_TEST_EXISTS))
        return g_path_get_basename(source);
    if (!g_uri_split(source, G_URI_FLAGS_PARSE_RELAXED, NULL, NULL, &host, NULL, &path, NULL, NULL,
                     NULL))
        return g_strdup(scheme);
    if (host && *host)
        return g_strconcat(host, path && strcmp(path, "/") != 0 ? path : "", NULL);
    if (path == NULL || *path == '\0')
        return g_strdup(scheme);
    return g_path_get_basename(path);
}

static char *
make_unique(const EffNetWatchConfig *config, const char *suggested)
{
    g_autofree char *name = effnet_printable_new(suggested, MAX_SUGGESTED);
    char *unique = g_strdup(name);

    for (guint i = 2; g_hash_table_contains(config->names, unique); i++) {
        g_free(unique);
        unique = g_strdup_printf("%s-%u", name, i);
    }
    return unique;
}

gboolean
effnet_watch_config_add(EffNetWatchConfig *config, const char *argument, GError **error)
{
    g_autofree char *given = split_name(&argument);
    g_autofree char *suggested = given ? NULL : suggest_name(argument);
    g_autofree char *name = NULL;
    EffNetWatchConfigStream *stream;

    if (*argument == '\0') {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "a source is empty");
        return FALSE;
    }
    if (given && g_hash_table_contains(config->names, given)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "two streams are named \"%s\"",
                    given);
        return FALSE;
    }
    name = given ? g_strdup(given) : make_unique(config, suggested);
    stream = add_stream(config, name, error);
    if (stream == NULL)
        return FALSE;
    stream->source = g_strdup(argument);
    return TRUE;
}

const char *
effnet_watch_config_get(const EffNetWatchConfig *config, const EffNetWatchConfigStream *stream,
                        const char *key)
{
    const char *text = g_hash_table_lookup(config->command_line, key);

    if (text == NULL && stream)
        text = g_hash_table_lookup(stream->values, key);
    return text ? text : g_hash_table_lookup(config->file, key);
}
