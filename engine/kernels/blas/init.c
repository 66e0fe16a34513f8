/* SPDX-License-Identifier: BSD-2-Clause */
#include "../kernels.h"
#include "blas.h"
#include "elementwise.h"

gboolean effnet_kernels_init_blas(EffNetKernels *kernels);

gboolean
effnet_kernels_init_blas(EffNetKernels *kernels)
{
    if (!effnet_conv_kernel_blas(&kernels->conv[EFFNET_TYPE_F32]))
        return FALSE;
    effnet_orc_init(); /* now: compiling at the first call would be a race between threads */
    return TRUE;
}
