/* SPDX-License-Identifier: BSD-2-Clause */
#include "line.h"

EffNetLine
effnet_line_read(FILE *file, int end, gsize max, GString *line)
{
    gboolean is_long = FALSE, is_empty = TRUE;
    int c;

    g_string_truncate(line, 0);
    while ((c = getc_unlocked(file)) != EOF && c != end) {
        is_empty = FALSE;
        if (line->len < max)
            g_string_append_c(line, (char)c);
        else
            is_long = TRUE;
    }
    if (c == EOF)
        return is_empty ? EFFNET_LINE_NONE : EFFNET_LINE_TORN;
    if (end == '\n' && !is_long && line->len > 0 && line->str[line->len - 1] == '\r')
        g_string_truncate(line, line->len - 1);
    return is_long ? EFFNET_LINE_LONG : EFFNET_LINE_WHOLE;
}
