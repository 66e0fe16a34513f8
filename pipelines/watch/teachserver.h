/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of the page's server that teaches:
 *
 *     POST /session                      gives whoever knows the token the cookie that all others
 *                                        of these want
 *     GET  /teach/state.json             teaching.h
 *     GET  /teach/pictures.json?from=F&class=C  the names of a class's newest files; F is "taught"
 *                                        or "unsure", here and below
 *     GET  /teach/picture?from=F&class=C&name=N
 *     GET  /teach/report?model=M&as=A    of a learned model; A is "html" or "json"
 *     POST /teach/collect?stream=I&class=C&seconds=S   0 seconds: one frame
 *     POST /teach/stop?stream=I
 *     POST /teach/zone?stream=I&zone=X,Y,W,H           without a zone: the whole frame
 *     POST /teach/remove?from=F&class=C&name=N
 *     POST /teach/accept?class=C&name=N&as=D           from the unsure ones of class C to class D
 *     POST /teach/learn, /teach/cancel
 *     POST /teach/use?model=M            without a model: that of the settings
 *
 * What changes something must come from the page itself, as browsers say in the header Origin, or
 * with the token as a Bearer token, as programs send it. What cannot be done is answered with a
 * sentence. */
#ifndef EFFNET_WATCH_TEACHSERVER_H
#define EFFNET_WATCH_TEACHSERVER_H

#include "httpaccess.h"
#include "teaching.h"

#include <libsoup/soup.h>

/* Whether PATH is one of the above. */
gboolean effnet_watch_teach_server_is_path(const char *path);

/* Answers MESSAGE, which names an allowed host. QUERY may be NULL. */
void effnet_watch_teach_server_handle(EffNetWatchTeaching *teaching,
                                      const EffNetWatchHttpAccess *access,
                                      SoupServerMessage *message, const char *path,
                                      GHashTable *query);

#endif
