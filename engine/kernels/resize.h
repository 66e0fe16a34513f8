/* SPDX-License-Identifier: BSD-2-Clause */
/* The two passes of an antialiased resize, and the colour conversion after it.
 *
 * Exact: 8-bit samples, weights scaled by 2^22, each pass rounded to nearest and clipped to 0..255,
 * so that results equal those of Pillow's ImagingResample bit for bit. A weight is kept as HIGH *
 * 2^11 + LOW, two 16-bit halves, for the sake of 16-bit multiply-adds. The halves' sums may wrap
 * around; the whole does not.
 *
 * Fine: for Y'CbCr planes, where colour conversion would magnify the rounding of 8-bit passes.
 * Weights are scaled by 2^14; samples have 6 fractional bits between and after the passes. */
#ifndef EFFNET_KERNEL_RESIZE_H
#define EFFNET_KERNEL_RESIZE_H

#include <glib.h>

#define EFFNET_RESIZE_BITS      22
#define EFFNET_RESIZE_LOW_BITS  11
#define EFFNET_RESIZE_FINE_BITS 14
#define EFFNET_RESIZE_FRACTION  6
#define EFFNET_COLOR_BITS       13

/* The most source rows that one call of a horizontal pass takes. */
#define EFFNET_RESIZE_ROWS 16
/* The horizontal pass reads its windows in groups of this many samples. */
#define EFFNET_RESIZE_GROUP 4
/* Bytes after every destination row, and after every source that is not the caller's frame, that a
 * kernel may read and overwrite. */
#define EFFNET_RESIZE_SLACK 64

/* Where the components of interleaved pixels are, in bytes. */
typedef struct {
    guint pixel_stride; /* 1 to 4 */
    guint components;   /* 1 to 3 */
    guint offset[3];    /* each below pixel_stride */
} EffNetPixelLayout;

/* How one axis is resized: each output sample is the weighted sum of a window of input samples. */
typedef struct {
    guint n_in;  /* input samples that all windows lie within */
    guint n_out; /* output samples */
    guint taps;  /* weights kept per output sample; those from its COUNT on are 0 */
    guint *first;
    guint *count;
    gint16 *high, *low; /* n_out x taps; exact */
    gint16 *fine;       /* n_out x taps; fine */
} EffNetResizeTable;

/* R, G, B from Y', Cb, Cr. Coefficients are scaled by 2^EFFNET_COLOR_BITS; biases, which include
 * the offsets of the three and the rounding, by 2^(EFFNET_COLOR_BITS + EFFNET_RESIZE_FRACTION). */
typedef struct {
    gint16 y, r_cr, g_cb, g_cr, b_cb;
    gint32 r_bias, g_bias, b_bias;
} EffNetColor;

typedef struct {
    /* N_ROWS rows (at most EFFNET_RESIZE_ROWS) of n_in pixels to as many destination rows, each of
     * n_out samples for every component, one component after the other. The table's FIRST and COUNT
     * are multiples of EFFNET_RESIZE_GROUP; a window's last group may extend beyond n_in, with
     * weights of 0, and is not read there. SCRATCH: effnet_resize_scratch() bytes, 64-byte
     * aligned. */
    void (*horizontal)(guint8 *const *dst, const guint8 *const *src, guint n_rows,
                       const EffNetPixelLayout *layout, const EffNetResizeTable *table,
                       gpointer scratch);
    void (*horizontal_fine)(gint16 *const *dst, const guint8 *const *src, guint n_rows,
                            const EffNetPixelLayout *layout, const EffNetResizeTable *table,
                            gpointer scratch);
    /* COUNT rows (an even number) of N samples each to one row. */
    void (*vertical)(guint8 *dst, const guint8 *const *rows, gsize n, const gint16 *high,
                     const gint16 *low, guint count);
    void (*vertical_fine)(gint16 *dst, const gint16 *const *rows, gsize n, const gint16 *weight,
                          guint count);
    /* N samples of Y', Cb, Cr, with fractional bits, to R, G, B. */
    void (*color)(guint8 *const rgb[3], const gint16 *const ycc[3], gsize n,
                  const EffNetColor *color);
} EffNetResizeKernels;

extern const EffNetResizeKernels effnet_resize_kernels_c;

static inline gsize
effnet_resize_scratch(const EffNetPixelLayout *layout, const EffNetResizeTable *table)
{
    gsize groups = ((gsize)table->n_in + EFFNET_RESIZE_GROUP - 1) / EFFNET_RESIZE_GROUP;
    return (groups * layout->components * EFFNET_RESIZE_GROUP + table->taps) * EFFNET_RESIZE_ROWS;
}

#endif
