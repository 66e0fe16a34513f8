/* SPDX-License-Identifier: BSD-2-Clause */
/* Max pooling: the greatest of each channel in a window of k x k pixels. */
#ifndef EFFNET_KERNEL_MAXPOOL_H
#define EFFNET_KERNEL_MAXPOOL_H

#include "conv.h"

#define EFFNET_MAXPOOL_MAX 7 /* the largest k */

/* One row of outputs. What is outside of the map does not count. Strides are in elements. */
typedef struct {
    gconstpointer rows[EFFNET_MAXPOOL_MAX]; /* pixel 0 of the window's rows; NULL: outside */
    gsize in_stride;                        /* from a pixel to the next */
    guint in_size, out_size;                /* pixels of a row */
    guint kernel, stride, pad;              /* pad: columns to the left that are outside */
    gpointer out;
    gsize out_stride; /* from a pixel to the next */
    guint panels;
} EffNetMaxpool;

typedef void (*EffNetMaxpoolKernel)(const EffNetMaxpool *maxpool);

void effnet_maxpool_f32_c(const EffNetMaxpool *maxpool);
void effnet_maxpool_bf16_c(const EffNetMaxpool *maxpool);
void effnet_maxpool_int8_c(const EffNetMaxpool *maxpool);

#endif
