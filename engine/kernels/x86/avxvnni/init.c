/* SPDX-License-Identifier: BSD-2-Clause */
/* Detection, compiled without the instruction set itself, and the kernels that the level overrides:
 * those of AVX2 that multiply 8-bit numbers. The levels of AVX-512 do not build on this one, since
 * few CPUs have both. */
#define ISA avxvnni
#include <cpuid.h>

#include "../../kernels.h"
#include "../../tmpl.h"

gboolean effnet_kernels_init_avx2(EffNetKernels *kernels);
gboolean effnet_kernels_init_avxvnni(EffNetKernels *kernels);

/* Not every compiler's __builtin_cpu_supports() knows AVX-VNNI. That the system saves the registers
 * has been checked for AVX2. */
static gboolean
cpu_has_avxvnni(void)
{
    guint eax, ebx, ecx, edx;

    return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && (eax & bit_AVXVNNI);
}

gboolean
effnet_kernels_init_avxvnni(EffNetKernels *kernels)
{
    if (!effnet_kernels_init_avx2(kernels) || !cpu_has_avxvnni())
        return FALSE;
    kernels->conv[EFFNET_TYPE_S16] = KERNEL(conv_int8);
    kernels->peak[EFFNET_TYPE_S16] = KERNEL(peak_int8);
    return TRUE;
}
