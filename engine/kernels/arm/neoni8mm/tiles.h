/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes that suit matrix products: 6 pixels x 1 panel take 24 registers; 3 more hold groups of the
 * pixels, and 4 weights. */
#ifndef EFFNET_TILES_NEONI8MM_H
#define EFFNET_TILES_NEONI8MM_H

#include "../neon/tiles.h"

#undef CONV_PIXELS
#undef CONV_ROW
#undef CONV_HEIGHTS
#undef CONV_GROUP
#undef CONV_DOT_PIXELS
#define CONV_PIXELS 6
#define CONV_ROW    2
#define CONV_HEIGHTS(X, ...)                                                                       \
    X(1, __VA_ARGS__)                                                                              \
    X(3, __VA_ARGS__)                                                                              \
    X(4, __VA_ARGS__)                                                                              \
    X(5, __VA_ARGS__)                                                                              \
    X(6, __VA_ARGS__)
#define CONV_GROUP      8
#define CONV_DOT_PIXELS 2

#endif
