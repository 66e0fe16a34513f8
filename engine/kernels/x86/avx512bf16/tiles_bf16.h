/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernels' tiles in 32 registers of 16 lanes. */
#ifndef EFFNET_TILES_BF16_H
#define EFFNET_TILES_BF16_H

#define CONV_BF16_PIXELS 14 /* x 2 panels are 28 sums */
#define CONV_BF16_PANELS 2
#define CONV_BF16_ROW    8 /* panels at once where there is one pixel */

#define DWCONV_BF16_COLUMNS 8 /* 16 sums, and 10 vectors of weights */

#endif
