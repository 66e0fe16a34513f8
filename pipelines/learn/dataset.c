/* SPDX-License-Identifier: BSD-2-Clause */
#include "dataset.h"

#include <stdlib.h>
#include <string.h>

#include <effnet/error.h>

#include "readfile.h"

#define MAX_LIST  (64u << 20) /* bytes */
#define MAX_FILES 1000000
#define MAX_DEPTH 16
#define MAX_LABEL 256 /* bytes */

/* A dataset that is being read. */
typedef struct {
    EffNetDataset *dataset;
    GHashTable *names; /* char * to itself: the labels so far */
} Reader;

static void
example_free(gpointer data)
{
    EffNetExample *example = data;

    g_free(example->path);
    g_free(example->labels);
    g_free(example);
}

void
effnet_dataset_free(EffNetDataset *dataset)
{
    g_free(dataset->source);
    g_ptr_array_unref(dataset->labels);
    g_ptr_array_unref(dataset->examples);
    g_free(dataset);
}

static EffNetDataset *
dataset_new(const char *source)
{
    EffNetDataset *dataset = g_new0(EffNetDataset, 1);

    dataset->source = g_strdup(source);
    dataset->labels = g_ptr_array_new_with_free_func(g_free);
    dataset->examples = g_ptr_array_new_with_free_func(example_free);
    return dataset;
}

static int
compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
compare_examples(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const EffNetExample *const *)a)->path,
                  (*(const EffNetExample *const *)b)->path);
}

static gboolean
check_label(const EffNetDataset *dataset, const char *label, GError **error)
{
    const char *what = NULL;

    if (*label == '\0')
        what = "a label without a letter";
    else if (!g_utf8_validate(label, -1, NULL))
        what = "a label that is not UTF-8";
    else if (strlen(label) > MAX_LABEL)
        what = "a label of more than 256 bytes";
    for (const char *c = label; !what && *c; c = g_utf8_next_char(c))
        if (g_unichar_iscntrl(g_utf8_get_char(c)))
            what = "a label with a control character in it";
    if (!what)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s has %s: \"%s\"", dataset->source,
                what, label);
    return FALSE;
}

/* Sets the labels of EXAMPLE to the indices of NAMES, which is NULL-terminated, in any order and
 * may contain duplicates. */
static void
set_labels(EffNetExample *example, const EffNetDataset *dataset, char **names)
{
    guint n = g_strv_length(names);

    qsort(names, n, sizeof *names, compare_strings);
    example->labels = g_new(guint, n);
    for (guint i = 0; i < n; i++) {
        char **found = bsearch(&names[i], dataset->labels->pdata, dataset->labels->len,
                               sizeof *names, compare_strings);
        guint index = (guint)(found - (char **)dataset->labels->pdata);

        if (i == 0 || index != example->labels[example->n_labels - 1])
            example->labels[example->n_labels++] = index;
    }
}

/* Takes ownership of PATH. */
static EffNetExample *
add_example(EffNetDataset *dataset, char *path)
{
    EffNetExample *example = g_new0(EffNetExample, 1);

    example->path = path;
    g_ptr_array_add(dataset->examples, example);
    return example;
}

static gboolean
fail_many(const EffNetDataset *dataset, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s has more than %u files",
                dataset->source, MAX_FILES);
    return FALSE;
}

static GDir *
open_folder(const char *path, GError **error)
{
    g_autoptr(GError) failure = NULL;
    GDir *dir = g_dir_open(path, 0, &failure);

    if (!dir)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s", failure->message);
    return dir;
}

/* Adds the files in FOLDER as examples of class LABEL. */
static gboolean
add_folder(EffNetDataset *dataset, const char *folder, guint label, guint depth, GError **error)
{
    g_autoptr(GDir) dir = open_folder(folder, error);
    const char *name;

    if (!dir)
        return FALSE;
    if (depth == MAX_DEPTH) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s is the %uth folder in another, or a link to one that it is in", folder,
                    MAX_DEPTH);
        return FALSE;
    }
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        EffNetExample *example;

        if (*name == '.')
            continue;
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            if (!add_folder(dataset, path, label, depth + 1, error))
                return FALSE;
            continue;
        }
        if (dataset->examples->len == MAX_FILES)
            return fail_many(dataset, error);
        example = add_example(dataset, g_steal_pointer(&path));
        example->n_labels = 1;
        example->labels = g_memdup2(&label, sizeof label);
    }
    return TRUE;
}

static gboolean
list_classes(EffNetDataset *dataset, GError **error)
{
    g_autoptr(GDir) dir = open_folder(dataset->source, error);
    const char *name;

    if (!dir)
        return FALSE;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(dataset->source, name, NULL);

        if (*name == '.' || !g_file_test(path, G_FILE_TEST_IS_DIR))
            continue;
        if (!check_label(dataset, name, error))
            return FALSE;
        g_ptr_array_add(dataset->labels, g_strdup(name));
    }
    g_ptr_array_sort(dataset->labels, compare_strings);
    if (dataset->labels->len > 0)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                "%s has no folders in it, of which each would be a class", dataset->source);
    return FALSE;
}

