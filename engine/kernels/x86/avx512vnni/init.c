/* SPDX-License-Identifier: BSD-2-Clause */
/* Detection, compiled without the instruction set itself, and the kernels that the level adds to
 * AVX-512's. */
#define ISA avx512vnni
#include "../../kernels.h"
#include "../../tmpl.h"

gboolean effnet_kernels_init_avx512(EffNetKernels *kernels);
gboolean effnet_kernels_init_avx512vnni(EffNetKernels *kernels);

gboolean
effnet_kernels_init_avx512vnni(EffNetKernels *kernels)
{
    if (!effnet_kernels_init_avx512(kernels) || !__builtin_cpu_supports("avx512vnni"))
        return FALSE;
    kernels->conv[EFFNET_TYPE_S16] = KERNEL(conv_int8);
    kernels->dwconv[EFFNET_TYPE_S16] = KERNEL(dwconv_int8);
    kernels->dwconv[EFFNET_TYPE_U8] = KERNEL(dwconv_u8);
    kernels->peak[EFFNET_TYPE_S16] = KERNEL(peak_int8);
    return TRUE;
}
