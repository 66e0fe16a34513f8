/* SPDX-License-Identifier: BSD-2-Clause */
/* The two passes of an antialiased resize in Pillow's fixed point: 8-bit samples, weights scaled by
 * 2^22, every pass rounded to nearest and clipped to 0..255, so that results are equal bit for bit
 * to those of Pillow's ImagingResample (src/libImaging/Resample.c). */
#ifndef EFFNET_KERNEL_RESIZE_H
#define EFFNET_KERNEL_RESIZE_H

#include <glib.h>

#define EFFNET_RESIZE_BITS 22

/* One output sample is the sum of its window of input samples, weighted. */
typedef struct {
    guint n_out;
    guint taps;           /* weights kept for each output sample; those beyond count are 0 */
    const guint *first;   /* n_out: the window's first input sample */
    const guint *count;   /* n_out: its length, at most taps */
    const gint32 *weight; /* n_out x taps */
} EffNetResizeTable;

typedef struct {
    /* A row of pixels of COMPONENTS interleaved bytes, PIXEL_STRIDE bytes apart, to n_out pixels
     * of COMPONENTS bytes, dense. */
    void (*horizontal)(guint8 *dst, const guint8 *src, guint components, guint pixel_stride,
                       const EffNetResizeTable *table);
    /* COUNT rows of N bytes each to one of N bytes. */
    void (*vertical)(guint8 *dst, const guint8 *const *rows, gsize n, const gint32 *weight,
                     guint count);
} EffNetResizeKernels;

extern const EffNetResizeKernels effnet_resize_kernels_c;

#endif