EffNetDataset *
effnet_dataset_open_folder(const char *folder, GError **error)
{
    g_autoptr(EffNetDataset) dataset = dataset_new(folder);

    if (!list_classes(dataset, error))
        return NULL;
    for (guint i = 0; i < dataset->labels->len; i++) {
        g_autofree char *path =
            g_build_filename(folder, (char *)g_ptr_array_index(dataset->labels, i), NULL);
        guint before = dataset->examples->len;

        if (!add_folder(dataset, path, i, 0, error))
            return NULL;
        if (dataset->examples->len == before) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                        "%s is a class without a picture", path);
            return NULL;
        }
    }
    g_ptr_array_sort(dataset->examples, compare_examples);
    return g_steal_pointer(&dataset);
}

/* The field at *TEXT, which moves to the field's end: a comma, the end of the line or of the text.
 * NULL if a quote is not closed, or is followed by something else. */
static char *
read_field(const char **text)
{
    g_autoptr(GString) field = g_string_new(NULL);
    const char *c = *text;

    if (*c != '"') {
        gsize n = strcspn(c, ",\n");

        *text = c + n;
        return g_strndup(c, n - (n > 0 && c[n - 1] == '\r' && c[n] != ','));
    }
    for (c++; *c && (*c != '"' || c[1] == '"'); c++) {
        c += *c == '"';
        g_string_append_c(field, *c);
    }
    if (*c != '"')
        return NULL;
    c += c[1] == '\r' ? 2 : 1;
    *text = c;
    return strchr(",\n", *c) ? g_strdup(field->str) : NULL;
}

static gboolean
add_names(Reader *reader, char **names, GError **error)
{
    for (char **name = names; *name; name++) {
        char *own;

        g_strstrip(*name);
        if (!check_label(reader->dataset, *name, error))
            return FALSE;
        if (g_hash_table_contains(reader->names, *name))
            continue;
        own = g_strdup(*name);
        g_hash_table_add(reader->names, own);
        g_ptr_array_add(reader->dataset->labels, own);
    }
    return TRUE;
}

/* The labels of a line, of which there may be none. */
static char **
split_labels(const char *labels)
{
    return *labels ? g_strsplit(labels, ";", -1) : g_new0(char *, 1);
}

/* Reads the line at *TEXT, and appends its labels, a char **, to LABELS, which has those of the
 * examples before. */
static gboolean
read_line(Reader *reader, const char **text, guint number, GPtrArray *labels, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(reader->dataset->source);
    g_autofree char *path = read_field(text), *of = NULL;
    char **names;

    if (path && **text == ',') {
        (*text)++;
        of = read_field(text);
    } else if (path && *path == '\0') {
        *text += **text == '\n';
        return TRUE; /* a blank line */
    }
    if (!of || **text == ',' || *path == '\0') {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "%s has in line %u something else than a path, a comma and labels",
                    reader->dataset->source, number);
        return FALSE;
    }
    *text += **text == '\n';
    if (number == 1 && g_ascii_strcasecmp(path, "path") == 0)
        return TRUE;
    if (reader->dataset->examples->len == MAX_FILES)
        return fail_many(reader->dataset, error);
    names = split_labels(of);
    g_ptr_array_add(labels, names);
    add_example(reader->dataset, g_path_is_absolute(path) ? g_steal_pointer(&path)
                                                          : g_build_filename(folder, path, NULL));
    return add_names(reader, names, error);
}

static gboolean
read_lines(Reader *reader, const char *text, GError **error)
{
    EffNetDataset *dataset = reader->dataset;
    g_autoptr(GPtrArray) labels = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);

    for (guint number = 1; *text; number++)
        if (!read_line(reader, &text, number, labels, error))
            return FALSE;
    if (dataset->labels->len == 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s names no picture with a label",
                    dataset->source);
        return FALSE;
    }
    g_ptr_array_sort(dataset->labels, compare_strings);
    for (guint i = 0; i < labels->len; i++) {
        EffNetExample *example = g_ptr_array_index(dataset->examples, i);

        set_labels(example, dataset, g_ptr_array_index(labels, i));
        dataset->multi |= example->n_labels != 1;
    }
    g_ptr_array_sort(dataset->examples, compare_examples);
    return TRUE;
}

EffNetDataset *
effnet_dataset_open_list(const char *list, GError **error)
{
    g_autoptr(EffNetDataset) dataset = dataset_new(list);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    Reader reader = {dataset, names};
    gsize n;
    g_autofree char *text = effnet_read_file(list, MAX_LIST, EFFNET_READ_FILE_ANY, &n, error);
    gboolean has_mark = text && g_str_has_prefix(text, "\xef\xbb\xbf");

    if (!text)
        return NULL;
    if (strlen(text) < n) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s is no text", list);
        return NULL;
    }
    return read_lines(&reader, text + (has_mark ? 3 : 0), error) ? g_steal_pointer(&dataset) : NULL;
}
