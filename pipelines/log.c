/* SPDX-License-Identifier: BSD-2-Clause */
#include "log.h"

#include <stdio.h>

#include "printable.h"

static const char *const formats[] = {"text", "logfmt", "json"};
static enum { TEXT, LOGFMT, JSON } format;

gboolean
effnet_log_set_format(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (g_str_equal(name, formats[i])) {
            format = i;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
effnet_log_is_text(void)
{
    return format == TEXT;
}

static char *
new_sentence(const char *stream, const char *text)
{
    g_autofree char *all = g_strdup_printf("%s: %s%s%s", g_get_prgname(), stream ? stream : "",
                                           stream ? ": " : "", text);

    /* Some messages from elsewhere have several lines. */
    g_strchomp(g_strdelimit(all, "\n\r", ' '));
    return effnet_printable_new(all, EFFNET_PRINTABLE_SENTENCE);
}

/* Adds KEY with a text, quoted, which the two kinds of records do in the same way. */
static void
add_text(GString *line, const char *key, const char *text)
{
    g_string_append_printf(line, format == JSON ? ",\"%s\":\"" : " %s=\"", key);
    effnet_printable_append_escaped(line, text, EFFNET_PRINTABLE_SENTENCE);
    g_string_append_c(line, '"');
}

char *
effnet_log_new_line(gint64 time, EffNetLogLevel level, const char *stream, const char *text)
{
    static const char *const levels[] = {"info", "warning", "error"};
    g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc(time / G_USEC_PER_SEC);
    g_autofree char *date = g_date_time_format(seconds, "%Y-%m-%dT%H:%M:%S");
    GString *line;

    if (format == TEXT)
        return new_sentence(stream, text);
    line = g_string_new(NULL);
    g_string_append_printf(
        line, format == JSON ? "{\"time\":\"%s.%03dZ\",\"level\":\"%s\"" : "time=%s.%03dZ level=%s",
        date, (int)(time % G_USEC_PER_SEC / 1000), levels[level]);
    if (stream)
        add_text(line, "stream", stream);
    add_text(line, "msg", text);
    if (format == JSON)
        g_string_append_c(line, '}');
    return g_string_free(line, FALSE);
}

void
effnet_log(EffNetLogLevel level, const char *stream, const char *text)
{
    g_autofree char *line = effnet_log_new_line(g_get_real_time(), level, stream, text);

    fprintf(stderr, "%s\n", line);
}
