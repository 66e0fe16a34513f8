/* SPDX-License-Identifier: BSD-2-Clause */
/* Zones: streams whose source, "stream:NAME", is another stream of the program. */
#ifndef EFFNET_WATCH_ZONES_H
#define EFFNET_WATCH_ZONES_H

#include "settings.h"

/* FALSE if STREAM, which SETTINGS are of, says how its source is connected, and is a zone. */
gboolean effnet_watch_zones_check(const EffNetWatchSettings *settings,
                                  const EffNetWatchConfigStream *stream, GError **error);

/* Finds the owners of all zones among STREAMS, of EffNetWatchSettings. A zone's zone has the same
 * owner. A file plays at its own speed for all of them, or for none. */
gboolean effnet_watch_zones_resolve(const GPtrArray *streams, GError **error);

#endif
