/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes that suit 32 registers of 16 floats. */
#ifndef EFFNET_TILES_BF16_H
#define EFFNET_TILES_BF16_H

#define CONV_BF16_PIXELS 14 /* x 2 panels: 28 vectors of sums */
#define CONV_BF16_PANELS 2
#define CONV_BF16_ROW    8 /* panels of a tile of one pixel */

#define DWCONV_BF16_COLUMNS 8 /* 16 vectors of sums and 10 of weights */

#endif
