/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes that suit 16 registers of 8 floats, and the groups of the int8 convolution. */
#ifndef EFFNET_TILES_H
#define EFFNET_TILES_H

#include <glib.h>

/* The convolution's register tile: the sums of 6 pixels x 1 panel take 12 of the registers. */
#define CONV_PIXELS 6
#define CONV_PANELS 1
#define CONV_ROW    4 /* panels of a tile of one pixel */
#define CONV_HEIGHTS(X, ...)                                                                       \
    X(1, __VA_ARGS__)                                                                              \
    X(3, __VA_ARGS__)                                                                              \
    X(4, __VA_ARGS__)                                                                              \
    X(5, __VA_ARGS__)                                                                              \
    X(6, __VA_ARGS__)

/* Output columns of the depthwise convolution's tiles. */
#define DWCONV_WIDE      8
#define DWCONV_ODD       7
#define DWCONV_NARROW(X) X(2) X(4) X(6)
#define DWCONV_WIDTHS(X) X(8)
#define DWCONV_INT8_WIDE 4

/* Numbers of 8 bits are widened to 16 and multiplied in pairs. */
#define CONV_GROUP      2
#define CONV_OFFSET     0
#define CONV_DOT_PIXELS 1
#define CONV_QUANTUM    gint16

#endif
