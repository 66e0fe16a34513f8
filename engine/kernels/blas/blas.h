/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_BLAS_H
#define EFFNET_BLAS_H

#include "../conv.h"

/* The function NAME of OpenBLAS; NULL if the library is not installed or has no such function. The
 * first call opens the library, which stays open. Any thread may call this. */
gpointer effnet_blas_find(const char *name);

/* Overrides KERNEL, the reference, with OpenBLAS; FALSE where that is not installed. */
gboolean effnet_conv_kernel_blas(EffNetConvKernel *kernel);

#endif
