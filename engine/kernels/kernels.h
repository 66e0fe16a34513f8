/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernels of one level of instruction set. */
#ifndef EFFNET_KERNELS_H
#define EFFNET_KERNELS_H

#include "conv.h"
#include "dwconv.h"
#include "maxpool.h"
#include "resize.h"
#include "winograd.h"

/* To be raised when a kernel's packed weights change: caches keep them. */
#define EFFNET_PACKED_VERSION 5

typedef struct {
    const char *name; /* the level's */
    /* By the type of the feature maps between the layers; zeros where there are none of a type. */
    EffNetConvKernel conv[EFFNET_TYPES];
    EffNetDwconvKernel dwconv[EFFNET_TYPES];
    EffNetMaxpoolKernel maxpool[EFFNET_TYPES];
    EffNetWinogradKernels winograd; /* of floats; none: not worth it */
    EffNetResizeKernels resize;
    /* Multiply-adds as fast as they go, for the bench's share of the peak: does ROUNDS of them
     * and returns how many floating-point operations that were. */
    double (*peak[EFFNET_TYPES])(guint rounds);
} EffNetKernels;

/* The kernel for it, the level's or, where that does not have the activations or the shape by its
 * contract, the reference, which has all. KERNELS have TYPE. */
const EffNetConvKernel *effnet_kernels_get_conv(const EffNetKernels *kernels, EffNetType type,
                                                EffNetActSet acts);
const EffNetDwconvKernel *effnet_kernels_get_dwconv(const EffNetKernels *kernels, EffNetType type,
                                                    guint kernel, guint stride, EffNetAct act);

static inline gboolean
effnet_kernels_have(const EffNetKernels *kernels, EffNetType type)
{
    return kernels->conv[type].run != NULL;
}

/* Puts a level's kernels over those of the reference; FALSE where this machine cannot run it. */
typedef gboolean (*EffNetKernelsInit)(EffNetKernels *kernels);

/* All levels of this build, slowest first; NULL-terminated. */
const char *const *effnet_kernels_list(void);

/* The level that effnet_cpu_get() names. */
const EffNetKernels *effnet_kernels_get(void);

/* The level NAME, whatever the cap; NULL where this machine cannot run it. */
const EffNetKernels *effnet_kernels_find(const char *name);

#endif
