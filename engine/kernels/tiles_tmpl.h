/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks what a level's tiles.h must fulfil. */
#ifndef EFFNET_TILES_TMPL_H
#define EFFNET_TILES_TMPL_H

#include <glib.h>

#include "tiles.h"

/* Defaults of what tiles.h need not define: CONV_SHARE, how many pixels share a base address;
 * CONV_FOURS, how many times four k's the body of the loop over floats has; PREFETCH, whether
 * kernels prefetch. */
#ifndef CONV_SHARE
#define CONV_SHARE 3
#endif
#ifndef CONV_FOURS
#define CONV_FOURS 1
#endif
#ifndef PREFETCH
#define PREFETCH 1
#endif

/* CONV_HEIGHTS must list the heights (in pixels) that tiles can have: 1, and half of the highest to
 * the highest. A column of several tiles has none lower than half of the highest; lower columns are
 * made of tiles of one pixel, to keep the library small. */
#define HEIGHT_BIT(mr, ...) | 1u << (mr)
G_STATIC_ASSERT((0 CONV_HEIGHTS(HEIGHT_BIT, 0)) ==
                (2u | ((2u << CONV_PIXELS) - (1u << MAX(1, CONV_PIXELS / 2)))));
#undef HEIGHT_BIT

/* A row of the depthwise convolution's outputs is cut into one tile of 1 or DWCONV_ODD columns
 * where their number is odd, then tiles of even widths up to DWCONV_WIDE. DWCONV_NARROW and
 * DWCONV_WIDTHS together list the even widths. */
#define WIDTH_BIT(width) | 1u << (width)
G_STATIC_ASSERT((0 DWCONV_NARROW(WIDTH_BIT) DWCONV_WIDTHS(WIDTH_BIT)) ==
                (((2u << DWCONV_WIDE) - 4u) & 0x55555555u));
#undef WIDTH_BIT
G_STATIC_ASSERT(DWCONV_WIDE % 2 == 0 && DWCONV_ODD % 2 == 1 && DWCONV_ODD < DWCONV_WIDE);

#endif
