/* SPDX-License-Identifier: BSD-2-Clause */
/* Which precision a model runs in, by rule and never by timing. */
#ifndef EFFNET_PRECISION_INTERNAL_H
#define EFFNET_PRECISION_INTERNAL_H

#include "kernels/kernels.h"

/* Settles what WANTED means for a checkpoint of floats, or one that is QUANTISED, on a CPU that
 * runs KERNELS; WHY: a few words, which the caller frees. What cannot be is an error that begins
 * with PATH (NULL: random weights). */
gboolean effnet_precision_settle(EffNetPrecision wanted, gboolean quantised,
                                 const EffNetKernels *kernels, const char *path,
                                 EffNetPrecision *settled, char **why, GError **error);

#endif
