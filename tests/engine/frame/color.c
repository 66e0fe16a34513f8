/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/color.h"

#include <math.h>

typedef struct {
    EffNetMatrix matrix;
    double r, b;
} Standard;

static const Standard standards[] = {
    {EFFNET_MATRIX_BT601, 0.299, 0.114},
    {EFFNET_MATRIX_BT709, 0.2126, 0.0722},
    {EFFNET_MATRIX_BT2020, 0.2627, 0.0593},
};

static void
convert(const EffNetColor *color, guint8 rgb[3], guint y, guint cb, guint cr)
{
    guint8 out[3];
    guint8 *const planes[3] = {&out[0], &out[1], &out[2]};
    gint16 in[3] = {y << EFFNET_RESIZE_FRACTION, cb << EFFNET_RESIZE_FRACTION,
                    cr << EFFNET_RESIZE_FRACTION};
    const gint16 *const ycc[3] = {&in[0], &in[1], &in[2]};

    effnet_resize_kernels_c.color(planes, ycc, 1, color);
    for (guint c = 0; c < 3; c++)
        rgb[c] = out[c];
}

/* Checks against the standards' formulas: 1/50 may be off before rounding. */
static void
check_sample(guint8 got, double expected)
{
    g_assert_cmpfloat(fabs(got - CLAMP(expected, 0.0, 255.0)), <=, 0.52);
}

static void
test_standards(void)
{
    for (guint i = 0; i < 2 * G_N_ELEMENTS(standards); i++) {
        const Standard *s = &standards[i / 2];
        gboolean full = i % 2;
        EffNetColor color;

        effnet_color_init(&color, s->matrix, full);
        for (guint k = 0; k < 256 * 256 * 256; k += 1237) {
            guint y = k & 255, cb = k >> 8 & 255, cr = k >> 16;
            double luma = full ? y : (y - 16.0) * 255 / 219;
            double u = (cb - 128.0) * (full ? 1 : 255 / 224.0);
            double v = (cr - 128.0) * (full ? 1 : 255 / 224.0);
            double red = luma + 2 * (1 - s->r) * v, blue = luma + 2 * (1 - s->b) * u;
            guint8 rgb[3];

            convert(&color, rgb, y, cb, cr);
            check_sample(rgb[0], red);
            check_sample(rgb[1], (luma - s->r * red - s->b * blue) / (1 - s->r - s->b));
            check_sample(rgb[2], blue);
        }
    }
}

static void
test_neutral(void)
{
    for (guint i = 0; i < 2 * G_N_ELEMENTS(standards); i++) {
        EffNetColor color, grey;

        effnet_color_init(&color, standards[i / 2].matrix, i % 2);
        effnet_color_init_grey(&grey, i % 2);
        for (guint y = 0; y < 256; y++) {
            guint8 rgb[3], luma[3];

            convert(&color, rgb, y, 128, 128);
            g_assert_true(rgb[0] == rgb[1] && rgb[1] == rgb[2]);
            if (i % 2)
                g_assert_cmpuint(rgb[0], ==, y);
            convert(&grey, luma, y, 3, 250);
            g_assert_cmpuint(luma[0], ==, rgb[0]);
        }
    }
}

/* As Pillow's convert("L"). */
static void
test_to_grey(void)
{
    guint8 r[] = {255, 0, 0, 255, 1, 200}, g[] = {0, 255, 0, 255, 2, 100},
           b[] = {0, 0, 255, 255, 3, 50};
    static const guint8 expected[] = {76, 150, 29, 255, 2, 124};
    guint8 *const rgb[3] = {r, g, b};

    effnet_color_to_grey(rgb, G_N_ELEMENTS(r));
    g_assert_cmpmem(r, sizeof r, expected, sizeof expected);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame/color/standards", test_standards);
    g_test_add_func("/frame/color/neutral", test_neutral);
    g_test_add_func("/frame/color/to-grey", test_to_grey);
    return g_test_run();
}
