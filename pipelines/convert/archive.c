/* SPDX-License-Identifier: BSD-2-Clause */
#include "archive.h"

#include <string.h>

#include <effnet/error.h>
#include <gio/gio.h>

#include "checkpoint/zip.h"
#include "recognise/labels.h"

#define LABELS     "labels.txt"
#define MAX_LABELS ((gsize)16 << 20)
/* No file is compressed to less than this part of its size. */
#define MAX_RATIO 1032

static gboolean
is_model(const char *name)
{
    static const char *const suffixes[] = {".h5", ".hdf5", ".keras", ".onnx", ".tflite"};

    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (!strchr(name, '/') && g_str_has_suffix(name, suffixes[i]))
            return TRUE;
    return FALSE;
}

/* The only model's name; NULL with the error set. */
static const char *
find_model(const EffNetZip *zip, const char *path, GError **error)
{
    const char *found = NULL;

    for (guint i = 0; i < effnet_zip_get_n_entries(zip); i++) {
        const char *name = effnet_zip_get_name(zip, i);

        if (!is_model(name))
            continue;
        if (found) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                        "%s has both %s and %s in it: unpack it, and name one of them", path, found,
                        name);
            return NULL;
        }
        found = name;
    }
    if (!found)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "%s is a zip file without a Keras (.h5, .keras), ONNX or TFLite file in it",
                    path);
    return found;
}

/* Unpacks the N bytes at FROM, which become SIZE; NULL if they do not. */
static char *
inflate(const char *from, gsize n, gsize size)
{
    g_autoptr(GZlibDecompressor) inflater = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW);
    g_autofree char *to = g_try_malloc(size + 1);
    GConverterResult result = G_CONVERTER_CONVERTED;
    gsize done = 0, taken = 0;

    while (to && result == G_CONVERTER_CONVERTED && done <= size) {
        gsize read = 0, written = 0;

        result =
            g_converter_convert(G_CONVERTER(inflater), from + taken, n - taken, to + done,
                                size + 1 - done, G_CONVERTER_INPUT_AT_END, &read, &written, NULL);
        taken += read;
        done += written;
    }
    if (!to || result != G_CONVERTER_FINISHED || done != size)
        return NULL;
    to[size] = '\0';
    return g_steal_pointer(&to);
}

static char *
copy(const char *from, gsize n)
{
    char *to = g_try_malloc(n + 1);

    if (!to)
        return NULL;
    memcpy(to, from, n);
    to[n] = '\0';
    return to;
}

/* The content of the file NAME in ZIP, whose bytes are the N at DATA, followed by a NUL. */
static char *
unpack(const EffNetZip *zip, const char *path, const char *name, const char *data, gsize n,
       gsize limit, gsize *size, GError **error)
{
    EffNetZipMember member;
    char *content = NULL;

    if (!effnet_zip_find(zip, name, &member, error))
        return NULL;
    if (member.is_encrypted || member.size > limit ||
        member.size / MAX_RATIO > member.stored_size ||
        !effnet_range_fits(member.offset, member.stored_size, n)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s has %s in it %s", path, name,
                    member.is_encrypted   ? "encrypted"
                    : member.size > limit ? "larger than such files are"
                                          : "damaged");
        return NULL;
    }
    *size = member.size;
    if (member.method == EFFNET_ZIP_DEFLATED)
        content = inflate(data + member.offset, member.stored_size, *size);
    else if (member.method == EFFNET_ZIP_STORED && member.stored_size == member.size)
        content = copy(data + member.offset, *size);
    if (!content)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s has %s in it damaged", path,
                    name);
    return content;
}

/* Removes the index that is before each of Teachable Machine's labels. */
static void
remove_indices(char **lines)
{
    for (guint i = 0; lines[i]; i++) {
        g_autofree char *index = g_strdup_printf("%u ", i);

        if (!g_str_has_prefix(lines[i], index))
            return;
    }
    for (guint i = 0; lines[i]; i++) {
        char *space = strchr(lines[i], ' ');

        memmove(lines[i], space + 1, strlen(space));
    }
}

static gboolean
read_labels(const EffNetZip *zip, const char *path, const char *data, gsize n, char ***labels,
            GError **error)
{
    g_autofree char *name = g_strconcat(path, ": " LABELS, NULL), *text = NULL;
    gsize size;

    if (!effnet_zip_contains(zip, LABELS))
        return TRUE;
    text = unpack(zip, path, LABELS, data, n, MAX_LABELS, &size, error);
    *labels = text ? effnet_labels_split(name, text, size, error) : NULL;
    if (!*labels)
        return FALSE;
    remove_indices(*labels);
    return TRUE;
}

gboolean
effnet_archive_open(const char *path, char **data, gsize *n, gsize limit, char ***labels,
                    GError **error)
{
    g_autoptr(EffNetFile) file = effnet_file_open(path, error);
    g_autoptr(EffNetZip) zip = file ? effnet_zip_open(file, error) : NULL;
    g_autofree char *content = NULL;
    const char *model;
    gsize size;

    *labels = NULL;
    if (!zip || effnet_zip_contains(zip, "model.weights.h5"))
        return zip != NULL;
    model = find_model(zip, path, error);
    content = model ? unpack(zip, path, model, *data, *n, limit, &size, error) : NULL;
    if (!content || !read_labels(zip, path, *data, *n, labels, error))
        return FALSE;
    g_free(*data);
    *data = g_steal_pointer(&content);
    *n = size;
    return TRUE;
}
