/* SPDX-License-Identifier: BSD-2-Clause */
/* Pooling for which one kernel serves all levels. */
#ifndef EFFNET_KERNEL_POOL_H
#define EFFNET_KERNEL_POOL_H

#include "conv.h"

/* Global pooling two ways at once, as fastai's heads do it: each channel's maximum over all pixels,
 * then each channel's mean. It reads the smallest feature map. */
typedef struct {
    EffNetType type; /* of the feature map; not U8 */
    gconstpointer in;
    gsize in_stride; /* elements from one pixel to the next */
    guint pixels, channels;
    float unit; /* what an element of 1 becomes */
    float *out; /* 2 * CHANNELS numbers */
} EffNetPool;

void effnet_pool(const EffNetPool *pool);

/* A row of means of 2x2 pixels; of fewer at the ends of rows and columns of odd length. */
typedef struct {
    EffNetType type;    /* of both maps; not U8 */
    gconstpointer in;   /* pixel 0 of the upper row */
    gsize below;        /* elements to the lower row; 0: there is none */
    guint size, panels; /* pixels of a row, which are next to each other, and panels of a pixel */
    gpointer out;
    gsize out_stride; /* elements from one mean to the next */
} EffNetAverage;

void effnet_average(const EffNetAverage *average);

#endif
