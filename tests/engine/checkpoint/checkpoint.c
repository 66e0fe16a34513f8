/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "../support.h"

static void
test_unreadable(void)
{
    g_autofree char *empty = support_write_text("empty", "");
    GError *error = NULL;

    g_assert_null(effnet_checkpoint_open(empty, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "is empty");
    g_assert_null(effnet_checkpoint_open(support_folder(), &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "is a folder");
}

/* A header of N tensors, or of one whose name has LENGTH bytes. Each tensor takes many times its
 * size in the file, and a long name loses prefix after prefix. */
static GByteArray *
write_header(guint n, guint length)
{
    g_autoptr(GString) header = g_string_new("{");

    for (guint i = 0; i < n; i++) {
        g_string_append_printf(header, "%s\"%x", i ? "," : "", i);
        for (guint at = 0; at < length; at += 6)
            g_string_append(header, "model.");
        g_string_append(header, "\":{\"dtype\":\"X\",\"shape\":[],\"data_offsets\":[0,0]}");
    }
    g_string_append(header, "}");
    return support_safetensors(header->str, NULL, 0);
}

static void
test_bounds(void)
{
    g_autoptr(GByteArray) many = write_header(33000, 0), wide = write_header(1, 2 << 20);
    g_autoptr(GByteArray) content = g_byte_array_new(), pickle = NULL, bytes = NULL;
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;
    GError *error = NULL;

    checkpoint = effnet_checkpoint_open(support_hold(many->data, many->len), &error);
    g_assert_no_error(error);
    g_assert_cmpuint(effnet_checkpoint_get_n_tensors(checkpoint), ==, 33000);
    g_assert_null(effnet_checkpoint_open(support_hold(wide->data, wide->len), &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "whose name has 2097157 bytes, at most 1024");
    support_add_text(content, "}(");
    support_pickle_string(content, "a");
    support_pickle_tensor(content, &(SupportTensor){.n_elements = 1});
    support_add_text(content, "q\1uq\2");
    for (guint i = 0; i < 70000; i++) { /* the same tensor under the same name, many times */
        support_add_text(content, "(U\1a");
        support_add_text(content, "h\1u");
    }
    pickle = support_pickle(content);
    bytes = support_pth_zip(pickle, &(float){0}, sizeof(float));
    g_assert_null(effnet_checkpoint_open(support_hold(bytes->data, bytes->len), &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "has more than 65536 tensors");
}

/* Reads TENSOR, over a storage of DATA, as float32. */
static float *
read_tensor(SupportTensor *tensor, const void *data, guint element_size)
{
    g_autoptr(GByteArray) content = g_byte_array_new(), pickle = NULL, bytes = NULL;
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;
    g_autofree char *path = NULL;
    gsize n = 1;
    float *values;

    tensor->name = "a";
    support_pickle_dict(content, tensor, 1);
    pickle = support_pickle(content);
    bytes = support_pth_zip(pickle, data, element_size * tensor->n_elements);
    path = support_write_bytes("read.pth", bytes);
    checkpoint = effnet_checkpoint_open(path, NULL);
    g_assert_nonnull(checkpoint);
    for (guint i = 0; i < tensor->n_dims; i++)
        n *= tensor->dims[i];
    values = g_new(float, n);
    g_assert_true(
        effnet_checkpoint_read(checkpoint, effnet_checkpoint_find(checkpoint, "a"), values, NULL));
    return values;
}

/* Tensors larger than what is read at once, dense and transposed, of every type. */
static void
test_read(void)
{
    static const struct {
        const char *storage;
        guint size;
    } types[] = {{"Float", 4}, {"Double", 8}, {"BFloat16", 2}, {"Half", 2}};
    const guint rows = 300, columns = 500, n = rows * columns;

    for (gsize t = 0; t < G_N_ELEMENTS(types); t++) {
        g_autofree guint8 *data = g_malloc0(n * types[t].size);
        g_autofree float *dense = NULL, *transposed = NULL;
        SupportTensor tensor = {.storage = types[t].storage, .n_elements = n, .n_dims = 2};

        for (guint i = 0; i < n; i++) {
            float f = (float)(i % 251);
            double d = f;

            if (types[t].size == 8)
                memcpy(data + 8 * i, &d, 8);
            else if (types[t].size == 4)
                memcpy(data + 4 * i, &f, 4);
            else
                data[2 * i] = (guint8)(i % 251); /* a subnormal */
        }
        tensor.dims[0] = rows, tensor.dims[1] = columns;
        tensor.strides[0] = columns, tensor.strides[1] = 1;
        dense = read_tensor(&tensor, data, types[t].size);
        tensor.strides[0] = 1, tensor.strides[1] = rows;
        transposed = read_tensor(&tensor, data, types[t].size);
        for (guint i = 0; i < rows; i++)
            for (guint j = 0; j < columns; j++) {
                float scale = dense[1];

                g_assert_true(scale > 0);
                g_assert_cmpfloat(dense[i * columns + j], ==, (i * columns + j) % 251 * scale);
                g_assert_cmpfloat(transposed[i * columns + j], ==, (j * rows + i) % 251 * scale);
            }
    }
}

/* Strides that overlap: the file is read once, not once per row. */
static void
test_overlap(void)
{
    const guint n = 200000;
    g_autofree float *data = g_new(float, n), *values = NULL;
    SupportTensor tensor = {
        .n_elements = n, .n_dims = 2, .dims = {1000, 3}, .strides = {50, 50000}};

    for (guint i = 0; i < n; i++)
        data[i] = (float)i;
    values = read_tensor(&tensor, data, 4);
    g_assert_cmpfloat(values[3 * 999 + 2], ==, 999 * 50 + 2 * 50000);
    g_free(values);
    tensor.strides[0] = 50000, tensor.strides[1] = 49999, tensor.dims[0] = 2;
    values = read_tensor(&tensor, data, 4);
    g_assert_cmpfloat(values[5], ==, 50000 + 2 * 49999);
}

static void
test_integers(void)
{
    g_autoptr(GByteArray) bytes = support_safetensors(
        "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", "01234567", 8);
    g_autofree char *path = support_write_bytes("integers", bytes);
    g_autoptr(EffNetCheckpoint) checkpoint = effnet_checkpoint_open(path, NULL);
    GError *error = NULL;
    float value;

    g_assert_false(effnet_checkpoint_read(checkpoint, effnet_checkpoint_get_tensor(checkpoint, 0),
                                          &value, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "a tensor a of integers");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/checkpoint/checkpoint/unreadable", test_unreadable);
    g_test_add_func("/checkpoint/checkpoint/bounds", test_bounds);
    g_test_add_func("/checkpoint/checkpoint/read", test_read);
    g_test_add_func("/checkpoint/checkpoint/overlap", test_overlap);
    g_test_add_func("/checkpoint/checkpoint/integers", test_integers);
    return g_test_run();
}
