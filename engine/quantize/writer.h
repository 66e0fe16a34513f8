/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing a quantised model's file. */
#ifndef EFFNET_WRITER_H
#define EFFNET_WRITER_H

#include "../arch/network.h"
#include "../recognise/weights.h"
#include "statistics.h"

/* Quantises what WEIGHTS reads for NETWORK's layers, as INFO and STATISTICS say, and writes the
 * result to PATH. */
gboolean effnet_quantised_write(const char *path, EffNetWeights *weights,
                                const EffNetNetwork *network, const EffNetModelInfo *info,
                                const EffNetStatistics *statistics, GError **error);

#endif
