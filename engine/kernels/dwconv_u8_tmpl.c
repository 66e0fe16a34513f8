/* SPDX-License-Identifier: BSD-2-Clause */
/* The depthwise convolution of U8 feature maps, which are widened when they are read. */
#define DWCONV_U8
#include "dwconv_int8_tmpl.c"
