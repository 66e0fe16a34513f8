/* SPDX-License-Identifier: BSD-2-Clause */
#include "uri.h"

#include <string.h>

/* User and password end at the last @ before the path. An @ after that belongs to a password with
 * an unescaped "/" if what looks like a port is not one. */
static const char *
find_end(const char *authority)
{
    gsize length = strcspn(authority, "/?#");
    const char *at = g_strrstr_len(authority, (gssize)length, "@");
    const char *colon = memchr(authority, ':', length);

    if (at || !colon || *authority == '[')
        return at;
    colon++;
    colon += strspn(colon, "0123456789");
    return colon < authority + length ? strrchr(authority, '@') : NULL;
}

char *
gst_efficientnet_uri_hide_password(const char *text)
{
    const char *authority = strstr(text, "://");
    const char *end;

    authority = authority ? authority + strlen("://") : NULL;
    end = authority ? find_end(authority) : NULL;
    if (!end)
        return g_strdup(text);
    return g_strdup_printf("%.*s***%s", (int)(authority - text), text, end);
}
