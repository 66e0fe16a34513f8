/* SPDX-License-Identifier: BSD-2-Clause */
/* Max pooling: the maximum of each channel in a window of k x k pixels. */
#ifndef EFFNET_KERNEL_MAXPOOL_H
#define EFFNET_KERNEL_MAXPOOL_H

#include "conv.h"

#define EFFNET_MAXPOOL_MAX 7 /* the largest k */

/* One row of OUT_SIZE x (PANELS * EFFNET_LANES) outputs. Pixels outside of the map do not count.
 * Strides are in elements. */
typedef struct {
    gconstpointer rows[EFFNET_MAXPOOL_MAX]; /* pixel 0 of the input rows under the window's KERNEL
                                             * rows; NULL: outside of the map */
    gsize in_stride;                        /* from one pixel to the next */
    guint in_size, out_size;                /* pixels of an input row and of the output row */
    guint kernel, stride, pad; /* pad: columns left of the map that a window includes */
    gpointer out;
    gsize out_stride; /* from one pixel to the next */
    guint panels;
} EffNetMaxpool;

typedef void (*EffNetMaxpoolKernel)(const EffNetMaxpool *maxpool);

void effnet_maxpool_f32_c(const EffNetMaxpool *maxpool);
void effnet_maxpool_bf16_c(const EffNetMaxpool *maxpool);
void effnet_maxpool_int8_c(const EffNetMaxpool *maxpool);

#endif
