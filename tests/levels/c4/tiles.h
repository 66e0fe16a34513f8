/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes unlike those of any CPU. */
#ifndef EFFNET_TILES_C4_H
#define EFFNET_TILES_C4_H

#include <glib.h>

#define CONV_PIXELS 5
#define CONV_PANELS 2
#define CONV_ROW    3
#define CONV_HEIGHTS(X, ...)                                                                       \
    X(1, __VA_ARGS__)                                                                              \
    X(2, __VA_ARGS__)                                                                              \
    X(3, __VA_ARGS__)                                                                              \
    X(4, __VA_ARGS__)                                                                              \
    X(5, __VA_ARGS__)

#define DWCONV_WIDE      4
#define DWCONV_ODD       3
#define DWCONV_NARROW(X) X(2)
#define DWCONV_WIDTHS(X) X(4)
#define DWCONV_INT8_WIDE 3

#define CONV_GROUP      4
#define CONV_OFFSET     0
#define CONV_DOT_PIXELS 1
#define CONV_QUANTUM    guint8

#endif
