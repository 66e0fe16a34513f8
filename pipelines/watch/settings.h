/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration, parsed: every mistake in it is found before anything starts. */
#ifndef EFFNET_WATCH_SETTINGS_H
#define EFFNET_WATCH_SETTINGS_H

#include "config.h"
#include "shard.h"

#include <gio/gio.h>
#include <gst/gst.h>

typedef enum {
    EFFNET_WATCH_TRANSPORT_AUTO,
    EFFNET_WATCH_TRANSPORT_TCP,
    EFFNET_WATCH_TRANSPORT_UDP,
} EffNetWatchTransport;

typedef struct {
    char *address; /* NULL: not served */
    guint port;    /* 0: any free one */
} EffNetWatchAddress;

#define EFFNET_WATCH_MAX_WATCHED 1024 /* streams of a program */

typedef struct _EffNetWatchSettings EffNetWatchSettings;

/* One stream's settings. */
struct _EffNetWatchSettings {
    char *name;
    char *source;             /* a URI or a file */
    char *zone_of;            /* the stream that it is a zone of, as it is named; NULL: none */
    char *test_pattern;       /* NULL: none */
    char *camera;             /* the name that libcamera has for it, "": the first; NULL: none */
    GstStructure *properties; /* efficientnet's, as text */
    char *publish;            /* a file; NULL: none */
    const char *method;       /* of efficientnetpublish, for a broker; NULL: none */
    char *broker_address, *topic;
    char *publish_format;    /* of efficientnetpublish; NULL: its default */
    char *kafka_config;      /* a file; NULL: none */
    char *record;            /* NULL: none */
    char **on_change;        /* the words of a command; NULL: none */
    char *snapshots, *clips; /* folders; NULL: none */
    char **capture_classes;  /* labels and numbers; NULL: all classes */
    EffNetWatchTransport transport;
    guint record_segment; /* s; 0: a connection is recorded into one file */
    guint record_keep;    /* recordings; 0: all */
    guint capture_keep;   /* snapshots, and as many clips */
    guint capture_space;  /* MB, as well */
    guint clip_seconds;
    guint latency;  /* ms */
    guint timeout;  /* s */
    gboolean input; /* the source is the standard input */
    gboolean changes_only, display, overlay, realtime, record_required;

    guint number;                     /* its place among all streams */
    guint n_zones;                    /* that have its frames */
    const EffNetWatchSettings *owner; /* whose frames it has, no zone; NULL: its own source's */
};

/* All settings together. */
typedef struct {
    EffNetWatchAddress http, rtsp;
    char *http_hosts, *http_auth; /* as given, or NULL */
    char *http_frame_ancestors;   /* for the page's Content-Security-Policy, or NULL */
    char *teach, *collect;        /* folders; NULL: none */
    char *teach_model;            /* of all streams that name none; NULL: the default */
    guint teach_files;            /* that each of these may have, */
    guint teach_space;            /* and MB of them */
    gboolean json;
    EffNetWatchShard shard;
    GPtrArray *streams; /* of EffNetWatchSettings, the other shards' as well */
} EffNetWatchProgram;

EffNetWatchProgram *effnet_watch_program_new(const EffNetWatchConfig *config, GError **error);
void effnet_watch_program_free(EffNetWatchProgram *program);

/* Parses "PORT", "ADDRESS:PORT" or "[ADDRESS]:PORT"; without an address, the loopback's. Errors
 * name OPTION. */
gboolean effnet_watch_address_parse(EffNetWatchAddress *address, const char *option,
                                    const char *text, GError **error);

/* The address SCHEME://ADDRESS:PORT with PATH, as it opens on this machine: if ADDRESS stands for
 * all of the machine's addresses, it becomes the loopback's. For g_free(). */
char *effnet_watch_address_new_uri(const EffNetWatchAddress *address, const char *scheme,
                                   const char *path);

/* Listens at ADDRESS; the caller connects to the signal "incoming", until when up to BACKLOG
 * clients wait. If the port was 0, sets it to the one that was found. */
GSocketService *effnet_watch_address_listen(EffNetWatchAddress *address, const char *option,
                                            int backlog, GError **error);

/* Whether ADDRESS stands for all of this machine's addresses. */
gboolean effnet_watch_address_is_any(const EffNetWatchAddress *address);

/* Whether only this machine can reach ADDRESS. */
gboolean effnet_watch_address_is_local(const EffNetWatchAddress *address);

/* The path of a recording, in which %s is replaced by the stream's name, and %t is left. For
 * g_free(). */
char *effnet_watch_settings_new_record_pattern(const EffNetWatchSettings *settings);

/* The same, where %t is replaced by the time, and a number is added as long as such a file
 * exists, so that none is ever overwritten. For g_free(). */
char *effnet_watch_settings_new_record_path(const EffNetWatchSettings *settings);

/* The topic for SETTINGS' broker, in which %s is replaced by the stream's name; for Kafka, with "_"
 * for each character of the name that topics may not contain. For g_free(). */
char *effnet_watch_settings_new_topic(const EffNetWatchSettings *settings);

/* Whether SETTINGS' source delivers frames at their own pace, not as fast as they are taken. */
gboolean effnet_watch_settings_is_live(const EffNetWatchSettings *settings);

/* Sets CLASSIFIER, an efficientnet, up as SETTINGS say. */
gboolean effnet_watch_settings_apply(const EffNetWatchSettings *settings, GstElement *classifier,
                                     GError **error);

/* An efficientnet that has opened SETTINGS' model and so keeps its weights in memory. For
 * effnet_watch_settings_close_model(). */
GstElement *effnet_watch_settings_open_model(const EffNetWatchSettings *settings, GError **error);
void effnet_watch_settings_close_model(GstElement *classifier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchProgram, effnet_watch_program_free)

#endif
