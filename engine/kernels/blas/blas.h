/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_BLAS_H
#define EFFNET_BLAS_H

#include "../conv.h"

/* The function NAME of OpenBLAS, which is opened when the first one is looked for and stays open;
 * NULL where it is not installed, or has no such function. Any thread may call it. */
gpointer effnet_blas_find(const char *name);

/* Overrides KERNEL, the reference, with OpenBLAS; FALSE where that is not installed. */
gboolean effnet_conv_kernel_blas(EffNetConvKernel *kernel);

#endif
