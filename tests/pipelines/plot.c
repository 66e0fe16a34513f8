/* SPDX-License-Identifier: BSD-2-Clause */
#include "plot.h"

#include <cairo.h>
#include <glib/gstdio.h>
#include <string.h>

#include "points.h"

static char *
draw(const char *name, double latency)
{
    g_autoptr(GPtrArray) points = effnet_points_walk("b0", 2, 1, NULL);
    char *path = g_build_filename(g_get_tmp_dir(), name, NULL);
    GError *error = NULL;

    for (guint i = 0; i < points->len; i++)
        ((EffNetPlotPoint *)g_ptr_array_index(points, i))->latency = latency * (i + 1);
    effnet_plot_points(points, "Scaling b0", path, &error);
    g_assert_no_error(error);
    return path;
}

static gboolean
is_near(guint32 a, guint32 b)
{
    for (int shift = 0; shift < 24; shift += 8)
        if (ABS((int)(a >> shift & 255) - (int)(b >> shift & 255)) > 2)
            return FALSE;
    return TRUE;
}

/* Counts pixels of a colour, in a line and its legend. */
static guint
count(cairo_surface_t *image, guint32 color)
{
    const guint8 *data = cairo_image_surface_get_data(image);
    int stride = cairo_image_surface_get_stride(image);
    guint n = 0;

    for (int y = 0; y < cairo_image_surface_get_height(image); y++)
        for (int x = 0; x < cairo_image_surface_get_width(image); x++) {
            guint32 pixel;

            memcpy(&pixel, data + (gsize)y * stride + 4 * x, sizeof pixel);
            n += is_near(pixel, color);
        }
    return n;
}

static guint
count_in(const char *path, guint32 color)
{
    cairo_surface_t *image = cairo_image_surface_create_from_png(path);
    guint n;

    g_assert_cmpint(cairo_surface_status(image), ==, CAIRO_STATUS_SUCCESS);
    n = count(image, color);
    cairo_surface_destroy(image);
    return n;
}

static void
test_png(void)
{
    static const guint32 colors[] = {0x0073b3, 0xd65e00, 0x009e73, 0xcc78a6};
    g_autofree char *both = draw("effnet-plot-both.png", 1);
    g_autofree char *costs = draw("effnet-plot-costs.png", 0);

    for (gsize i = 0; i < G_N_ELEMENTS(colors); i++) {
        guint n = count_in(costs, colors[i]);

        g_assert_cmpuint(n, >, 50);
        g_assert_cmpuint(count_in(both, colors[i]), >, n + 50); /* one more panel */
    }
    g_remove(both);
    g_remove(costs);
}

static void
test_svg(void)
{
    g_autofree char *path = draw("effnet-plot.svg", 1), *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "<svg"));
    g_assert_nonnull(strstr(text, "</svg>"));
    g_remove(path);
}

static void
test_failures(void)
{
    g_autoptr(GPtrArray) points = effnet_points_walk("b0", 1, 1, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(effnet_plot_check("a.svg", NULL) && effnet_plot_check("a.png", NULL));
    g_assert_false(effnet_plot_check("a.pdf", &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    g_clear_error(&error);
    g_assert_false(effnet_plot_points(points, "", "/nowhere/a.svg", &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(effnet_plot_points(points, "", "/nowhere/a.png", &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pipelines/plot/png", test_png);
    g_test_add_func("/pipelines/plot/svg", test_svg);
    g_test_add_func("/pipelines/plot/failures", test_failures);
    return g_test_run();
}
