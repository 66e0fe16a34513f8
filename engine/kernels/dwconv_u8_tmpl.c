/* SPDX-License-Identifier: BSD-2-Clause */
/* The int8 depthwise convolution of feature maps of 8 bits, which are widened when they are read.
 */
#define DWCONV_U8
#include "dwconv_int8_tmpl.c"
