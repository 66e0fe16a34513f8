/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of kernels that are compiled from templates, effnet_<op>_<type>_<level>; the build defines
 * ISA as the level. */
#ifndef EFFNET_TMPL_H
#define EFFNET_TMPL_H

#define KERNEL_PASTE(name, isa)  effnet_##name##_##isa
#define KERNEL_EXPAND(name, isa) KERNEL_PASTE(name, isa)
#define KERNEL(name)             KERNEL_EXPAND(name, ISA)

/* For what is rare: one copy in the library, however many callers there are. */
#ifdef __clang__
#define ONE_COPY __attribute__((noinline))
#else
#define ONE_COPY __attribute__((noinline, noclone))
#endif

#include "conv.h"
#include "dwconv.h"
#include "maxpool.h"
#include "resize.h"
#include "winograd.h"

extern const EffNetConvKernel KERNEL(conv_f32);
extern const EffNetDwconvKernel KERNEL(dwconv_f32);
void KERNEL(maxpool_f32)(const EffNetMaxpool *maxpool);
extern const EffNetWinogradKernels KERNEL(winograd_kernels);
extern const EffNetResizeKernels KERNEL(resize_kernels);
double KERNEL(peak_f32)(guint rounds);

extern const EffNetConvKernel KERNEL(conv_bf16);
extern const EffNetDwconvKernel KERNEL(dwconv_bf16);
void KERNEL(maxpool_bf16)(const EffNetMaxpool *maxpool);
double KERNEL(peak_bf16)(guint rounds);

extern const EffNetConvKernel KERNEL(conv_int8);
extern const EffNetDwconvKernel KERNEL(dwconv_int8);
extern const EffNetDwconvKernel KERNEL(dwconv_u8);
double KERNEL(peak_int8)(guint rounds);

#endif
