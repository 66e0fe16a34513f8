/* SPDX-License-Identifier: BSD-2-Clause */
/* AVX-VNNI's kernels for CPUs that have its instructions only in AVX-512's encoding (EVEX): the
 * same sources, compiled again. */
#define ISA avxvnni_evex
#include "checkasm.h"
#include "kernels/tmpl.h"

const EffNetKernels *
checkasm_evex_kernels(void)
{
    static EffNetKernels kernels;
    const EffNetKernels *avx2 = effnet_kernels_find("avx2");

    if (!avx2 || !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512vnni"))
        return NULL;
    kernels = *avx2;
    kernels.name = "avxvnni-evex";
    kernels.conv[EFFNET_TYPE_S16] = KERNEL(conv_int8);
    return &kernels;
}
