/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernels/resize.h"

static guint8
clip(gint32 value)
{
    return CLAMP(value, 0, 255);
}

/* Both sums may wrap around, as in resize_tmpl.c: only the result must fit. */
static guint8
join(guint32 high, guint32 low)
{
    guint32 half = 1u << (EFFNET_RESIZE_BITS - 1);
    return clip((gint32)((high << EFFNET_RESIZE_LOW_BITS) + low + half) >> EFFNET_RESIZE_BITS);
}

static guint
window_length(const EffNetResizeTable *table, guint i)
{
    return MIN(table->count[i], table->n_in - table->first[i]);
}

static void
horizontal(guint8 *const *dst, const guint8 *const *src, guint n_rows,
           const EffNetPixelLayout *layout, const EffNetResizeTable *table, gpointer scratch)
{
    gsize stride = layout->pixel_stride;

    for (guint row = 0; row < n_rows; row++) {
        guint8 *out = dst[row];

        for (guint c = 0; c < layout->components; c++) {
            for (guint i = 0; i < table->n_out; i++) {
                const guint8 *in = src[row] + layout->offset[c] + table->first[i] * stride;
                const gint16 *high = table->high + (gsize)i * table->taps;
                const gint16 *low = table->low + (gsize)i * table->taps;
                guint n = window_length(table, i);
                guint32 high_sum = 0, low_sum = 0;

                for (guint k = 0; k < n; k++) {
                    high_sum += (guint32)(in[k * stride] * high[k]);
                    low_sum += (guint32)(in[k * stride] * low[k]);
                }
                *out++ = join(high_sum, low_sum);
            }
        }
    }
}

static void
horizontal_fine(gint16 *const *dst, const guint8 *const *src, guint n_rows,
                const EffNetPixelLayout *layout, const EffNetResizeTable *table, gpointer scratch)
{
    const int shift = EFFNET_RESIZE_FINE_BITS - EFFNET_RESIZE_FRACTION;
    gsize stride = layout->pixel_stride;

    for (guint row = 0; row < n_rows; row++) {
        gint16 *out = dst[row];

        for (guint c = 0; c < layout->components; c++) {
            for (guint i = 0; i < table->n_out; i++) {
                const guint8 *in = src[row] + layout->offset[c] + table->first[i] * stride;
                const gint16 *weight = table->fine + (gsize)i * table->taps;
                guint n = window_length(table, i);
                gint32 sum = 1 << (shift - 1);

                for (guint k = 0; k < n; k++)
                    sum += in[k * stride] * weight[k];
                *out++ = CLAMP(sum >> shift, G_MININT16, G_MAXINT16);
            }
        }
    }
}

static void
vertical(guint8 *dst, const guint8 *const *rows, gsize n, const gint16 *high, const gint16 *low,
         guint count)
{
    for (gsize i = 0; i < n; i++) {
        guint32 high_sum = 0, low_sum = 0;

        for (guint k = 0; k < count; k++) {
            high_sum += (guint32)(rows[k][i] * high[k]);
            low_sum += (guint32)(rows[k][i] * low[k]);
        }
        dst[i] = join(high_sum, low_sum);
    }
}

static void
vertical_fine(gint16 *dst, const gint16 *const *rows, gsize n, const gint16 *weight, guint count)
{
    for (gsize i = 0; i < n; i++) {
        gint32 sum = 1 << (EFFNET_RESIZE_FINE_BITS - 1);

        for (guint k = 0; k < count; k++)
            sum += rows[k][i] * weight[k];
        dst[i] = CLAMP(sum >> EFFNET_RESIZE_FINE_BITS, G_MININT16, G_MAXINT16);
    }
}

static void
color(guint8 *const rgb[3], const gint16 *const ycc[3], gsize n, const EffNetColor *c)
{
    const int shift = EFFNET_COLOR_BITS + EFFNET_RESIZE_FRACTION;

    for (gsize i = 0; i < n; i++) {
        gint32 y = ycc[0][i] * c->y, cb = ycc[1][i], cr = ycc[2][i];

        rgb[0][i] = clip((y + cr * c->r_cr + c->r_bias) >> shift);
        rgb[1][i] = clip((y + cb * c->g_cb + cr * c->g_cr + c->g_bias) >> shift);
        rgb[2][i] = clip((y + cb * c->b_cb + c->b_bias) >> shift);
    }
}

const EffNetResizeKernels effnet_resize_kernels_c = {
    .horizontal = horizontal,
    .horizontal_fine = horizontal_fine,
    .vertical = vertical,
    .vertical_fine = vertical_fine,
    .color = color,
};
