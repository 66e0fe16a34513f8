/* SPDX-License-Identifier: BSD-2-Clause */
/* Detection, compiled without the instruction set itself, and what the level overrides. */
#define ISA avx2
#include "../kernels.h"
#include "../tmpl.h"

extern const EffNetResizeKernels effnet_resize_kernels_avx2;
gboolean effnet_kernels_init_avx2(EffNetKernels *kernels);

gboolean
effnet_kernels_init_avx2(EffNetKernels *kernels)
{
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return FALSE;
    kernels->conv[EFFNET_TYPE_F32].run = effnet_conv_f32_avx2;
    kernels->conv[EFFNET_TYPE_F32].gate = effnet_gate_f32_avx2;
    kernels->conv[EFFNET_TYPE_F32].pack = effnet_conv_pack_f32;
    kernels->conv[EFFNET_TYPE_F32].tile_pixels = 6;
    kernels->dwconv[EFFNET_TYPE_F32].run = effnet_dwconv_f32_avx2;
    kernels->maxpool[EFFNET_TYPE_F32] = effnet_maxpool_f32_avx2;
    kernels->winograd =
        (EffNetWinogradKernels){effnet_winograd_input_avx2, effnet_winograd_output_avx2};
    kernels->resize = effnet_resize_kernels_avx2;
    kernels->peak[EFFNET_TYPE_F32] = effnet_peak_f32_avx2;
    kernels->conv[EFFNET_TYPE_S16] = effnet_conv_int8_kernels_avx2;
    kernels->dwconv[EFFNET_TYPE_S16] = effnet_dwconv_int8_kernels_avx2;
    kernels->peak[EFFNET_TYPE_S16] = effnet_peak_int8_avx2;
    return TRUE;
}
