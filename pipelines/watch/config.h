/* SPDX-License-Identifier: BSD-2-Clause */
/* What to watch, and how, as text: the command line's options and a file's keys have the same
 * names. */
#ifndef EFFNET_WATCH_CONFIG_H
#define EFFNET_WATCH_CONFIG_H

#include <glib.h>

#define EFFNET_WATCH_MAX_STREAMS 65536 /* of a fleet */

typedef enum {
    EFFNET_WATCH_KEY_PROGRAM,  /* for all streams together */
    EFFNET_WATCH_KEY_STREAM,   /* a stream may have its own */
    EFFNET_WATCH_KEY_PROPERTY, /* a stream's, and the property of efficientnet with the same name */
} EffNetWatchKeyKind;

typedef struct {
    const char *name;
    char letter;          /* the option's; 0: none */
    const char *argument; /* NULL: an option without argument, on or off */
    const char *help;
    EffNetWatchKeyKind kind;
    const char
        *fallback; /* the text of a property that is not given; NULL: the element's default */
} EffNetWatchKey;

extern const EffNetWatchKey effnet_watch_keys[];
extern const guint effnet_watch_n_keys;

typedef struct {
    char *name, *source;
    GHashTable *values; /* key to text */
} EffNetWatchConfigStream;

typedef struct {
    GHashTable *command_line, *file; /* key to text */
    GPtrArray *streams;              /* of EffNetWatchConfigStream */
    GHashTable *names;               /* the streams' names */
} EffNetWatchConfig;

EffNetWatchConfig *effnet_watch_config_new(void);
void effnet_watch_config_free(EffNetWatchConfig *config);

/* Adds what the key file PATH says: the group [watch] is for all streams, and each group [stream
 * NAME] is a stream. */
gboolean effnet_watch_config_load(EffNetWatchConfig *config, const char *path, GError **error);

/* Adds a stream of the command line: SOURCE, or NAME=SOURCE. */
gboolean effnet_watch_config_add(EffNetWatchConfig *config, const char *argument, GError **error);

/* The text of KEY: the command line's, else STREAM's, else the file's for all streams, else NULL.
 * STREAM NULL: as for all streams. */
const char *effnet_watch_config_get(const EffNetWatchConfig *config,
                                    const EffNetWatchConfigStream *stream, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchConfig, effnet_watch_config_free)

#endif
