/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/geometry.h"

static const EffNetResize crop_875 = {EFFNET_RESIZE_CENTER_CROP, 0.875f,
                                      EFFNET_INTERPOLATION_BICUBIC};

static void
check_axis(const EffNetAxis *axis, guint64 full, guint64 first, guint n, guint dst)
{
    g_assert_cmpuint(axis->full, ==, full);
    g_assert_cmpuint(axis->first, ==, first);
    g_assert_cmpuint(axis->n, ==, n);
    g_assert_cmpuint(axis->dst, ==, dst);
}

static void
test_center_crop(void)
{
    EffNetGeometry g;

    effnet_geometry_init(&g, 640, 480, EFFNET_ORIENTATION_IDENTITY, 224, &crop_875);
    check_axis(&g.x, 341, 58, 224, 0); /* 58.5 is rounded to the even 58 */
    check_axis(&g.y, 256, 16, 224, 0);
    effnet_geometry_init(&g, 500, 639, EFFNET_ORIENTATION_IDENTITY, 224, &crop_875);
    check_axis(&g.x, 256, 16, 224, 0);
    check_axis(&g.y, 327, 52, 224, 0); /* 51.5 to 52 */
    effnet_geometry_init(&g, 8192, 1, EFFNET_ORIENTATION_IDENTITY, 224, &crop_875);
    check_axis(&g.x, 2097152, 1048464, 224, 0);
    effnet_geometry_init(&g, 1, 1 << 20, EFFNET_ORIENTATION_IDENTITY, 800, &crop_875);
    check_axis(&g.y, 914ull << 20, (914ull << 19) - 400, 800, 0);
}

/* The shorter sides that timm computes, in double precision, from the decimal fraction. */
static void
test_fractions(void)
{
    static const struct {
        guint resolution;
        float fraction;
        guint side;
    } rows[] = {{224, 0.875f, 256}, {240, 0.882f, 272}, {260, 0.89f, 292},  {300, 0.904f, 331},
                {380, 0.922f, 412}, {456, 0.934f, 488}, {528, 0.942f, 560}, {600, 0.949f, 632},
                {276, 0.92f, 300},  {288, 0.9f, 320},   {380, 0.95f, 400},  {224, 1.0f, 224}};

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        EffNetResize resize = {EFFNET_RESIZE_CENTER_CROP, rows[i].fraction,
                               EFFNET_INTERPOLATION_BICUBIC};
        EffNetGeometry g;

        effnet_geometry_init(&g, 100, 100, EFFNET_ORIENTATION_IDENTITY, rows[i].resolution,
                             &resize);
        g_assert_cmpuint(g.x.full, ==, rows[i].side);
        g_assert_cmpuint(g.y.full, ==, rows[i].side);
    }
}

static void
test_stretch_and_letterbox(void)
{
    EffNetResize resize = {EFFNET_RESIZE_STRETCH, 0.875f, EFFNET_INTERPOLATION_BICUBIC};
    EffNetGeometry g;

    effnet_geometry_init(&g, 640, 3, EFFNET_ORIENTATION_IDENTITY, 224, &resize);
    check_axis(&g.x, 224, 0, 224, 0);
    check_axis(&g.y, 224, 0, 224, 0);
    resize.mode = EFFNET_RESIZE_LETTERBOX;
    effnet_geometry_init(&g, 640, 480, EFFNET_ORIENTATION_IDENTITY, 224, &resize);
    check_axis(&g.x, 224, 0, 224, 0);
    check_axis(&g.y, 168, 0, 168, 28);
    effnet_geometry_init(&g, 1, 8192, EFFNET_ORIENTATION_IDENTITY, 224, &resize);
    check_axis(&g.x, 1, 0, 1, 111);
    check_axis(&g.y, 224, 0, 224, 0);
}

static void
test_turned(void)
{
    EffNetGeometry g;

    effnet_geometry_init(&g, 640, 480, EFFNET_ORIENTATION_90R, 224, &crop_875);
    g_assert_true(g.swap && !g.x.flip && g.y.flip);
    check_axis(&g.x, 341, 58, 224, 0);
    check_axis(&g.y, 256, 16, 224, 0);
    effnet_geometry_init(&g, 640, 480, EFFNET_ORIENTATION_HORIZ, 224, &crop_875);
    g_assert_true(!g.swap && g.x.flip && !g.y.flip);
    check_axis(&g.x, 341, 341 - 224 - 58, 224, 0); /* 58 from the left as seen */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame/geometry/center-crop", test_center_crop);
    g_test_add_func("/frame/geometry/fractions", test_fractions);
    g_test_add_func("/frame/geometry/stretch-and-letterbox", test_stretch_and_letterbox);
    g_test_add_func("/frame/geometry/turned", test_turned);
    return g_test_run();
}
