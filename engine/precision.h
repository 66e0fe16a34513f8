/* SPDX-License-Identifier: BSD-2-Clause */
/* Which precision a model is computed in: by rule, never by timing. */
#ifndef EFFNET_PRECISION_INTERNAL_H
#define EFFNET_PRECISION_INTERNAL_H

#include "kernels/kernels.h"

/* Settles what WANTED means for a checkpoint of floats, or for a QUANTISED one, on a CPU that
 * KERNELS are for. WHY: a few words, for g_free(). A combination that is impossible is an error
 * that starts with PATH (NULL: random weights). */
gboolean effnet_precision_settle(EffNetPrecision wanted, gboolean quantised,
                                 const EffNetKernels *kernels, const char *path,
                                 EffNetPrecision *settled, char **why, GError **error);

#endif
