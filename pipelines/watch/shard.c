/* SPDX-License-Identifier: BSD-2-Clause */
#include "shard.h"

#include "../readfile.h"

#include <effnet/effnet.h>
#include <string.h>

#define MAX_FILE 64 /* bytes */

static gboolean
parse_count(const char *text, guint *count)
{
    guint64 number;

    if (!g_ascii_string_to_unsigned(text, 10, 1, EFFNET_WATCH_MAX_SHARDS, &number, NULL))
        return FALSE;
    *count = (guint)number;
    return TRUE;
}

gboolean
effnet_watch_shard_parse(EffNetWatchShard *shard, const char *text, GError **error)
{
    const char *slash = strchr(text, '/');
    g_autofree char *number = slash ? g_strndup(text, (gsize)(slash - text)) : NULL;
    guint64 value;

    *shard = (EffNetWatchShard){0};
    if (number == NULL || slash[1] == '\0' ||
        !g_ascii_string_to_unsigned(number, 10, 0, EFFNET_WATCH_MAX_SHARDS - 1, &value, NULL)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "shard must be N/COUNT or N/FILE, in which N is a number from 0, not \"%s\"",
                    text);
        return FALSE;
    }
    shard->number = (guint)value;
    if (parse_count(slash + 1, &shard->count))
        return TRUE;
    shard->file = g_strdup(slash + 1);
    return effnet_watch_shard_update(shard, error);
}

void
effnet_watch_shard_clear(EffNetWatchShard *shard)
{
    g_clear_pointer(&shard->file, g_free);
}

gboolean
effnet_watch_shard_update(EffNetWatchShard *shard, GError **error)
{
    g_autofree char *text = NULL;

    if (shard->file == NULL)
        return TRUE;
    text = effnet_read_file(shard->file, MAX_FILE, EFFNET_READ_FILE_ANY, NULL, error);
    if (text == NULL)
        return FALSE;
    if (parse_count(g_strstrip(text), &shard->count))
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s must say how many shards there are, from 1 to %d, not \"%s\"", shard->file,
                EFFNET_WATCH_MAX_SHARDS, text);
    return FALSE;
}

/* A number that depends on every byte of NAME, as jump_hash() needs. */
static guint64
hash_name(const char *name)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize length = sizeof digest;
    guint64 key;

    g_checksum_update(checksum, (const guchar *)name, -1);
    g_checksum_get_digest(checksum, digest, &length);
    memcpy(&key, digest, sizeof key);
    return GUINT64_FROM_BE(key);
}

/* The paper's: KEY jumps to ever greater shards, until the next would be out of COUNT. */
static guint
jump_hash(guint64 key, guint count)
{
    gint64 shard = 0, next = 0;

    while (next < count) {
        shard = next;
        key = key * 2862933555777941757u + 1;
        next = (gint64)((double)(shard + 1) * ((double)(1u << 31) / (double)((key >> 33) + 1)));
    }
    return (guint)shard;
}

gboolean
effnet_watch_shard_has(const EffNetWatchShard *shard, const char *name)
{
    return shard->count == 0 || jump_hash(hash_name(name), shard->count) == shard->number;
}
