/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes that suit 32 registers of 16 floats. */
#ifndef EFFNET_TILES_H
#define EFFNET_TILES_H

/* The convolution's register tile: the sums of 14 pixels x 2 panels take 28 of the registers. */
#define CONV_PIXELS 14
#define CONV_PANELS 2
#define CONV_ROW    8 /* panels of a tile of one pixel */
#define CONV_HEIGHTS(X, ...)                                                                       \
    X(1, __VA_ARGS__)                                                                              \
    X(7, __VA_ARGS__)                                                                              \
    X(8, __VA_ARGS__)                                                                              \
    X(9, __VA_ARGS__)                                                                              \
    X(10, __VA_ARGS__)                                                                             \
    X(11, __VA_ARGS__)                                                                             \
    X(12, __VA_ARGS__)                                                                             \
    X(13, __VA_ARGS__)                                                                             \
    X(14, __VA_ARGS__)

/* Output columns of the depthwise convolution's tiles. */
#define DWCONV_WIDE      14
#define DWCONV_ODD       7
#define DWCONV_NARROW(X) X(2) X(4) X(6)
#define DWCONV_WIDTHS(X) X(8) X(10) X(12) X(14)

#endif
