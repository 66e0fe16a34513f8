/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes unlike those of any CPU; groups of eight signed numbers, of two pixels at once. */
#ifndef EFFNET_TILES_C8_H
#define EFFNET_TILES_C8_H

#include <glib.h>

#define CONV_PIXELS 7
#define CONV_PANELS 1
#define CONV_ROW    2
#define CONV_HEIGHTS(X, ...)                                                                       \
    X(1, __VA_ARGS__)                                                                              \
    X(3, __VA_ARGS__)                                                                              \
    X(4, __VA_ARGS__)                                                                              \
    X(5, __VA_ARGS__)                                                                              \
    X(6, __VA_ARGS__)                                                                              \
    X(7, __VA_ARGS__)

#define DWCONV_WIDE      6
#define DWCONV_ODD       5
#define DWCONV_NARROW(X) X(2)
#define DWCONV_WIDTHS(X) X(4) X(6)
#define DWCONV_INT8_WIDE 5

#define CONV_GROUP      8
#define CONV_OFFSET     128
#define CONV_DOT_PIXELS 2
#define CONV_QUANTUM    gint8

#endif
