/* SPDX-License-Identifier: BSD-2-Clause */
#include "outfile.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

typedef struct {
    char *folder, *path;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "out.txt", NULL);
}

/* Checks that no other file is left. */
static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_unlink(fixture->path);
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->folder);
    g_free(fixture->path);
}

static void
write_text(const char *path, const char *text)
{
    FILE *file = g_fopen(path, "wb");

    g_assert_nonnull(file);
    fputs(text, file);
    g_assert_cmpint(fclose(file), ==, 0);
}

static void
assert_text(const char *path, const char *text)
{
    g_autofree char *found = NULL;

    g_assert_true(g_file_get_contents(path, &found, NULL, NULL));
    g_assert_cmpstr(found, ==, text);
}

static mode_t
mode_of(const char *path)
{
    struct stat st;

    g_assert_cmpint(stat(path, &st), ==, 0);
    return st.st_mode & 0777;
}

static void
test_committed(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetOutfile) outfile = NULL;
    mode_t before = umask(027);

    outfile = effnet_outfile_new(fixture->path, FALSE, &error);
    umask(before);
    g_assert_no_error(error);
    g_assert_true(g_str_has_suffix(effnet_outfile_get_path(outfile), ".out.txt"));
    write_text(effnet_outfile_get_path(outfile), "new");
    g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
    g_assert_true(effnet_outfile_commit(outfile, &error));
    assert_text(fixture->path, "new");
    g_assert_cmpint(mode_of(fixture->path), ==, 0640);
}

static void
test_left(Fixture *fixture, gconstpointer data)
{
    EffNetOutfile *outfile;

    write_text(fixture->path, "old");
    outfile = effnet_outfile_new(fixture->path, FALSE, NULL);
    write_text(effnet_outfile_get_path(outfile), "half");
    effnet_outfile_free(outfile);
    assert_text(fixture->path, "old");
}

/* A replaced file keeps its permissions; a link stays one. */
static void
test_replaced(Fixture *fixture, gconstpointer data)
{
    g_autofree char *link = g_build_filename(fixture->folder, "link", NULL);
    g_autoptr(EffNetOutfile) outfile = NULL;

    write_text(fixture->path, "old");
    g_chmod(fixture->path, 0600);
    g_assert_cmpint(symlink("out.txt", link), ==, 0);
    outfile = effnet_outfile_new(link, FALSE, NULL);
    g_unlink(effnet_outfile_get_path(outfile)); /* as some programs do */
    write_text(effnet_outfile_get_path(outfile), "new");
    g_assert_true(effnet_outfile_commit(outfile, NULL));
    assert_text(fixture->path, "new");
    g_assert_cmpint(mode_of(fixture->path), ==, 0600);
    g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_unlink(link);
}

static void
test_special(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetOutfile) outfile = effnet_outfile_new("/dev/null", TRUE, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(effnet_outfile_get_path(outfile), ==, "/dev/null");
    g_assert_true(effnet_outfile_commit(outfile, &error));
    g_assert_null(effnet_outfile_new("/dev/null", FALSE, &error));
    g_assert_cmpstr(error->message, ==, "/dev/null is no regular file");
    g_assert_false(g_file_test("/dev/null", G_FILE_TEST_IS_REGULAR));
}

static void
test_failures(Fixture *fixture, gconstpointer data)
{
    g_autofree char *missing = g_build_filename(fixture->folder, "no", "out", NULL);
    g_autofree char *long_name = g_strnfill(240, 'n');
    g_autofree char *path = g_build_filename(fixture->folder, long_name, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetOutfile) outfile = NULL;

    g_assert_null(effnet_outfile_new(missing, TRUE, &error));
    g_assert_nonnull(strstr(error->message, missing));
    g_clear_error(&error);
    g_assert_null(effnet_outfile_new(fixture->folder, TRUE, &error));
    g_assert_nonnull(strstr(error->message, "irectory"));
    outfile = effnet_outfile_new(path, TRUE, NULL);
    g_assert_nonnull(outfile);
    g_assert_true(effnet_outfile_commit(outfile, NULL));
    g_unlink(path);
}

#define ADD(name, test) g_test_add("/outfile/" name, Fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("committed", test_committed);
    ADD("left", test_left);
    ADD("replaced", test_replaced);
    ADD("special", test_special);
    ADD("failures", test_failures);
    return g_test_run();
}
