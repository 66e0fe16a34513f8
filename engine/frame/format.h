/* SPDX-License-Identifier: BSD-2-Clause */
/* How the pixel formats lie in memory, and whether a frame keeps to it. */
#ifndef EFFNET_FRAME_FORMAT_H
#define EFFNET_FRAME_FORMAT_H

#include <effnet/frame.h>

#include "kernels/resize.h"

/* The longest side of a frame: as far as Pillow's arithmetic, and ours, is exact. */
#define EFFNET_FRAME_MAX_SIDE (1u << 20)

/* Samples that are resized together. */
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

/* REGION: the frame's, resolved. */
gboolean effnet_frame_check(const EffNetFrame *frame, EffNetRect *region, GError **error);

#endif
