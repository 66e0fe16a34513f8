/* SPDX-License-Identifier: BSD-2-Clause */
/* The page, and what else is served by HTTP:
 *
 *     /                        the page, with /watch.css and /watch.js
 *     /state.json?after=TIME   what it shows (state.h)
 *     /streams/N/picture.jpg   the newest picture of the N-th stream, from 0
 *     /metrics                 for Prometheus
 *
 * In the main loop; an answer is made at once and sent as the client takes it. Neither the number
 * of clients nor the time that they have is unbounded. */
#ifndef EFFNET_WATCH_HTTPSERVER_H
#define EFFNET_WATCH_HTTPSERVER_H

#include "settings.h"

typedef struct _EffNetWatchHttp EffNetWatchHttp;

/* At PROGRAM's address; STATUSES is of EffNetWatchStatus. */
EffNetWatchHttp *effnet_watch_http_new(const EffNetWatchProgram *program, const GPtrArray *statuses,
                                       GError **error);
void effnet_watch_http_free(EffNetWatchHttp *http);

/* As a user types it. */
char *effnet_watch_http_new_uri(const EffNetWatchHttp *http);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchHttp, effnet_watch_http_free)

#endif
