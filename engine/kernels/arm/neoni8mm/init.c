/* SPDX-License-Identifier: BSD-2-Clause */
/* Detects the level, compiled without its instruction set, and sets the kernels that it adds to the
 * dot product's. */
#define ISA neoni8mm
#include <sys/auxv.h>

#include "../../kernels.h"
#include "../../tmpl.h"

gboolean effnet_kernels_init_neondot(EffNetKernels *kernels);
gboolean effnet_kernels_init_neoni8mm(EffNetKernels *kernels);

gboolean
effnet_kernels_init_neoni8mm(EffNetKernels *kernels)
{
    if (!effnet_kernels_init_neondot(kernels) || !(getauxval(AT_HWCAP2) & HWCAP2_I8MM))
        return FALSE;
    kernels->conv[EFFNET_TYPE_S16] = KERNEL(conv_int8);
    kernels->peak[EFFNET_TYPE_S16] = KERNEL(peak_int8);
    return TRUE;
}
