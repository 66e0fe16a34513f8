/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "recognise/layers.h"
#include "support.h"

void
support_check_error(GError **error, gint code, const char *part)
{
    g_assert_nonnull(*error);
    g_assert_cmpuint((*error)->domain, ==, EFFNET_ERROR);
    if (!strstr((*error)->message, part))
        g_error("\"%s\" has no \"%s\"", (*error)->message, part);
    g_assert_cmpint((*error)->code, ==, code);
    g_assert_null(strchr((*error)->message, '\n'));
    g_assert_true(g_utf8_validate((*error)->message, -1, NULL));
    g_clear_error(error);
}

static char *folder;

static void
remove_folder(void)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        g_remove(path);
    }
    g_dir_close(dir);
    g_rmdir(folder);
    g_free(folder);
}

const char *
support_folder(void)
{
    if (!folder) {
        folder = g_dir_make_tmp("effnet-test-XXXXXX", NULL);
        g_assert_nonnull(folder);
        atexit(remove_folder);
    }
    return folder;
}

char *
support_write(const char *name, const void *data, gsize n)
{
    char *path = g_build_filename(support_folder(), name, NULL);
    FILE *file = g_fopen(path, "wb");

    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(data, 1, n, file), ==, n);
    g_assert_cmpint(fclose(file), ==, 0);
    return path;
}

const char *
support_hold(const void *data, gsize n)
{
    static char path[32];
    static int fd = -1;

    if (fd < 0) {
        fd = memfd_create("checkpoint", MFD_CLOEXEC);
        g_assert_cmpint(fd, >=, 0);
        g_snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    g_assert_cmpint(ftruncate(fd, 0), ==, 0);
    g_assert_cmpint(pwrite(fd, data, n, 0), ==, (gssize)n);
    return path;
}

char *
support_write_bytes(const char *name, const GByteArray *bytes)
{
    return support_write(name, bytes->data, bytes->len);
}

char *
support_write_text(const char *name, const char *text)
{
    return support_write(name, text, strlen(text));
}

void
support_add(GByteArray *bytes, const void *data, gsize n)
{
    if (n > 0)
        g_byte_array_append(bytes, data, (guint)n);
}

void
support_add_text(GByteArray *bytes, const char *text)
{
    support_add(bytes, text, strlen(text));
}

void
support_add_number(GByteArray *bytes, guint64 number, guint n_bytes)
{
    for (guint i = 0; i < n_bytes; i++) {
        guint8 byte = (guint8)(i < 8 ? number >> (8 * i) : 0);

        support_add(bytes, &byte, 1);
    }
}

GByteArray *
support_safetensors(const char *text, const void *data, gsize n_data)
{
    GByteArray *bytes = g_byte_array_new();

    support_add_number(bytes, strlen(text), 8);
    support_add_text(bytes, text);
    support_add(bytes, data, n_data);
    return bytes;
}

void
support_pickle_string(GByteArray *bytes, const char *text)
{
    support_add_text(bytes, "X");
    support_add_number(bytes, strlen(text), 4);
    support_add_text(bytes, text);
}

void
support_pickle_integer(GByteArray *bytes, guint64 number)
{
    support_add_text(bytes, "\x8a\x09"); /* LONG1 of 9 bytes: 64 bits and a sign */
    bytes->data[bytes->len - 1] = number >> 63 ? 9 : 8;
    support_add_number(bytes, number, number >> 63 ? 9 : 8);
}

void
support_pickle_integers(GByteArray *bytes, const guint64 *numbers, guint n)
{
    support_add_text(bytes, "(");
    for (guint i = 0; i < n; i++)
        support_pickle_integer(bytes, numbers[i]);
    support_add_text(bytes, "t");
}

void
support_pickle_tensor(GByteArray *bytes, const SupportTensor *tensor)
{
    g_autofree char *storage =
        g_strdup_printf("ctorch\n%sStorage\n", tensor->storage ? tensor->storage : "Float");

    support_add_text(bytes, "ctorch._utils\n_rebuild_tensor_v2\n((");
    support_pickle_string(bytes, "storage");
    support_add_text(bytes, storage);
    support_pickle_string(bytes, tensor->key ? tensor->key : "0");
    support_pickle_string(bytes, "cpu");
    support_pickle_integer(bytes, tensor->n_elements);
    support_add_text(bytes, "tQ");
    support_pickle_integer(bytes, tensor->offset);
    support_pickle_integers(bytes, tensor->dims, tensor->n_dims);
    support_pickle_integers(bytes, tensor->strides, tensor->n_dims);
    support_add_text(bytes, "\x89"
                            "ccollections\nOrderedDict\n)RtR");
}

void
support_pickle_dict(GByteArray *bytes, const SupportTensor *tensors, guint n)
{
    support_add_text(bytes, "}(");
    for (guint i = 0; i < n; i++) {
        support_pickle_string(bytes, tensors[i].name);
        support_pickle_tensor(bytes, &tensors[i]);
    }
    support_add_text(bytes, "u");
}

GByteArray *
support_pickle(const GByteArray *content)
{
    GByteArray *bytes = g_byte_array_new();

    support_add_text(bytes, "\x80\x02");
    support_add(bytes, content->data, content->len);
    support_add_text(bytes, ".");
    return bytes;
}

GByteArray *
support_pickle_expand(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "%", -1);
    g_autoptr(GByteArray) content = g_byte_array_new();

    for (guint i = 0; parts[i]; i++) {
        const SupportTensor tensor = {
            .name = parts[i], .n_elements = 8, .n_dims = 4, .dims = {1, 1, 1, 1}};

        if (i % 2 == 0)
            support_add_text(content, parts[i]);
        else
            support_pickle_dict(content, &tensor, 1);
    }
    return support_pickle(content);
}

