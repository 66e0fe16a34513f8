/* SPDX-License-Identifier: BSD-2-Clause */
/* A function for each of the common filters. The including file defines shape(a, kernel, stride),
 * an inline function that becomes short where KERNEL and STRIDE are constants. */
#ifndef EFFNET_DWCONV_SHAPES_H
#define EFFNET_DWCONV_SHAPES_H

#include "dwconv.h"

#define KERNEL_SHAPE(kernel, stride)                                                               \
    static void shape_##kernel##x##kernel##s##stride(const EffNetDwconv *a)                        \
    {                                                                                              \
        shape(a, kernel, stride);                                                                  \
    }

KERNEL_SHAPE(3, 1)
KERNEL_SHAPE(3, 2)
KERNEL_SHAPE(5, 1)
KERNEL_SHAPE(5, 2)

static gboolean
has_shape(guint kernel, guint stride)
{
    return (kernel == 3 || kernel == 5) && (stride == 1 || stride == 2);
}

static inline void
run_shape(const EffNetDwconv *a)
{
    static void (*const shapes[6][3])(const EffNetDwconv *) = {
        [3] = {[1] = shape_3x3s1, [2] = shape_3x3s2},
        [5] = {[1] = shape_5x5s1, [2] = shape_5x5s2},
    };

    shapes[a->kernel][a->stride](a);
}

#endif
