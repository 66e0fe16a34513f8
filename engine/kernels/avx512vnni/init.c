/* SPDX-License-Identifier: BSD-2-Clause */
/* Detection, compiled without the instruction set itself, and what the level adds to AVX-512's. */
#define ISA avx512vnni
#include "../kernels.h"
#include "../tmpl.h"

gboolean effnet_kernels_init_avx512(EffNetKernels *kernels);
gboolean effnet_kernels_init_avx512vnni(EffNetKernels *kernels);

gboolean
effnet_kernels_init_avx512vnni(EffNetKernels *kernels)
{
    if (!effnet_kernels_init_avx512(kernels) || !__builtin_cpu_supports("avx512vnni"))
        return FALSE;
    kernels->conv[EFFNET_TYPE_S16] = effnet_conv_int8_kernels_avx512vnni;
    kernels->dwconv[EFFNET_TYPE_S16] = effnet_dwconv_int8_kernels_avx512vnni;
    kernels->peak[EFFNET_TYPE_S16] = effnet_peak_int8_avx512vnni;
    return TRUE;
}
