/* SPDX-License-Identifier: BSD-2-Clause */
/* Detection, compiled without the instruction set itself, and what the level overrides. */
#define ISA avx512
#include "../kernels.h"
#include "../tmpl.h"

extern const EffNetResizeKernels effnet_resize_kernels_avx512;
gboolean effnet_kernels_init_avx2(EffNetKernels *kernels);
gboolean effnet_kernels_init_avx512(EffNetKernels *kernels);

gboolean
effnet_kernels_init_avx512(EffNetKernels *kernels)
{
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq") ||
        !effnet_kernels_init_avx2(kernels))
        return FALSE;
    kernels->conv[EFFNET_TYPE_F32].run = effnet_conv_f32_avx512;
    kernels->conv[EFFNET_TYPE_F32].gate = effnet_gate_f32_avx512;
    kernels->conv[EFFNET_TYPE_F32].pack = effnet_conv_pack_f32;
    kernels->conv[EFFNET_TYPE_F32].tile_pixels = 14;
    kernels->dwconv[EFFNET_TYPE_F32].run = effnet_dwconv_f32_avx512;
    kernels->maxpool[EFFNET_TYPE_F32] = effnet_maxpool_f32_avx512;
    kernels->winograd =
        (EffNetWinogradKernels){effnet_winograd_input_avx512, effnet_winograd_output_avx512};
    kernels->resize = effnet_resize_kernels_avx512;
    kernels->peak[EFFNET_TYPE_F32] = effnet_peak_f32_avx512;
    return TRUE;
}
