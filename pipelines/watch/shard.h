/* SPDX-License-Identifier: BSD-2-Clause */
/* Which part of a fleet's streams this program watches. Programs agree without talking to each
 * other: each reads the number of shards from the same file, and which shard has a stream follows
 * from the stream's name. When a shard is added to N, one stream in N + 1 moves, to the new shard;
 * the others stay (Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm",
 * 2014). */
#ifndef EFFNET_WATCH_SHARD_H
#define EFFNET_WATCH_SHARD_H

#include <glib.h>

#define EFFNET_WATCH_MAX_SHARDS 10000

typedef struct {
    guint
        number;  /* this program's, from 0; more than there are is allowed: then it has no stream */
    guint count; /* of shards; 0: this program watches all streams */
    char *file;  /* says the count; NULL: the count does not change */
} EffNetWatchShard;

/* Sets SHARD to what TEXT says: "N/COUNT", or "N/FILE", which is read. On error, SHARD may be
 * cleared. */
gboolean effnet_watch_shard_parse(EffNetWatchShard *shard, const char *text, GError **error);
void effnet_watch_shard_clear(EffNetWatchShard *shard);

/* Reads the count anew, if there is a file; keeps the one before on error. */
gboolean effnet_watch_shard_update(EffNetWatchShard *shard, GError **error);

/* Whether SHARD has the stream NAME. */
gboolean effnet_watch_shard_has(const EffNetWatchShard *shard, const char *name);

#endif
