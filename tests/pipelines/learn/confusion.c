/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/confusion.h"

#include <string.h>

#include "checkpoint.h"

static const guint counts[16] = {5, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0};
static const char *const labels[] = {"an \"ant\"", "nobody", "bee, b\xc3\xa9", "no one", NULL};

static void
test_csv(void)
{
    const EffNetConfusion named = {4, counts, labels}, numbered = {4, counts, NULL};
    g_autofree char *csv = effnet_confusion_to_csv(&named);
    g_autofree char *numbers = effnet_confusion_to_csv(&numbered);

    g_assert_cmpstr(csv, ==,
                    ",\"an \"\"ant\"\"\",\"bee, b\xc3\xa9\"\n\"an \"\"ant\"\"\",5,1\n"
                    "\"bee, b\xc3\xa9\",2,0\n");
    g_assert_cmpstr(numbers, ==, ",\"0\",\"2\"\n\"0\",5,1\n\"2\",2,0\n");
}

static void
test_draw(void)
{
    const EffNetConfusion confusion = {4, counts, labels};
    g_autofree guint *many = g_new(guint, 1000 * 1000);
    const EffNetConfusion large = {1000, many, NULL};
    g_autoptr(GError) error = NULL;
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "c.png", NULL), *bytes = NULL;
    gsize n = 0;

    for (guint i = 0; i < 1000 * 1000; i++)
        many[i] = 1;
    if (!effnet_confusion_draw(&confusion, path, &error) &&
        strstr(error->message, "without cairo")) {
        effnet_test_remove_folder(folder);
        g_test_skip("it is built without cairo (libcairo2-dev, -Dplot)");
        return;
    }
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    g_assert_cmpmem(bytes, 4, "\x89PNG", 4);
    g_assert_false(effnet_confusion_draw(&large, path, &error));
    g_assert_nonnull(strstr(error->message, "do not fit"));
    g_clear_error(&error);
    g_assert_false(effnet_confusion_draw(&confusion, "/nonexistent/c.png", &error));
    g_assert_nonnull(strstr(error->message, "/nonexistent/c.png"));
    effnet_test_remove_folder(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/learn/confusion/csv", test_csv);
    g_test_add_func("/learn/confusion/draw", test_draw);
    return g_test_run();
}
