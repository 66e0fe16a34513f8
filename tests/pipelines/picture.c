/* SPDX-License-Identifier: BSD-2-Clause */
#include "picture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static void
test_kinds(void)
{
    static const struct {
        const char *bytes;
        gsize n;
        const char *kind;
    } cases[] = {
        {"\xff\xd8\xff\xe0", 4, "JPEG"},
        {"\x89PNG\r\n\x1a\n", 8, "PNG"},
        {"GIF89a", 6, "GIF"},
        {"MM\0*", 4, "TIFF"},
        {"BM\1\2", 4, "BMP"},
        {"\0\0\0\x20"
         "ftypavif",
         12, "AVIF"},
        {"\0\0\0\x20"
         "ftypheic",
         12, "HEIC"},
        {"RIFF\1\0\0\0WEBPVP8 \0\0\0\0\2", 21, "WebP"},
        {"RIFF\1\0\0\0WEBPVP8X\0\0\0\0\0", 21, "WebP"},
        {"RIFF\1\0\0\0WEBPVP8X\0\0\0\0\2", 21, "animated WebP"},
        {"RIFF\1\0\0\0WAVE", 12, NULL},
        {"\0\0\0\x20"
         "ftypisom",
         12, NULL},
        {"B", 1, NULL},
        {"", 0, NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(effnet_picture_get_kind((const guint8 *)cases[i].bytes, cases[i].n), ==,
                        cases[i].kind);
}

static void
test_files(void)
{
    g_autofree char *folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "a", NULL);

    g_assert_null(effnet_picture_get_kind_of_file(path));
    g_assert_true(g_file_set_contents(path, "GIF89a", -1, NULL));
    g_assert_cmpstr(effnet_picture_get_kind_of_file(path), ==, "GIF");
    g_unlink(path);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0); /* nobody writes to it: not waited for */
    g_assert_null(effnet_picture_get_kind_of_file(path));
    g_unlink(path);
    g_rmdir(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/picture/kinds", test_kinds);
    g_test_add_func("/picture/files", test_files);
    return g_test_run();
}
