/* SPDX-License-Identifier: BSD-2-Clause */
#include "printable.h"

#include "uri.h"

#define ELLIPSIS "…"

/* Whether a terminal obeys CHARACTER: controls, and what changes the direction of writing or breaks
 * lines. */
static gboolean
is_obeyed(gunichar character)
{
    switch (g_unichar_type(character)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return TRUE;
    default:
        return (character >= 0x202a && character <= 0x202e) ||
               (character >= 0x2066 && character <= 0x2069);
    }
}

void
effnet_printable_append(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *hidden = effnet_uri_hide_passwords(valid);

    for (const char *c = hidden; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);

        g_string_append_unichar(out, is_obeyed(character) ? '?' : character);
    }
}

static void
cut(GString *text, gsize max)
{
    if (text->len <= max)
        return;
    g_string_truncate(text,
                      (gsize)(g_utf8_find_prev_char(text->str, text->str + max + 1) - text->str));
    g_string_append(text, ELLIPSIS);
}

char *
effnet_printable_new(const char *text, gsize max)
{
    GString *out = g_string_new(NULL);

    effnet_printable_append(out, text);
    if (max > 0)
        cut(out, max);
    return g_string_free(out, FALSE);
}

/* All characters that are obeyed are in the plane whose escapes have four digits. */
void
effnet_printable_append_escaped(GString *out, const char *text, gsize max)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *hidden = effnet_uri_hide_passwords(valid);
    g_autoptr(GString) whole = g_string_new(hidden);

    cut(whole, max);
    for (const char *c = whole->str; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);

        if (character == '"' || character == '\\')
            g_string_append_printf(out, "\\%c", (int)character);
        else if (character == '\n')
            g_string_append(out, "\\n");
        else if (is_obeyed(character))
            g_string_append_printf(out, "\\u%04x", character);
        else
            g_string_append_unichar(out, character);
    }
}

void
effnet_print(FILE *file, const char *format, ...)
{
    g_autofree char *text = NULL, *line = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    line = effnet_printable_new(text, 0);
    fprintf(file, "%s\n", line);
}
