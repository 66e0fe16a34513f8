/* SPDX-License-Identifier: BSD-2-Clause */
/* AVX-512's tiles, and groups of four unsigned 8-bit numbers. */
#ifndef EFFNET_TILES_VNNI_H
#define EFFNET_TILES_VNNI_H

#include <glib.h>

#include "../avx512/tiles.h"

#define DWCONV_INT8_WIDE 7

#define CONV_GROUP      4
#define CONV_OFFSET     0
#define CONV_DOT_PIXELS 1
#define CONV_QUANTUM    guint8

#endif
