/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_BLAS_H
#define EFFNET_BLAS_H

#include "../conv.h"

/* Overrides KERNEL, the reference, with OpenBLAS; FALSE where that is not installed. */
gboolean effnet_conv_kernel_blas(EffNetConvKernel *kernel);

#endif
