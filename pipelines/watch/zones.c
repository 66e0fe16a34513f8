/* SPDX-License-Identifier: BSD-2-Clause */
#include "zones.h"

#include <effnet/effnet.h>

gboolean
effnet_watch_zones_check(const EffNetWatchSettings *settings, const EffNetWatchConfigStream *stream,
                         GError **error)
{
    static const char *const about[] = {"transport", "latency", "timeout"};

    for (guint i = 0; settings->zone_of && i < G_N_ELEMENTS(about); i++) {
        if (g_hash_table_contains(stream->values, about[i])) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "%s is about connections, of which the stream \"%s\" has none: its frames "
                        "are those of \"%s\"",
                        about[i], settings->name, settings->zone_of);
            return FALSE;
        }
    }
    return TRUE;
}

/* From stream to stream, which ends at an owner unless it leads in a circle. */
static EffNetWatchSettings *
find_owner(GHashTable *names, EffNetWatchSettings *zone, GError **error)
{
    EffNetWatchSettings *stream = zone;

    for (guint steps = 0; stream->zone_of; steps++) {
        EffNetWatchSettings *next = g_hash_table_lookup(names, stream->zone_of);

        if (next == NULL) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "the source of \"%s\" is stream:%s, and there is no stream of that name",
                        stream->name, stream->zone_of);
            return NULL;
        }
        if (next == zone || steps == g_hash_table_size(names)) {
            g_set_error(
                error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "the source of \"%s\" is stream:%s, and so on in a circle: one of them must "
                "have a source of its own",
                stream->name, stream->zone_of);
            return NULL;
        }
        stream = next;
    }
    return stream;
}

gboolean
effnet_watch_zones_resolve(const GPtrArray *streams, GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < streams->len; i++) {
        EffNetWatchSettings *settings = g_ptr_array_index(streams, i);

        settings->number = i;
        g_hash_table_insert(names, settings->name, settings);
    }
    for (guint i = 0; i < streams->len; i++) {
        EffNetWatchSettings *zone = g_ptr_array_index(streams, i), *owner;

        if (zone->zone_of == NULL)
            continue;
        owner = find_owner(names, zone, error);
        if (owner == NULL)
            return FALSE;
        owner->n_zones++;
        owner->realtime |= zone->realtime;
        zone->owner = owner;
    }
    for (guint i = 0; i < streams->len; i++) {
        EffNetWatchSettings *zone = g_ptr_array_index(streams, i);

        if (zone->owner)
            zone->realtime = zone->owner->realtime;
    }
    return TRUE;
}
