/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernels of one level, that is of one instruction set. */
#ifndef EFFNET_KERNELS_H
#define EFFNET_KERNELS_H

#include "conv.h"
#include "dwconv.h"
#include "maxpool.h"
#include "resize.h"
#include "winograd.h"

/* Raise it when a kernel packs its weights differently: cache files hold packed weights. */
#define EFFNET_PACKED_VERSION 5

typedef struct {
    const char *name; /* the level's, as in EFFNET_ISA */
    /* By the type of the feature maps between layers; zeros for types that the level has no kernels
     * of. */
    EffNetConvKernel conv[EFFNET_TYPES];
    EffNetDwconvKernel dwconv[EFFNET_TYPES];
    EffNetMaxpoolKernel maxpool[EFFNET_TYPES];
    EffNetWinogradKernels winograd; /* of F32; zeros: not worth it on this level */
    EffNetResizeKernels resize;
    /* Does ROUNDS rounds of multiply-adds, nothing else in their way, and returns how many
     * operations those were: the peak against which `effnet bench` measures. */
    double (*peak[EFFNET_TYPES])(guint rounds);
    gboolean slow[EFFNET_TYPES]; /* the CPU is faster with F32, although it has the instructions */
} EffNetKernels;

/* The level's kernel, or, where its contract lacks one of the activations or the shape, the
 * reference, which has all. KERNELS must have TYPE. */
const EffNetConvKernel *effnet_kernels_get_conv(const EffNetKernels *kernels, EffNetType type,
                                                EffNetActSet acts);
const EffNetDwconvKernel *effnet_kernels_get_dwconv(const EffNetKernels *kernels, EffNetType type,
                                                    guint kernel, guint stride, EffNetAct act);

static inline gboolean
effnet_kernels_have(const EffNetKernels *kernels, EffNetType type)
{
    return kernels->conv[type].run != NULL;
}

/* Overrides KERNELS, at first the reference's, with a level's; FALSE where this machine cannot run
 * them. */
typedef gboolean (*EffNetKernelsInit)(EffNetKernels *kernels);

/* All levels of this build, slowest first; NULL-terminated. */
const char *const *effnet_kernels_list(void);

/* The kernels of the level that effnet_cpu_get() names. */
const EffNetKernels *effnet_kernels_get(void);

/* The kernels of level NAME, even above the cap that EFFNET_ISA sets; NULL where this machine
 * cannot run them. */
const EffNetKernels *effnet_kernels_find(const char *name);

#endif
