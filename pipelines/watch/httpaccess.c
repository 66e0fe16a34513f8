/* SPDX-License-Identifier: BSD-2-Clause */
#include "httpaccess.h"

#include "../readfile.h"

#include <effnet/effnet.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/random.h>

#define MAX_FILE   4096
#define MAX_COOKIE 8192
#define N_RANDOM   16 /* bytes that nobody can guess */

struct _EffNetWatchHttpAccess {
    gboolean is_local;
    char **hosts;
    char *secret;          /* USER:PASSWORD or a token; NULL: none */
    gboolean is_protected; /* nobody may see the page without it */
    char *cookie;          /* NAME=VALUE, for those who know the secret; NULL: there is none */
};

static gboolean
read_secret(EffNetWatchHttpAccess *self, const char *file, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *text =
        effnet_read_file(file, MAX_FILE, EFFNET_READ_FILE_SECRET, NULL, &reason);

    if (text == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "http-auth: %s", reason->message);
        return FALSE;
    }
    g_strchomp(text);
    if (*text == '\0' || strpbrk(text, "\n\r")) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "http-auth: %s must have one line, USER:PASSWORD or a token", file);
        return FALSE;
    }
    self->secret = g_steal_pointer(&text);
    return TRUE;
}

/* In hexadecimal digits; NULL with the error set. */
static char *
new_random(GError **error)
{
    guint8 bytes[N_RANDOM];
    GString *text = g_string_new(NULL);

    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                    "teach: there are no random numbers to make a token of");
        g_string_free(text, TRUE);
        return NULL;
    }
    for (guint i = 0; i < sizeof bytes; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

/* Browsers send a host's cookies to all of its ports, where other programs may have theirs: the
 * name is another each time. */
static gboolean
make_secrets(EffNetWatchHttpAccess *self, GError **error)
{
    g_autofree char *name = new_random(error), *value = name ? new_random(error) : NULL;

    if (value && self->secret == NULL)
        self->secret = new_random(error);
    if (value == NULL || self->secret == NULL)
        return FALSE;
    name[8] = '\0';
    self->cookie = g_strdup_printf("effnet-%s=%s", name, value);
    return TRUE;
}

EffNetWatchHttpAccess *
effnet_watch_http_access_new(const EffNetWatchAddress *address, const char *hosts, const char *file,
                             gboolean teaching, GError **error)
{
    g_autoptr(EffNetWatchHttpAccess) self = g_new0(EffNetWatchHttpAccess, 1);

    self->is_local = effnet_watch_address_is_local(address);
    self->hosts = g_strsplit(hosts ? hosts : "", ",", -1);
    for (char **host = self->hosts; *host; host++)
        g_strstrip(*host);
    self->is_protected = file != NULL;
    if ((file && !read_secret(self, file, error)) || (teaching && !make_secrets(self, error)))
        return NULL;
    return g_steal_pointer(&self);
}

void
effnet_watch_http_access_free(EffNetWatchHttpAccess *self)
{
    g_strfreev(self->hosts);
    g_free(self->secret);
    g_free(self->cookie);
    g_free(self);
}

const char *
effnet_watch_http_access_get_token(const EffNetWatchHttpAccess *self)
{
    return self->is_protected ? NULL : self->secret;
}

/* Whether HOST is this machine's name, alone or with ".local", which needs no name server. In a
 * domain, others could have that name. */
static gboolean
is_own_name(const char *host)
{
    const char *own = g_get_host_name();
    gsize length = strlen(own);

    return g_ascii_strncasecmp(host, own, length) == 0 &&
           (host[length] == '\0' || g_ascii_strcasecmp(host + length, ".local") == 0);
}

gboolean
effnet_watch_http_access_is_host_allowed(const EffNetWatchHttpAccess *self, const char *host)
{
    g_autoptr(GInetAddress) inet = host ? g_inet_address_new_from_string(host) : NULL;

    if (host == NULL)
        return FALSE;
    for (char **allowed = self->hosts; *allowed; allowed++) {
        if (g_ascii_strcasecmp(*allowed, host) == 0)
            return TRUE;
    }
    if (g_ascii_strcasecmp(host, "localhost") == 0)
        return TRUE;
    if (self->is_local)
        return inet && g_inet_address_get_is_loopback(inet);
    return inet || is_own_name(host); /* numeric addresses cannot be redirected */
}

/* Compares in a time that does not reveal how much is equal. */
static gboolean
is_equal(const char *a, const char *b)
{
    g_autofree char *x = g_compute_checksum_for_string(G_CHECKSUM_SHA256, a, -1);
    g_autofree char *y = g_compute_checksum_for_string(G_CHECKSUM_SHA256, b, -1);
    guint difference = 0;

    for (gsize i = 0; x[i]; i++)
        difference |= (guint)(x[i] ^ y[i]);
    return difference == 0;
}

static gboolean
is_right_password(const EffNetWatchHttpAccess *self, const char *encoded)
{
    gsize length;
    g_autofree guchar *bytes = g_base64_decode(encoded, &length);
    g_autofree char *given = g_strndup((const char *)bytes, length);
    const char *password = strchr(given, ':');

    if (strlen(given) < length)
        return FALSE; /* what is behind a NUL would not be compared */
    if (strchr(self->secret, ':'))
        return is_equal(given, self->secret);
    return password && is_equal(password + 1, self->secret);
}

gboolean
effnet_watch_http_access_is_secret(const EffNetWatchHttpAccess *self, const char *authorization)
{
    static const char basic[] = "Basic ", bearer[] = "Bearer ";

    if (self->secret == NULL || authorization == NULL || strlen(authorization) > 2 * MAX_FILE)
        return FALSE;
    if (g_ascii_strncasecmp(authorization, basic, strlen(basic)) == 0)
        return is_right_password(self, authorization + strlen(basic));
    return g_ascii_strncasecmp(authorization, bearer, strlen(bearer)) == 0 &&
           !strchr(self->secret, ':') && is_equal(authorization + strlen(bearer), self->secret);
}

gboolean
effnet_watch_http_access_is_session(const EffNetWatchHttpAccess *self, const char *cookie)
{
    g_auto(GStrv) cookies = NULL;

    if (self->cookie == NULL || cookie == NULL || strlen(cookie) > MAX_COOKIE)
        return FALSE;
    cookies = g_strsplit(cookie, ";", -1);
    for (char **one = cookies; *one; one++) {
        if (is_equal(g_strstrip(*one), self->cookie))
            return TRUE;
    }
    return FALSE;
}

gboolean
effnet_watch_http_access_is_authorized(const EffNetWatchHttpAccess *self, const char *authorization,
                                       const char *cookie)
{
    return !self->is_protected || effnet_watch_http_access_is_secret(self, authorization) ||
           effnet_watch_http_access_is_session(self, cookie);
}

char *
effnet_watch_http_access_new_cookie(const EffNetWatchHttpAccess *self)
{
    return g_strconcat(self->cookie, "; Path=/; HttpOnly; SameSite=Strict", NULL);
}

gboolean
effnet_watch_http_access_is_own_origin(const char *origin, const char *host)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (guint i = 0; origin && host && i < G_N_ELEMENTS(schemes); i++) {
        if (g_str_has_prefix(origin, schemes[i]))
            return g_ascii_strcasecmp(origin + strlen(schemes[i]), host) == 0;
    }
    return FALSE;
}
