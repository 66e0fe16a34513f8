/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/heat.h"

#include <string.h>

#include "checkpoint.h"

static const float map[4] = {4, 0, -2, 2};

static void
test_get(void)
{
    static const float cold[4] = {-1, -2, -3, 0};

    g_assert_cmpfloat_with_epsilon(effnet_heat_get(map, 2, 0.25f, 0.25f), 1, 1e-6);
    g_assert_cmpfloat_with_epsilon(effnet_heat_get(map, 2, 0, 0), 1, 1e-6);
    g_assert_cmpfloat_with_epsilon(effnet_heat_get(map, 2, 0.75f, 0.75f), 0.5, 1e-6);
    g_assert_cmpfloat_with_epsilon(effnet_heat_get(map, 2, 1, 1), 0.5, 1e-6);
    g_assert_cmpfloat_with_epsilon(effnet_heat_get(map, 2, 0.25f, 0.75f), 0, 1e-6);
    g_assert_cmpfloat_with_epsilon(effnet_heat_get(map, 2, 0.5f, 0.25f), 0.5, 1e-6);
    g_assert_cmpfloat(effnet_heat_get(cold, 2, 0.5f, 0.5f), ==, 0);
    g_assert_cmpfloat_with_epsilon(effnet_heat_get(map, 1, 0.9f, 0.1f), 1, 1e-6);
}

static void
test_draw(void)
{
    static const guint8 image[4 * 4 * 3] = {10, 20, 30};
    g_autoptr(GError) error = NULL;
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "heat.png", NULL), *bytes = NULL;
    gsize n = 0;

    if (!effnet_heat_draw(image, 4, map, 2, path, &error) &&
        strstr(error->message, "without cairo")) {
        effnet_test_remove_folder(folder);
        g_test_skip("it is built without cairo (libcairo2-dev, -Dplot)");
        return;
    }
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    g_assert_cmpmem(bytes, 4, "\x89PNG", 4);
    g_assert_false(effnet_heat_draw(image, 4, map, 2, "/nonexistent/heat.png", &error));
    g_assert_nonnull(strstr(error->message, "/nonexistent/heat.png"));
    effnet_test_remove_folder(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/learn/heat/get", test_get);
    g_test_add_func("/learn/heat/draw", test_draw);
    return g_test_run();
}