SupportZip *
support_zip_new(void)
{
    SupportZip *zip = g_new0(SupportZip, 1);

    zip->file = g_byte_array_new();
    zip->directory = g_byte_array_new();
    return zip;
}

void
support_zip_add(SupportZip *zip, const char *name, const void *data, gsize n, guint method)
{
    guint local = zip->file->len;

    support_add_number(zip->file, 0x04034b50, 4);
    support_add_number(zip->file, 20, 2);
    support_add_number(zip->file, 0, 2);
    support_add_number(zip->file, method, 2);
    support_add_number(zip->file, 0, 8); /* time, checksum */
    support_add_number(zip->file, n, 4);
    support_add_number(zip->file, n, 4);
    support_add_number(zip->file, strlen(name), 2);
    support_add_number(zip->file, 4, 2); /* an extra field, as torch aligns with */
    support_add_text(zip->file, name);
    support_add(zip->file, "FB\0\0", 4);
    support_add(zip->file, data, n);

    support_add_number(zip->directory, 0x02014b50, 4);
    support_add_number(zip->directory, 20, 2);
    support_add_number(zip->directory, 20, 2);
    support_add_number(zip->directory, 0, 2);
    support_add_number(zip->directory, method, 2);
    support_add_number(zip->directory, 0, 8);
    support_add_number(zip->directory, n, 4);
    support_add_number(zip->directory, n, 4);
    support_add_number(zip->directory, strlen(name), 2);
    support_add_number(zip->directory, 0, 12); /* extra, comment, disk, attributes */
    support_add_number(zip->directory, local, 4);
    support_add_text(zip->directory, name);
    zip->n_entries++;
}

GByteArray *
support_zip_end(SupportZip *zip, gboolean zip64)
{
    GByteArray *file = zip->file;
    guint begin = file->len, size = zip->directory->len, end64 = begin + size;

    support_add(file, zip->directory->data, zip->directory->len);
    if (zip64) {
        support_add_number(file, 0x06064b50, 4);
        support_add_number(file, 44, 8);
        support_add_number(file, 0, 12);
        support_add_number(file, zip->n_entries, 8);
        support_add_number(file, zip->n_entries, 8);
        support_add_number(file, size, 8);
        support_add_number(file, begin, 8);
        support_add_number(file, 0x07064b50, 4);
        support_add_number(file, 0, 4);
        support_add_number(file, end64, 8);
        support_add_number(file, 1, 4);
    }
    support_add_number(file, 0x06054b50, 4);
    support_add_number(file, 0, 4);
    support_add_number(file, zip64 ? 0xffff : zip->n_entries, 2);
    support_add_number(file, zip64 ? 0xffff : zip->n_entries, 2);
    support_add_number(file, zip64 ? 0xffffffff : size, 4);
    support_add_number(file, zip64 ? 0xffffffff : begin, 4);
    support_add_number(file, 0, 2);
    g_byte_array_unref(zip->directory);
    g_free(zip);
    return file;
}

