/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_FRAME_COLOR_H
#define EFFNET_FRAME_COLOR_H

#include <effnet/frame.h>

#include "kernels/resize.h"

/* From Y', Cb and Cr of 8 bits, by MATRIX, in the full range or in that of video. */
void effnet_color_init(EffNetColor *color, EffNetMatrix matrix, gboolean full_range);

/* Grey from luma only: R, G and B are equal, whatever the chroma. */
void effnet_color_init_grey(EffNetColor *color, gboolean full_range);

/* Pillow's convert("L") of N pixels, written over the first plane. */
void effnet_color_to_grey(guint8 *const rgb[3], gsize n);

#endif
