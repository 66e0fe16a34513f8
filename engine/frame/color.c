/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/color.h"

#include <math.h>

/* ITU-R BT.601-7, BT.709-6 and BT.2020-2: the weights of R and B in luma. */
static const struct {
    double r, b;
} luma_weights[] = {
    [EFFNET_MATRIX_BT601] = {0.299, 0.114},
    [EFFNET_MATRIX_BT709] = {0.2126, 0.0722},
    [EFFNET_MATRIX_BT2020] = {0.2627, 0.0593},
};

static gint16
fixed(double coefficient)
{
    return (gint16)lrint(coefficient * (1 << EFFNET_COLOR_BITS));
}

/* Computed from the rounded coefficients, so that neutral chroma gives neutral grey. */
static gint32
bias(gint32 luma, gint32 chroma)
{
    return (1 << (EFFNET_COLOR_BITS + EFFNET_RESIZE_FRACTION - 1)) -
           (luma + 128 * chroma) * (1 << EFFNET_RESIZE_FRACTION);
}

void
effnet_color_init(EffNetColor *color, EffNetMatrix matrix, gboolean full_range)
{
    double r = luma_weights[matrix].r, b = luma_weights[matrix].b, g = 1.0 - r - b;
    double chroma = full_range ? 1.0 : 255.0 / 224.0;
    gint32 black;

    effnet_color_init_grey(color, full_range);
    color->r_cr = fixed(2.0 * (1.0 - r) * chroma);
    color->g_cr = fixed(-2.0 * (1.0 - r) * r / g * chroma);
    color->g_cb = fixed(-2.0 * (1.0 - b) * b / g * chroma);
    color->b_cb = fixed(2.0 * (1.0 - b) * chroma);
    black = full_range ? 0 : 16 * color->y;
    color->r_bias = bias(black, color->r_cr);
    color->g_bias = bias(black, color->g_cb + color->g_cr);
    color->b_bias = bias(black, color->b_cb);
}

void
effnet_color_init_grey(EffNetColor *color, gboolean full_range)
{
    *color = (EffNetColor){.y = fixed(full_range ? 1.0 : 255.0 / 219.0)};
    color->r_bias = color->g_bias = color->b_bias = bias(full_range ? 0 : 16 * color->y, 0);
}

void
effnet_color_to_grey(guint8 *const rgb[3], gsize n)
{
    for (gsize i = 0; i < n; i++)
        rgb[0][i] = (rgb[0][i] * 19595u + rgb[1][i] * 38470u + rgb[2][i] * 7471u + 0x8000) >> 16;
}