GByteArray *
support_pth_zip(const GByteArray *pickle, const void *data, gsize n)
{
    SupportZip *zip = support_zip_new();

    support_zip_add(zip, "net/data.pkl", pickle->data, pickle->len, 0);
    support_zip_add(zip, "net/byteorder", "little", 6, 0);
    support_zip_add(zip, "net/data/0", data, n, 0);
    return support_zip_end(zip, FALSE);
}

GByteArray *
support_pth_legacy(const GByteArray *pickle, const void *data, guint element_size, gsize n)
{
    GByteArray *file = g_byte_array_new();

    support_add_text(file, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.");
    support_add_text(file, "\x80\x02M\xe9\x03.\x80\x02}");
    support_pickle_string(file, "little_endian");
    support_add_text(file, "\x88s.");
    support_add(file, pickle->data, pickle->len);
    support_add_text(file, "\x80\x02](");
    support_pickle_string(file, "0");
    support_add_text(file, "e.");
    support_add_number(file, n / element_size, 8);
    support_add(file, data, n);
    return file;
}

static void
add_part(GByteArray *dict, const EffNetNaming *naming, const EffNetLayer *layer, EffNetPart part,
         void (*edit)(SupportTensor *tensor))
{
    g_autofree char *name = effnet_naming_tensor(naming, layer, part);
    gboolean classifier = layer->role == EFFNET_ROLE_CLASSIFIER;
    SupportTensor tensor = {.name = name, .n_elements = 1, .n_dims = 1};

    tensor.dims[0] = layer->out_channels;
    if (part == EFFNET_PART_WEIGHT) {
        tensor.n_dims = classifier ? 2 : 4;
        tensor.dims[1] = effnet_layer_stored_channels(layer);
        tensor.dims[2] = tensor.dims[3] = layer->kernel;
    }
    if (edit)
        edit(&tensor);
    if (tensor.n_dims > 8)
        return;
    support_pickle_string(dict, tensor.name);
    support_pickle_tensor(dict, &tensor);
}

static gboolean
names_all(const EffNetNaming *naming, const EffNetNetwork *network)
{
    for (guint i = 0; i < network->n_layers; i++) {
        const EffNetLayer *layer = &network->layers[i];
        g_autofree char *name = effnet_naming_module(naming, layer, FALSE);

        if (effnet_layer_has_weights(layer) && !name)
            return FALSE;
    }
    return TRUE;
}

/* The naming NAME that has all layers of NETWORK. */
static const EffNetNaming *
naming_of(const char *name, const EffNetNetwork *network)
{
    for (gsize i = 0; effnet_namings[i]; i++)
        if (g_str_equal(effnet_namings[i]->name, name) && names_all(effnet_namings[i], network))
            return effnet_namings[i];
    g_assert_not_reached();
}

char *
support_network(const char *file, const char *naming, const char *arch, guint in_channels,
                guint n_classes, float value, void (*edit)(SupportTensor *tensor))
{
    g_autoptr(EffNetArch) known = effnet_arch_new(arch, NULL);
    g_autoptr(EffNetNetwork) network =
        effnet_network_new(known, 224, in_channels, n_classes, EFFNET_PADDING_SAME);
    g_autoptr(GByteArray) dict = g_byte_array_new(), pickle = NULL, bytes = NULL;
    const EffNetNaming *names = naming_of(naming, network);

    support_add_text(dict, "}(");
    for (guint i = 0; i < network->n_layers; i++)
        for (EffNetPart part = EFFNET_PART_WEIGHT; part <= EFFNET_PART_NORM_VARIANCE; part++) {
            const EffNetLayer *layer = &network->layers[i];

            if (effnet_layer_has(layer, part))
                add_part(dict, names, layer, part, edit);
        }
    support_add_text(dict, "u");
    pickle = support_pickle(dict);
    bytes = support_pth_zip(pickle, &value, sizeof value);
    return support_write_bytes(file, bytes);
}
