/* SPDX-License-Identifier: BSD-2-Clause */
/* Detects the level, compiled without its instruction set, and sets the kernels that it adds to
 * NEON's. */
#define ISA neondot
#include <sys/auxv.h>

#include "../../kernels.h"
#include "../../tmpl.h"

gboolean effnet_kernels_init_neon(EffNetKernels *kernels);
gboolean effnet_kernels_init_neondot(EffNetKernels *kernels);

gboolean
effnet_kernels_init_neondot(EffNetKernels *kernels)
{
    if (!effnet_kernels_init_neon(kernels) || !(getauxval(AT_HWCAP) & HWCAP_ASIMDDP))
        return FALSE;
    kernels->conv[EFFNET_TYPE_S16] = KERNEL(conv_int8);
    kernels->dwconv[EFFNET_TYPE_U8] = KERNEL(dwconv_u8);
    kernels->peak[EFFNET_TYPE_S16] = KERNEL(peak_int8);
    return TRUE;
}
