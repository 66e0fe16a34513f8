/* SPDX-License-Identifier: BSD-2-Clause */
/* The page, and what else is served by HTTP:
 *
 *     /                        the page, with /watch.css and /watch.js
 *     /state.json?after=TIME   what it shows (state.h)
 *     /streams/N/picture.jpg   the newest image of stream N, from 0
 *     /metrics                 for Prometheus
 *     /healthz, /readyz        whether the program answers, and whether it does its work
 *     /session, /teach/...     teaching (teachserver.h)
 *
 * The last two are for whoever starts programs anew; they ask for no name and no password.
 * It runs in the main loop; an answer is made at once, and sent as the client takes it. The number
 * of clients and their time are limited. */
#ifndef EFFNET_WATCH_HTTPSERVER_H
#define EFFNET_WATCH_HTTPSERVER_H

#include "settings.h"
#include "teaching.h"

typedef struct _EffNetWatchHttp EffNetWatchHttp;

/* A server at PROGRAM's address. STATUSES: EffNetWatchStatus. TEACHING NULL: nothing can be taught.
 * NULL with the error set. */
EffNetWatchHttp *effnet_watch_http_new(const EffNetWatchProgram *program, const GPtrArray *statuses,
                                       EffNetWatchTeaching *teaching, GError **error);
void effnet_watch_http_free(EffNetWatchHttp *http);

/* From now on, the program is not ready, since it ends. */
void effnet_watch_http_set_ending(EffNetWatchHttp *http);

/* An address that opens on this machine. For g_free(). */
char *effnet_watch_http_new_uri(const EffNetWatchHttp *http);

/* A sentence that says where the page is, in addresses that open. For g_free(). */
char *effnet_watch_http_describe(const EffNetWatchHttp *http);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchHttp, effnet_watch_http_free)

#endif
