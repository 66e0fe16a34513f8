/* SPDX-License-Identifier: BSD-2-Clause */
/* What a level's tiles.h must say is checked here. */
#ifndef EFFNET_TILES_TMPL_H
#define EFFNET_TILES_TMPL_H

#include <glib.h>

#include "tiles.h"

/* A column of more than one tile has none that is lower than half of the highest; lower columns are
 * tiles of one pixel, to keep the library small. These are the heights that CONV_HEIGHTS lists. */
#define HEIGHT_BIT(mr, ...) | 1u << (mr)
G_STATIC_ASSERT((0 CONV_HEIGHTS(HEIGHT_BIT, 0)) ==
                (2u | ((2u << CONV_PIXELS) - (1u << MAX(1, CONV_PIXELS / 2)))));
#undef HEIGHT_BIT

/* Rows of outputs of the depthwise convolution are tiles of 1 or DWCONV_ODD columns, then even ones
 * of up to DWCONV_WIDE. DWCONV_NARROW and DWCONV_WIDTHS list the even ones. */
#define WIDTH_BIT(width) | 1u << (width)
G_STATIC_ASSERT((0 DWCONV_NARROW(WIDTH_BIT) DWCONV_WIDTHS(WIDTH_BIT)) ==
                (((2u << DWCONV_WIDE) - 4u) & 0x55555555u));
#undef WIDTH_BIT
G_STATIC_ASSERT(DWCONV_WIDE % 2 == 0 && DWCONV_ODD % 2 == 1 && DWCONV_ODD < DWCONV_WIDE);

#endif
