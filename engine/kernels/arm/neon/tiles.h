/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes that suit 32 registers of 4 floats, and the groups of the int8 convolution. */
#ifndef EFFNET_TILES_H
#define EFFNET_TILES_H

#include <glib.h>

/* Register tile of the convolution: 5 pixels x 1 panel take 20 registers; 5 more hold the pixels'
 * inputs, and 4 a row of the panel. */
#define CONV_PIXELS 5
#define CONV_PANELS 1
#define CONV_ROW    4 /* panels of a tile of one pixel */
#define CONV_HEIGHTS(X, ...)                                                                       \
    X(1, __VA_ARGS__)                                                                              \
    X(2, __VA_ARGS__)                                                                              \
    X(3, __VA_ARGS__)                                                                              \
    X(4, __VA_ARGS__)                                                                              \
    X(5, __VA_ARGS__)
#define CONV_SHARE 1
#define CONV_FOURS 2
#define PREFETCH   0 /* on the cores measured, the instructions cost more than they save */

/* Output columns of the depthwise convolution's tiles. */
#define DWCONV_WIDE      14
#define DWCONV_ODD       7
#define DWCONV_NARROW(X) X(2) X(4) X(6)
#define DWCONV_WIDTHS(X) X(8) X(10) X(12) X(14)
#define DWCONV_ROWS(X)   X(7) X(14) /* whole rows of small feature maps */
#define DWCONV_INT8_WIDE 7

/* Groups of four signed 8-bit numbers. */
#define CONV_GROUP      4
#define CONV_OFFSET     128
#define CONV_DOT_PIXELS 1
#define CONV_QUANTUM    gint8

#endif
