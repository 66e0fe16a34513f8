/* SPDX-License-Identifier: BSD-2-Clause */
/* What the configuration says, read: every mistake in it is found before anything runs. */
#ifndef EFFNET_WATCH_SETTINGS_H
#define EFFNET_WATCH_SETTINGS_H

#include "config.h"

#include <gio/gio.h>
#include <gst/gst.h>

typedef enum {
    EFFNET_WATCH_TRANSPORT_AUTO,
    EFFNET_WATCH_TRANSPORT_TCP,
    EFFNET_WATCH_TRANSPORT_UDP,
} EffNetWatchTransport;

typedef struct {
    char *address; /* NULL: none is asked for */
    guint port;    /* 0: any that is free */
} EffNetWatchAddress;

/* Of one stream. */
typedef struct {
    char *name;
    char *source;             /* a URI or a file */
    char *test_pattern;       /* NULL: none */
    GstStructure *properties; /* of efficientnet, as text */
    char *publish;            /* a file; NULL: none */
    char *mqtt_address, *mqtt_topic;
    char *record; /* NULL: none */
    EffNetWatchTransport transport;
    guint latency; /* ms */
    guint timeout; /* s */
    gboolean changes_only, display, overlay, realtime, record_required;
} EffNetWatchSettings;

/* Of all together. */
typedef struct {
    EffNetWatchAddress http, rtsp;
    char *http_hosts, *http_auth; /* as they were given, or NULL */
    gboolean json;
    GPtrArray *streams; /* of EffNetWatchSettings */
} EffNetWatchProgram;

EffNetWatchProgram *effnet_watch_program_new(const EffNetWatchConfig *config, GError **error);
void effnet_watch_program_free(EffNetWatchProgram *program);

/* "PORT", "ADDRESS:PORT" or "[ADDRESS]:PORT"; without an address, this machine's own. OPTION is
 * what an error names. */
gboolean effnet_watch_address_parse(EffNetWatchAddress *address, const char *option,
                                    const char *text, GError **error);

/* SCHEME://ADDRESS:PORT and PATH. */
char *effnet_watch_address_new_uri(const EffNetWatchAddress *address, const char *scheme,
                                   const char *path);

/* Listens there, for whoever connects "incoming"; up to BACKLOG wait for that. Where the port was 0
 * it is then the one that was found. */
GSocketService *effnet_watch_address_listen(EffNetWatchAddress *address, const char *option,
                                            int backlog, GError **error);

/* Whether only this machine can reach it. */
gboolean effnet_watch_address_is_local(const EffNetWatchAddress *address);

/* The file of a recording: %s replaced by the name of the stream, and a number added as long as
 * there is such a file, so that none is ever overwritten. */
char *effnet_watch_settings_new_record_path(const EffNetWatchSettings *settings);

/* Whether SETTINGS' source delivers frames at their own pace, not as fast as they are taken. */
gboolean effnet_watch_settings_is_live(const EffNetWatchSettings *settings);

/* Makes CLASSIFIER, an efficientnet, as SETTINGS say. */
gboolean effnet_watch_settings_apply(const EffNetWatchSettings *settings, GstElement *classifier,
                                     GError **error);

/* An efficientnet that has opened the model of SETTINGS: as long as it lives, the weights stay in
 * memory. For effnet_watch_settings_close_model(). */
GstElement *effnet_watch_settings_open_model(const EffNetWatchSettings *settings, GError **error);
void effnet_watch_settings_close_model(GstElement *classifier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchProgram, effnet_watch_program_free)

#endif
