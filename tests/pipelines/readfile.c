/* SPDX-License-Identifier: BSD-2-Clause */
#include "readfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

static void
assert_fails(const char *path, gsize max, EffNetReadFile kind, const char *says)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(effnet_read_file(path, max, kind, NULL, &error));
    g_assert_nonnull(strstr(error->message, path));
    if (!strstr(error->message, says))
        g_error("\"%s\" is not in \"%s\"", says, error->message);
}

static void
test_file(void)
{
    g_autofree char *folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "a", NULL), *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize n;

    assert_fails(path, 10, EFFNET_READ_FILE_ANY, "No such file");
    g_assert_true(g_file_set_contents(path, "user:pass", -1, NULL));
    g_chmod(path, 0644);
    text = effnet_read_file(path, 9, EFFNET_READ_FILE_ANY, &n, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, "user:pass");
    g_assert_cmpuint(n, ==, 9);
    assert_fails(path, 8, EFFNET_READ_FILE_ANY, "more than 8 bytes");
    assert_fails(path, 9, EFFNET_READ_FILE_SECRET, "read by others");
    g_chmod(path, 0600);
    g_free(text);
    text = effnet_read_file(path, 9, EFFNET_READ_FILE_SECRET, NULL, &error);
    g_assert_cmpstr(text, ==, "user:pass");
    g_unlink(path);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0); /* nobody writes to it */
    assert_fails(path, 9, EFFNET_READ_FILE_ANY, "no regular file");
    g_unlink(path);
    assert_fails(folder, 9, EFFNET_READ_FILE_ANY, "no regular file");
    assert_fails("/dev/zero", 9, EFFNET_READ_FILE_ANY, "no regular file");
    g_rmdir(folder);
}

static void
assert_fails_at(int folder, const char *name, gsize max, int reason)
{
    errno = 0;
    g_assert_null(effnet_read_file_at(folder, name, max));
    g_assert_cmpint(errno, ==, reason);
}

static void
test_in_folder(void)
{
    g_autofree char *folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "a", NULL);
    g_autofree char *link = g_build_filename(folder, "link", NULL);
    g_autoptr(GBytes) text = NULL;
    int fd = open(folder, O_RDONLY | O_DIRECTORY);

    assert_fails_at(fd, "a", 10, ENOENT);
    g_assert_true(g_file_set_contents(path, "0\0 12", 5, NULL));
    text = effnet_read_file_at(fd, "a", 5);
    g_assert_cmpuint(g_bytes_get_size(text), ==, 5);
    g_assert_cmpint(memcmp(g_bytes_get_data(text, NULL), "0\0 12", 6), ==, 0);
    assert_fails_at(fd, "a", 4, EFBIG);
    g_assert_cmpint(symlink("a", link), ==, 0);
    assert_fails_at(fd, "link", 10, ELOOP);
    assert_fails_at(fd, ".", 1 << 20, EINVAL);
    g_unlink(link);
    g_assert_cmpint(mkfifo(link, 0600), ==, 0); /* nobody writes to it */
    assert_fails_at(fd, "link", 10, EINVAL);
    g_unlink(link);
    g_unlink(path);
    close(fd);
    g_rmdir(folder);
}

int
main(int argc, char **argv)
{
    g_setenv("LC_ALL", "C", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/readfile/file", test_file);
    g_test_add_func("/readfile/in-folder", test_in_folder);
    return g_test_run();
}
