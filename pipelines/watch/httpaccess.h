/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may see the page. */
#ifndef EFFNET_WATCH_HTTPACCESS_H
#define EFFNET_WATCH_HTTPACCESS_H

#include "settings.h"

typedef struct _EffNetWatchHttpAccess EffNetWatchHttpAccess;

#define EFFNET_WATCH_HTTP_ACCESS_HINT                                                              \
    "Open the address that effnet watch printed when it started: it has the token in it."

/* ADDRESS is where the server listens. HOSTS, names separated by commas, or NULL: names of the page
 * besides this machine's numeric addresses and name. FILE, which nobody else may read, has a line:
 * USER:PASSWORD, or a token; NULL: everybody may see the page. TEACHING: some may do more than see
 * it; without FILE, those who know a token that is made here. NULL with the error set; for
 * effnet_watch_http_access_free(). */
EffNetWatchHttpAccess *effnet_watch_http_access_new(const EffNetWatchAddress *address,
                                                    const char *hosts, const char *file,
                                                    gboolean teaching, GError **error);
void effnet_watch_http_access_free(EffNetWatchHttpAccess *access);

/* Whether HOST, as a request names it, without a port, is one of the names; NULL: the request names
 * none. This keeps out another site's page that has redirected its own name here: it could read
 * what only this network may see. */
gboolean effnet_watch_http_access_is_host_allowed(const EffNetWatchHttpAccess *access,
                                                  const char *host);

/* The token that was made; NULL: none. */
const char *effnet_watch_http_access_get_token(const EffNetWatchHttpAccess *access);

/* Whether a page may be seen. AUTHORIZATION and COOKIE are the headers of these names, or NULL. A
 * token may be a Bearer token or, for browsers, the password of any user. */
gboolean effnet_watch_http_access_is_authorized(const EffNetWatchHttpAccess *access,
                                                const char *authorization, const char *cookie);

/* Whether AUTHORIZATION proves that the password or the token is known, so that the client may have
 * the cookie; and whether COOKIE, the header of that name, has it. */
gboolean effnet_watch_http_access_is_secret(const EffNetWatchHttpAccess *access,
                                            const char *authorization);
gboolean effnet_watch_http_access_is_session(const EffNetWatchHttpAccess *access,
                                             const char *cookie);

/* The header Set-Cookie, which ends with the browser, for g_free(). */
char *effnet_watch_http_access_new_cookie(const EffNetWatchHttpAccess *access);

/* Whether a browser says in ORIGIN, the header of that name, that the request comes from a page of
 * HOST, the header with its port; either may be NULL. */
gboolean effnet_watch_http_access_is_own_origin(const char *origin, const char *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchHttpAccess, effnet_watch_http_access_free)

#endif
