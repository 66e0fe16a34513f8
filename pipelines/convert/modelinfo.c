/* SPDX-License-Identifier: BSD-2-Clause */
#include "modelinfo.h"

#include <math.h>
#include <string.h>

#include "checkpoint/file.h"

#define SUFFIX   ".modelinfo"
#define MAX_FILE ((gsize)1 << 20)
#define CHANNELS 3

/* NULL: there is none. */
static char *
find(const char *model)
{
    char *path = g_strconcat(model, SUFFIX, NULL);
    const char *dot = strrchr(model, '.');

    if (!g_file_test(path, G_FILE_TEST_EXISTS) && dot && !strchr(dot, '/')) {
        g_free(path);
        path = g_strdup_printf("%.*s" SUFFIX, (int)(dot - model), model);
    }
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        g_clear_pointer(&path, g_free);
    return path;
}

/* The group of the model's input, for g_free(); NULL: there is none. */
static char *
find_input(GKeyFile *file)
{
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

    for (guint i = 0; groups[i]; i++) {
        g_autofree char *dir = g_key_file_get_string(file, groups[i], "dir", NULL);

        if (g_strcmp0(dir, "input") == 0)
            return g_strdup(groups[i]);
    }
    return NULL;
}

/* "MIN,MAX", to which pixels of 0 to 255 are to be taken. */
static gboolean
parse_range(const char *text, double *scale, double *offset)
{
    char *comma, *end;
    double least = g_ascii_strtod(text, &comma), most;

    if (comma == text || *comma != ',')
        return FALSE;
    most = g_ascii_strtod(comma + 1, &end);
    *scale = (most - least) / 255;
    *offset = least;
    return end != comma + 1 && end[strspn(end, " ")] == '\0' && isfinite(*scale) &&
           isfinite(*offset) && *scale > 0;
}

/* One range for all channels, or one for each. */
static gboolean
parse_ranges(const char *text, double scale[CHANNELS], double offset[CHANNELS])
{
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    guint n = g_strv_length(parts);

    if (n > 1 && !*g_strstrip(parts[n - 1]))
        n--;
    if (n != 1 && n != CHANNELS)
        return FALSE;
    for (guint i = 0; i < CHANNELS; i++)
        if (!parse_range(parts[n == 1 ? 0 : i], &scale[i], &offset[i]))
            return FALSE;
    return TRUE;
}

static gboolean
apply(EffNetGraph *graph, GKeyFile *file, const char *path, GError **error)
{
    g_autofree char *input = find_input(file);
    g_autofree char *type = input ? g_key_file_get_string(file, input, "type", NULL) : NULL;
    g_autofree char *ranges = input ? g_key_file_get_string(file, input, "ranges", NULL) : NULL;
    g_autofree char *caps = input ? g_key_file_get_string(file, input, "caps", NULL) : NULL;
    double scale[CHANNELS], offset[CHANNELS];

    if (caps && strstr(caps, "BGR"))
        return effnet_graph_fail(graph, error,
                                 "comes with %s, by which it takes pixels in the order BGR, where "
                                 "RGB was expected",
                                 path);
    /* Such files are for elements that take frames of the network's size. */
    graph->is_uncropped = TRUE;
    /* What bytes mean is in the model itself. */
    if (g_strcmp0(type, "float32") != 0)
        return TRUE;
    if (!parse_ranges(ranges ? ranges : "0,255", scale, offset))
        return effnet_graph_fail(graph, error,
                                 "comes with %s, whose ranges are not MIN,MAX of all channels or, "
                                 "with semicolons between them, of each of three",
                                 path);
    for (guint i = 0; i < CHANNELS; i++) {
        graph->offset[i] += graph->scale[i] * offset[i];
        graph->scale[i] *= scale[i];
    }
    graph->is_normalised = graph->reads_bytes = TRUE;
    return TRUE;
}

gboolean
effnet_modelinfo_apply(EffNetGraph *graph, GError **error)
{
    g_autofree char *path = graph->is_packed ? NULL : find(graph->path);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) reason = NULL;
    char *data;
    gsize n;

    if (path == NULL)
        return TRUE;
    data = effnet_file_load(path, MAX_FILE, &n, error);
    if (data == NULL)
        return FALSE;
    g_hash_table_insert(graph->files, g_path_get_basename(path), g_bytes_new_take(data, n));
    if (!g_key_file_load_from_data(file, data, n, G_KEY_FILE_NONE, &reason))
        return effnet_graph_fail(graph, error, "comes with %s, which cannot be read: %s", path,
                                 reason->message);
    return apply(graph, file, path, error);
}
