/* SPDX-License-Identifier: BSD-2-Clause */
#include "../kernels.h"
#include "blas.h"

gboolean effnet_kernels_init_blas(EffNetKernels *kernels);

gboolean
effnet_kernels_init_blas(EffNetKernels *kernels)
{
    return effnet_conv_kernels_blas(&kernels->conv[EFFNET_TYPE_F32]);
}
