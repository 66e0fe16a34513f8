/* SPDX-License-Identifier: BSD-2-Clause */
/* AVX2's tiles, and groups of four unsigned 8-bit numbers. */
#ifndef EFFNET_TILES_AVXVNNI_H
#define EFFNET_TILES_AVXVNNI_H

#include "../avx2/tiles.h"

#undef CONV_GROUP
#undef CONV_QUANTUM
#define CONV_GROUP   4
#define CONV_QUANTUM guint8

#endif
