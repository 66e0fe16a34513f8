/* SPDX-License-Identifier: BSD-2-Clause */
/* Global pooling two ways at once, as fastai's heads do it: each channel's maximum over all pixels,
 * then each channel's mean. One kernel serves all levels: it reads the smallest feature map. */
#ifndef EFFNET_KERNEL_POOL_H
#define EFFNET_KERNEL_POOL_H

#include "type.h"

typedef struct {
    EffNetType type; /* of the feature map; not U8 */
    gconstpointer in;
    gsize in_stride; /* elements from one pixel to the next */
    guint pixels, channels;
    float unit; /* what an element of 1 becomes */
    float *out; /* 2 * CHANNELS numbers */
} EffNetPool;

void effnet_pool(const EffNetPool *pool);

#endif
