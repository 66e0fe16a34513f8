/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets the kernels of the level; every 64-bit ARM CPU has its instructions. */
#define ISA neon
#include "../../kernels.h"
#include "../../tmpl.h"

gboolean effnet_kernels_init_neon(EffNetKernels *kernels);

gboolean
effnet_kernels_init_neon(EffNetKernels *kernels)
{
    kernels->conv[EFFNET_TYPE_F32] = KERNEL(conv_f32);
    kernels->dwconv[EFFNET_TYPE_F32] = KERNEL(dwconv_f32);
    kernels->maxpool[EFFNET_TYPE_F32] = KERNEL(maxpool_f32);
    kernels->winograd = KERNEL(winograd_kernels);
    kernels->resize = KERNEL(resize_kernels);
    kernels->peak[EFFNET_TYPE_F32] = KERNEL(peak_f32);
    kernels->conv[EFFNET_TYPE_S16] = KERNEL(conv_int8);
    kernels->dwconv[EFFNET_TYPE_S16] = KERNEL(dwconv_int8);
    kernels->dwconv[EFFNET_TYPE_U8] = KERNEL(dwconv_u8);
    kernels->peak[EFFNET_TYPE_S16] = KERNEL(peak_int8);
    return TRUE;
}
