/* SPDX-License-Identifier: BSD-2-Clause */
/* Detection, compiled without the instruction set itself, and what the level overrides. */
#define ISA avx512
#include "../kernels.h"
#include "../tmpl.h"

extern const EffNetResizeKernels effnet_resize_kernels_avx512;
gboolean effnet_kernels_init_avx512(EffNetKernels *kernels);

gboolean
effnet_kernels_init_avx512(EffNetKernels *kernels)
{
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq"))
        return FALSE;
    kernels->conv = (EffNetConvKernels){effnet_conv_pack_panels, effnet_conv_f32_avx512};
    kernels->dwconv = effnet_dwconv_f32_avx512;
    kernels->maxpool = effnet_maxpool_f32_avx512;
    kernels->resize = effnet_resize_kernels_avx512;
    kernels->peak = effnet_peak_f32_avx512;
    return TRUE;
}
