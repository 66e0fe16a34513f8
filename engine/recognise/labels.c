/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>
#include <effnet/model.h>

#include "../checkpoint/file.h"
#include "labels.h"

#define MAX_FILE (16u << 20)

static gboolean
is_blank(const char *line)
{
    return line[strspn(line, " \t\r")] == '\0';
}

char **
effnet_labels_split(const char *path, const char *text, gsize length, GError **error)
{
    const char *begin;
    char **lines;
    guint n;

    if (!g_utf8_validate_len(text, length, &begin)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "%s is not UTF-8 text: look at its byte %" G_GSIZE_FORMAT, path,
                    (gsize)(begin - text));
        return NULL;
    }
    begin = g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text; /* a byte order mark */
    lines = g_strsplit(begin, "\n", -1);
    n = g_strv_length(lines);
    while (n > 0 && is_blank(lines[n - 1])) /* blank lines at the end are not labels */
        g_clear_pointer(&lines[--n], g_free);
    for (guint i = 0; i < n; i++)
        if (g_str_has_suffix(lines[i], "\r"))
            lines[i][strlen(lines[i]) - 1] = '\0';
    return lines;
}

char **
effnet_labels_load(const char *path, guint n_classes, GError **error)
{
    gsize length;
    g_autofree char *text = effnet_file_load(path, MAX_FILE, &length, error);
    g_auto(GStrv) lines = text ? effnet_labels_split(path, text, length, error) : NULL;

    if (!lines || effnet_labels_check(path, lines, n_classes, error))
        return g_steal_pointer(&lines);
    return NULL;
}

gboolean
effnet_labels_check(const char *path, char **labels, guint n_classes, GError **error)
{
    guint n = g_strv_length(labels);

    if (n == n_classes)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s has %u labels, the model %u classes", path, n, n_classes);
    return FALSE;
}
