/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/inputs.h"

#include <string.h>
#include <unistd.h>

#include <effnet/error.h>
#include <glib/gstdio.h>

static char *
write_list(const char *bytes, gssize n)
{
    g_autoptr(GError) error = NULL;
    char *path = NULL;

    close(g_file_open_tmp("effnet-XXXXXX", &path, NULL));
    g_file_set_contents(path, bytes, n, &error);
    g_assert_no_error(error);
    return path;
}

static void
test_names(void)
{
    g_autofree char *path = write_list("a.jpg\n\nb\"c.jpg", -1);
    g_autoptr(EffNetInputs) inputs = effnet_inputs_new(path, FALSE, NULL);
    static const char *const names[] = {"a.jpg", "", "b\"c.jpg"};
    g_autoptr(GString) name = g_string_new(NULL);
    GError *error = NULL;
    guint64 index;

    g_assert_cmpuint(effnet_inputs_count(inputs), ==, 3);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_true(effnet_inputs_next(inputs, name, &index, &error));
        g_assert_cmpstr(name->str, ==, names[i]);
        g_assert_cmpuint(index, ==, i);
    }
    g_assert_false(effnet_inputs_next(inputs, name, &index, &error));
    g_assert_no_error(error);
    g_unlink(path);
}

static void
test_count(void)
{
    static const struct {
        const char *bytes;
        gssize n;
        gboolean is_zero;
        guint64 count;
    } lists[] = {{"", 0, FALSE, 0},       {"\n", 1, FALSE, 1},      {"a\nb", 3, FALSE, 2},
                 {"a\nb\n", 4, FALSE, 2}, {"a\n\0b\0", 5, TRUE, 2}, {"a\0b", 3, TRUE, 2}};

    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autofree char *path = write_list(lists[i].bytes, lists[i].n);
        g_autoptr(EffNetInputs) inputs = effnet_inputs_new(path, lists[i].is_zero, NULL);

        g_assert_cmpuint(effnet_inputs_count(inputs), ==, lists[i].count);
        g_unlink(path);
    }
}

/* As much as a name may have, and no more. */
static void
test_long_name(void)
{
    g_autofree char *bytes = g_strnfill(1000000, 'x'), *path = write_list(bytes, -1);
    g_autoptr(EffNetInputs) inputs = effnet_inputs_new(path, FALSE, NULL);
    g_autoptr(GString) name = g_string_new(NULL);
    guint64 index;

    g_assert_true(effnet_inputs_next(inputs, name, &index, NULL));
    g_assert_cmpuint(name->len, ==, 65536);
    g_assert_false(effnet_inputs_next(inputs, name, &index, NULL));
    g_unlink(path);
}

static void
test_unreadable(void)
{
    g_autoptr(EffNetInputs) folder = effnet_inputs_new(g_get_tmp_dir(), FALSE, NULL);
    g_autoptr(GString) name = g_string_new(NULL);
    GError *error = NULL;
    guint64 index;

    g_assert_null(effnet_inputs_new("/nonexistent/list", FALSE, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(effnet_inputs_next(folder, name, &index, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
    g_clear_error(&error);
}

static void
test_nul_in_name(void)
{
    g_autofree char *path = write_list("a.jpg\nb.jpg\0c.jpg\0", 18);
    g_autoptr(EffNetInputs) inputs = effnet_inputs_new(path, FALSE, NULL);
    g_autoptr(GString) name = g_string_new(NULL);
    GError *error = NULL;
    guint64 index;

    g_assert_true(effnet_inputs_next(inputs, name, &index, &error));
    g_assert_false(effnet_inputs_next(inputs, name, &index, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, "name 2 has a NUL in it"));
    g_clear_error(&error);
    g_unlink(path);
}

static void
test_head(void)
{
    g_autoptr(GString) record = g_string_new(NULL);

    effnet_inputs_append_head(record, 7, "rtsp://me:secret@camera/\"1\"\n");
    g_assert_cmpstr(record->str, ==,
                    "{\"index\":7,\"input\":\"rtsp://me:***@camera/\\\"1\\\"\\u000a\"");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inputs/names", test_names);
    g_test_add_func("/inputs/count", test_count);
    g_test_add_func("/inputs/long-name", test_long_name);
    g_test_add_func("/inputs/unreadable", test_unreadable);
    g_test_add_func("/inputs/nul-in-name", test_nul_in_name);
    g_test_add_func("/inputs/head", test_head);
    return g_test_run();
}
