/* SPDX-License-Identifier: BSD-2-Clause */
/* Quantising weights, and writing a quantised model's file. */
#ifndef EFFNET_WRITER_H
#define EFFNET_WRITER_H

#include "../arch/network.h"
#include "../recognise/weights.h"
#include "statistics.h"

/* Quantises ROWS, the weights of LAYER, to WEIGHTS, integers of -127..127. Sets SCALE, one for each
 * output channel, to the real value of one unit. */
void effnet_quantise(const EffNetLayer *layer, const float *rows, gint8 *weights, float *scale);

/* Quantises what WEIGHTS reads for NETWORK's layers, as INFO and STATISTICS say, and writes the
 * result to PATH. */
gboolean effnet_quantised_write(const char *path, EffNetWeights *weights,
                                const EffNetNetwork *network, const EffNetModelInfo *info,
                                const EffNetStatistics *statistics, GError **error);

#endif
