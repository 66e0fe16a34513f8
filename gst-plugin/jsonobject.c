/* SPDX-License-Identifier: BSD-2-Clause */
#include "jsonobject.h"

#include <string.h>

#define MAX_DEPTH 64

static void
skip_space(const char **c)
{
    *c += strspn(*c, " \t\r\n");
}

static gboolean
skip_string(const char **c)
{
    for (++*c; **c != '"'; ++*c) {
        if ((guchar) * *c < 0x20)
            return FALSE;
        if (**c != '\\')
            continue;
        ++*c;
        if (**c == 'u') {
            for (guint i = 0; i < 4; i++)
                if (!g_ascii_isxdigit(*++*c))
                    return FALSE;
        } else if (!**c || !strchr("\"\\/bfnrt", **c)) {
            return FALSE;
        }
    }
    ++*c;
    return TRUE;
}

static gboolean
skip_digits(const char **c)
{
    gsize n = strspn(*c, "0123456789");

    *c += n;
    return n > 0;
}

static gboolean
skip_number(const char **c)
{
    const char *first;

    *c += **c == '-';
    first = *c;
    if (!skip_digits(c) || (*first == '0' && *c - first > 1))
        return FALSE;
    if (**c == '.') {
        ++*c;
        if (!skip_digits(c))
            return FALSE;
    }
    if (**c == 'e' || **c == 'E') {
        ++*c;
        *c += **c == '+' || **c == '-';
        return skip_digits(c);
    }
    return TRUE;
}

static gboolean
skip_word(const char **c)
{
    static const char *const words[] = {"true", "false", "null"};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_str_has_prefix(*c, words[i])) {
            *c += strlen(words[i]);
            return TRUE;
        }
    }
    return skip_number(c);
}

static gboolean skip_value(const char **c, guint depth);

/* What is between brackets, of which the first is skipped already. */
static gboolean
skip_items(const char **c, gboolean object, guint depth)
{
    char end = object ? '}' : ']';

    skip_space(c);
    if (**c == end) {
        ++*c;
        return TRUE;
    }
    for (;; ++*c) {
        skip_space(c);
        if (object) {
            if (**c != '"' || !skip_string(c))
                return FALSE;
            skip_space(c);
            if (**c != ':')
                return FALSE;
            ++*c;
        }
        if (!skip_value(c, depth))
            return FALSE;
        if (**c != ',')
            break;
    }
    return *(*c)++ == end;
}

/* And the space around it. */
static gboolean
skip_value(const char **c, guint depth)
{
    gboolean valid;

    skip_space(c);
    if (**c == '{' || **c == '[') {
        gboolean object = **c == '{';

        ++*c;
        valid = depth < MAX_DEPTH && skip_items(c, object, depth + 1);
    } else if (**c == '"') {
        valid = skip_string(c);
    } else {
        valid = skip_word(c);
    }
    if (valid)
        skip_space(c);
    return valid;
}

gboolean
gst_efficientnet_json_is_object(const char *text)
{
    const char *c = text;

    if (!g_utf8_validate(text, -1, NULL))
        return FALSE;
    skip_space(&c);
    return *c == '{' && skip_value(&c, 0) && *c == '\0';
}
