/* SPDX-License-Identifier: BSD-2-Clause */
#include "uri.h"

#include <string.h>

#define HIDDEN "***"
/* Where a URI in a sentence ends. */
#define ENDS " \t\n\r\"'<>"

/* What keys of secrets contain, and what they are. */
static const char *const secret_parts[] = {"pass",  "pwd",    "secret",  "signature",
                                           "token", "apikey", "api_key", "credential"};
static const char *const secrets[] = {"auth", "key", "loginpas", "psw", "pw", "sig"};

/* The "@" after a password in the URI that goes from BEGIN, after its scheme, to END; NULL if there
 * is none. A "/" in a password should be escaped, but not always is. */
static const char *
find_at(const char *begin, const char *end)
{
    const char *bracket = *begin == '[' ? memchr(begin, ']', (gsize)(end - begin)) : NULL;
    const char *from = bracket ? bracket : begin; /* IPv6 */
    const char *colon = memchr(from, ':', (gsize)(end - from));
    const char *authority = begin + MIN(strcspn(begin, "/?#"), (gsize)(end - begin));
    const char *at = g_strrstr_len(begin, authority - begin, "@");

    if (colon == NULL || (at && colon > at))
        return NULL;
    if (at)
        return at;
    if (colon > authority || strspn(colon + 1, "0123456789") >= (gsize)(authority - colon - 1))
        return NULL; /* a port */
    return memchr(authority, '@', (gsize)(end - authority));
}

static gboolean
is_secret(const char *key, gsize length)
{
    g_autofree char *lower = g_ascii_strdown(key, (gssize)length);

    for (gsize i = 0; i < G_N_ELEMENTS(secret_parts); i++)
        if (strstr(lower, secret_parts[i]))
            return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++)
        if (g_str_equal(lower, secrets[i]))
            return TRUE;
    return FALSE;
}

/* Appends what follows the authority; cameras have parameters in paths as well. */
static void
append_parameters(GString *out, const char *begin, const char *end)
{
    while (begin < end) {
        gsize part = MIN(strcspn(begin, "/?&;#") + 1, (gsize)(end - begin));
        const char *equals = memchr(begin, '=', part);

        if (equals && is_secret(begin, (gsize)(equals - begin))) {
            g_string_append_len(out, begin, equals - begin + 1);
            g_string_append(out, HIDDEN);
            if (strchr("/?&;#", begin[part - 1]))
                g_string_append_c(out, begin[part - 1]);
        } else {
            g_string_append_len(out, begin, (gssize)part);
        }
        begin += part;
    }
}

/* Whether the scheme before END, in TEXT, is "file", whose URIs are only a name. */
static gboolean
is_file(const char *text, const char *end)
{
    static const char scheme[] = "file";
    gsize length = strlen(scheme);

    return (gsize)(end - text) >= length &&
           g_ascii_strncasecmp(end - length, scheme, length) == 0 &&
           (end - text == (gssize)length || !g_ascii_isalnum(end[-(gssize)length - 1]));
}

char *
effnet_uri_hide_passwords(const char *text)
{
    GString *out = g_string_new(NULL);
    const char *next;

    while ((next = strstr(text, "://"))) {
        const char *begin = next + strlen("://");
        const char *end = begin + strcspn(begin, ENDS), *at = find_at(begin, end);

        g_string_append_len(out, text, begin - text);
        if (is_file(text, next)) {
            text = begin;
            continue;
        }
        if (at) {
            const char *colon = memchr(begin, ':', (gsize)(at - begin));

            g_string_append_len(out, begin, colon - begin + 1);
            g_string_append(out, HIDDEN);
            begin = at;
        }
        append_parameters(out, begin, end);
        text = end;
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}
