/* SPDX-License-Identifier: BSD-2-Clause */
/* The pixel formats' layouts in memory, and checks of a frame. */
#ifndef EFFNET_FRAME_FORMAT_H
#define EFFNET_FRAME_FORMAT_H

#include <effnet/frame.h>

#include "kernels/resize.h"

/* The longest side of a frame, in pixels: up to there, Pillow's arithmetic and ours are exact. */
#define EFFNET_FRAME_MAX_SIDE (1u << 20)

/* Components that are resized together. */
typedef struct {
    guint plane;
    EffNetPixelLayout layout;
    gboolean halved_x, halved_y;
} EffNetComponents;

typedef struct {
    const char *name;
    gboolean ycbcr;
    guint n_components; /* 1 to 3 */
    EffNetComponents components[3];
} EffNetFormat;

const EffNetFormat *effnet_format_get(EffNetPixelFormat format);

/* Checks FRAME; sets REGION to its region, or to the whole frame. */
gboolean effnet_frame_check(const EffNetFrame *frame, EffNetRect *region, GError **error);

#endif
