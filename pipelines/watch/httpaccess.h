/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may see the page. */
#ifndef EFFNET_WATCH_HTTPACCESS_H
#define EFFNET_WATCH_HTTPACCESS_H

#include "settings.h"

typedef struct _EffNetWatchHttpAccess EffNetWatchHttpAccess;

/* ADDRESS is where the server listens. HOSTS, names separated by commas, or NULL: names of the page
 * besides this machine's numeric addresses and name. FILE, which nobody else may read, has a line:
 * USER:PASSWORD, or a token; NULL: everybody may see the page. NULL with the error set; for
 * effnet_watch_http_access_free(). */
EffNetWatchHttpAccess *effnet_watch_http_access_new(const EffNetWatchAddress *address,
                                                    const char *hosts, const char *file,
                                                    GError **error);
void effnet_watch_http_access_free(EffNetWatchHttpAccess *access);

/* Whether HOST, as a request names it, without a port, is one of the names; NULL: the request names
 * none. This keeps out another site's page that has redirected its own name here: it could read
 * what only this network may see. */
gboolean effnet_watch_http_access_is_host_allowed(const EffNetWatchHttpAccess *access,
                                                  const char *host);

/* AUTHORIZATION is the header of that name, or NULL. A token may be a Bearer token or, for
 * browsers, the password of any user. */
gboolean effnet_watch_http_access_is_authorized(const EffNetWatchHttpAccess *access,
                                                const char *authorization);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchHttpAccess, effnet_watch_http_access_free)

#endif
