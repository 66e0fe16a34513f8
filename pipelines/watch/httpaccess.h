/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may see the page. */
#ifndef EFFNET_WATCH_HTTPACCESS_H
#define EFFNET_WATCH_HTTPACCESS_H

#include "settings.h"

typedef struct _EffNetWatchHttpAccess EffNetWatchHttpAccess;

/* ADDRESS is what is listened at. HOSTS, names with commas between them, or NULL, is what the page
 * may be called beside the numbers and the name of this machine. FILE, which nobody else may read,
 * has a line: USER:PASSWORD, or a token; NULL: everybody may see the page. */
EffNetWatchHttpAccess *effnet_watch_http_access_new(const EffNetWatchAddress *address,
                                                    const char *hosts, const char *file,
                                                    GError **error);
void effnet_watch_http_access_free(EffNetWatchHttpAccess *access);

/* HOST as a request names it, without a port; NULL: it does not. A page of somebody else's that has
 * made its own name lead here is kept out: of what only this network may see, it would else see
 * all. */
gboolean effnet_watch_http_access_is_host_allowed(const EffNetWatchHttpAccess *access,
                                                  const char *host);

/* AUTHORIZATION is the header of that name, or NULL. A token may be a Bearer's or, for browsers,
 * the password of anybody. */
gboolean effnet_watch_http_access_is_authorized(const EffNetWatchHttpAccess *access,
                                                const char *authorization);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchHttpAccess, effnet_watch_http_access_free)

#endif
