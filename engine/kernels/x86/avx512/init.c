/* SPDX-License-Identifier: BSD-2-Clause */
/* Detection, compiled without the instruction set itself, and the kernels that the level
 * overrides. */
#define ISA avx512
#include "../../kernels.h"
#include "../../tmpl.h"

gboolean effnet_kernels_init_avx2(EffNetKernels *kernels);
gboolean effnet_kernels_init_avx512(EffNetKernels *kernels);

gboolean
effnet_kernels_init_avx512(EffNetKernels *kernels)
{
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq") ||
        !effnet_kernels_init_avx2(kernels))
        return FALSE;
    kernels->conv[EFFNET_TYPE_F32] = KERNEL(conv_f32);
    kernels->dwconv[EFFNET_TYPE_F32] = KERNEL(dwconv_f32);
    kernels->maxpool[EFFNET_TYPE_F32] = KERNEL(maxpool_f32);
    kernels->winograd = KERNEL(winograd_kernels);
    kernels->resize = KERNEL(resize_kernels);
    kernels->peak[EFFNET_TYPE_F32] = KERNEL(peak_f32);
    return TRUE;
}
