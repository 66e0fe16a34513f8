/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_BLAS_H
#define EFFNET_BLAS_H

#include "../conv.h"

/* FALSE where OpenBLAS is not installed. */
gboolean effnet_conv_kernels_blas(EffNetConvKernels *kernels);

#endif
