/* SPDX-License-Identifier: BSD-2-Clause */
/* Detection, compiled without the instruction set itself, and the kernels that the level adds to
 * AVX512-VNNI's, which every CPU that has BF16 has. */
#define ISA avx512bf16
#include "../../kernels.h"
#include "../../tmpl.h"

gboolean effnet_kernels_init_avx512vnni(EffNetKernels *kernels);
gboolean effnet_kernels_init_avx512bf16(EffNetKernels *kernels);

gboolean
effnet_kernels_init_avx512bf16(EffNetKernels *kernels)
{
    if (!effnet_kernels_init_avx512vnni(kernels) || !__builtin_cpu_supports("avx512bf16"))
        return FALSE;
    kernels->conv[EFFNET_TYPE_BF16] = KERNEL(conv_bf16);
    kernels->dwconv[EFFNET_TYPE_BF16] = KERNEL(dwconv_bf16);
    kernels->maxpool[EFFNET_TYPE_BF16] = KERNEL(maxpool_bf16);
    kernels->peak[EFFNET_TYPE_BF16] = KERNEL(peak_bf16);
    /* VDPBF16PS takes four times as long as an fp32 multiply-add on Sapphire and Emerald Rapids,
     * for twice the products (as effnet_cpu_measure_peak() finds). */
    kernels->slow[EFFNET_TYPE_BF16] = __builtin_cpu_is("intel");
    return TRUE;
}
