/* SPDX-License-Identifier: BSD-2-Clause */
#include "checkpoint/safetensors_writer.h"

#include <string.h>

#include <glib/gstdio.h>

#include "../support.h"

#define KEY  "a \"key\""
#define NAME "\\ \xc3\xa9\n"

static const float floats[] = {1, -2.5f, 3, 1e-30f, 5, 6};
static const gint8 bytes[] = {-127, 0, 127, 1, 2};

static EffNetSafetensorsWriter *
make_writer(void)
{
    EffNetSafetensorsWriter *writer = effnet_safetensors_writer_new();

    effnet_safetensors_writer_set_metadata(writer, KEY, "\xf0\x9f\x8c\xb8 {\"a\\b\": \"\t\"}");
    effnet_safetensors_writer_set_metadata(writer, "other", "");
    effnet_safetensors_writer_add(writer, NAME, EFFNET_DTYPE_I8, 1, (guint64[]){5},
                                  g_bytes_new_static(bytes, sizeof bytes));
    effnet_safetensors_writer_add(writer, "b", EFFNET_DTYPE_F32, 2, (guint64[]){2, 3},
                                  g_bytes_new(floats, sizeof floats));
    effnet_safetensors_writer_add(writer, "none", EFFNET_DTYPE_F32, 2, (guint64[]){0, 3},
                                  g_bytes_new_static(NULL, 0));
    return writer;
}

/* The reader reads what the writer wrote. */
static void
test_read(void)
{
    g_autoptr(EffNetSafetensorsWriter) writer = make_writer();
    g_autofree char *path = g_build_filename(support_folder(), "w.safetensors", NULL);
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;
    const EffNetTensor *tensor;
    float values[6];

    g_assert_true(effnet_safetensors_writer_finish(writer, path, NULL));
    checkpoint = effnet_checkpoint_open(path, NULL);
    g_assert_nonnull(checkpoint);
    g_assert_cmpuint(effnet_checkpoint_get_n_tensors(checkpoint), ==, 3);
    g_assert_cmpstr(effnet_checkpoint_get_metadata(checkpoint, KEY), ==,
                    "\xf0\x9f\x8c\xb8 {\"a\\b\": \"\t\"}");
    g_assert_cmpstr(effnet_checkpoint_get_metadata(checkpoint, "other"), ==, "");
    tensor = effnet_checkpoint_find(checkpoint, "b");
    g_assert_cmpuint(tensor->n_dims, ==, 2);
    g_assert_cmpuint(tensor->dims[0], ==, 2);
    g_assert_cmpuint(tensor->dims[1], ==, 3);
    g_assert_true(effnet_checkpoint_read(checkpoint, tensor, values, NULL));
    g_assert_cmpmem(values, sizeof values, floats, sizeof floats);
    tensor = effnet_checkpoint_find(checkpoint, NAME);
    g_assert_cmpint(tensor->dtype, ==, EFFNET_DTYPE_I8);
    g_assert_cmpuint(tensor->dims[0], ==, 5);
}

/* The whole file, byte by byte, as other programs expect it: the header is padded to a multiple of
 * 8. */
static void
test_bytes(void)
{
    static const char expected[] = "{\"__metadata__\": {}, \"a\": {\"dtype\": \"I8\", \"shape\": "
                                   "[5], \"data_offsets\": [0, 5]}}";
    g_autoptr(EffNetSafetensorsWriter) writer = effnet_safetensors_writer_new();
    g_autofree char *path = g_build_filename(support_folder(), "b.safetensors", NULL);
    g_autofree char *content = NULL;
    gsize length, padded = (sizeof expected - 1 + 7) / 8 * 8;

    effnet_safetensors_writer_add(writer, "a", EFFNET_DTYPE_I8, 1, (guint64[]){5},
                                  g_bytes_new_static(bytes, sizeof bytes));
    g_assert_true(effnet_safetensors_writer_finish(writer, path, NULL));
    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    g_assert_cmpuint(length, ==, 8 + padded + sizeof bytes);
    g_assert_cmpmem(content, 8, ((guint8[8]){padded}), 8);
    g_assert_cmpmem(content + 8, sizeof expected - 1, expected, sizeof expected - 1);
    g_assert_cmpmem(content + 8 + padded, sizeof bytes, bytes, sizeof bytes);
}

/* If the file cannot be written, nothing of it is left, and an existing one stays. */
static void
test_errors(void)
{
    g_autoptr(EffNetSafetensorsWriter) writer = make_writer();
    g_autofree char *folder = g_build_filename(support_folder(), "folder", NULL);
    g_autofree char *inside = g_build_filename(folder, "a", NULL);
    g_autoptr(GDir) dir = NULL;
    const char *name;
    GError *error = NULL;

    g_assert_cmpint(g_mkdir_with_parents(inside, 0700), ==, 0);
    g_assert_false(effnet_safetensors_writer_finish(writer, inside, &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "folder/a cannot be written: ");
    g_assert_false(effnet_safetensors_writer_finish(writer, "/nonexistent/a", &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "/nonexistent/a cannot be written: ");
    dir = g_dir_open(folder, 0, NULL);
    name = g_dir_read_name(dir);
    g_assert_cmpstr(name, ==, "a");
    g_assert_null(g_dir_read_name(dir));
    g_assert_cmpint(g_rmdir(inside), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/safetensors-writer/read", test_read);
    g_test_add_func("/model/safetensors-writer/bytes", test_bytes);
    g_test_add_func("/model/safetensors-writer/errors", test_errors);
    return g_test_run();
}
