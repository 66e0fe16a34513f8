/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes that no other level has: an odd number of pixels, and of panels. */
#ifndef EFFNET_TILES_BF16_H
#define EFFNET_TILES_BF16_H

#define CONV_BF16_PIXELS 5
#define CONV_BF16_PANELS 1
#define CONV_BF16_ROW    3

#define DWCONV_BF16_COLUMNS 4

#endif
