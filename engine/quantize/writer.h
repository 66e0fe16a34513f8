/* SPDX-License-Identifier: BSD-2-Clause */
/* A quantised model's file. */
#ifndef EFFNET_WRITER_H
#define EFFNET_WRITER_H

#include "../arch/network.h"
#include "../model/weights.h"

/* Quantises what WEIGHTS reads of NETWORK's layers, which INFO is of, whose outputs go up to RANGES
 * away from 0, and writes it to PATH. */
gboolean effnet_quantised_write(const char *path, EffNetWeights *weights,
                                const EffNetNetwork *network, const EffNetModelInfo *info,
                                const float *ranges, GError **error);

#endif
