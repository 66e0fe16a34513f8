/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint/file.h"
#include "../support.h"

static void
test_open(void)
{
    g_autofree char *path = support_write_text("file", "0123456789");
    g_autofree char *empty = support_write_text("empty", "");
    g_autofree char *fifo = g_build_filename(support_folder(), "fifo", NULL);
    g_autoptr(EffNetFile) file = effnet_file_open(path, NULL);
    GError *error = NULL;

    g_assert_nonnull(file);
    g_assert_cmpuint(file->size, ==, 10);
    g_assert_cmpstr(file->path, ==, path);
    g_assert_null(effnet_file_open("/nowhere/at/all", &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "/nowhere/at/all cannot be opened");
    g_assert_null(effnet_file_open(support_folder(), &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "is a folder");
    g_assert_null(effnet_file_open(empty, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "is empty");
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_null(effnet_file_open(fifo, &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "is not a regular file");
}

static void
test_read(void)
{
    g_autofree char *path = support_write_text("file", "0123456789");
    g_autoptr(EffNetFile) file = effnet_file_open(path, NULL);
    GError *error = NULL;
    char buffer[11] = {0};

    g_assert_true(effnet_file_read(file, 3, buffer, 4, NULL));
    g_assert_cmpstr(buffer, ==, "3456");
    g_assert_true(effnet_file_read(file, 10, buffer, 0, NULL));
    g_assert_false(effnet_file_read(file, 0, buffer, 11, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "cut short");
    g_assert_false(effnet_file_read(file, G_MAXUINT64, buffer, 2, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "cut short");
    /* Another process may truncate the file while we have it open. */
    g_assert_cmpint(truncate(path, 5), ==, 0);
    g_assert_false(effnet_file_read(file, 0, buffer, 10, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "cut short");
}

static void
test_load(void)
{
    g_autofree char *path = support_write_text("file", "0123456789"), *text = NULL;
    GError *error = NULL;
    gsize length;

    text = effnet_file_load(path, 10, &length, NULL);
    g_assert_cmpstr(text, ==, "0123456789");
    g_assert_cmpuint(length, ==, 10);
    g_assert_null(effnet_file_load(path, 9, &length, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "has 10 bytes, at most 9");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/file/open", test_open);
    g_test_add_func("/model/file/read", test_read);
    g_test_add_func("/model/file/load", test_load);
    return g_test_run();
}
