/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of kernels compiled from a template: effnet_<op>_<types>_<isa>; the build defines ISA. */
#ifndef EFFNET_TMPL_H
#define EFFNET_TMPL_H

#define KERNEL_PASTE(name, isa)  effnet_##name##_##isa
#define KERNEL_EXPAND(name, isa) KERNEL_PASTE(name, isa)
#define KERNEL(name)             KERNEL_EXPAND(name, ISA)

#include "conv.h"
#include "dwconv.h"
#include "maxpool.h"
#include "resize.h"
#include "winograd.h"

extern const EffNetConvKernels KERNEL(conv_f32_kernels);
void KERNEL(dwconv_f32)(const EffNetDwconv *dwconv);
void KERNEL(maxpool_f32)(const EffNetMaxpool *maxpool);
extern const EffNetWinogradKernels KERNEL(winograd_kernels);
extern const EffNetResizeKernels KERNEL(resize_kernels);
double KERNEL(peak_f32)(guint rounds);

extern const EffNetConvKernels KERNEL(conv_bf16_kernels);
void KERNEL(dwconv_bf16)(const EffNetDwconv *dwconv);
void KERNEL(maxpool_bf16)(const EffNetMaxpool *maxpool);
double KERNEL(peak_bf16)(guint rounds);

extern const EffNetConvKernels KERNEL(conv_int8_kernels);
extern const EffNetDwconvKernels KERNEL(dwconv_int8_kernels);
extern const EffNetDwconvKernels KERNEL(dwconv_u8_kernels);
double KERNEL(peak_int8)(guint rounds);

#endif
