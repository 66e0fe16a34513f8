/* SPDX-License-Identifier: BSD-2-Clause */
#include "change.h"

#include <stdlib.h>

#define SIDE GST_EFFICIENTNET_CHANGE_SIDE
/* Of a cell, along each side: their mean is a quarter as noisy as a sample. */
#define SAMPLES 4

/* A component of the pixel at X, Y, in 8 bits. */
static guint
sample(const GstVideoFrame *map, guint component, guint x, guint y)
{
    const GstVideoFormatInfo *format = map->info.finfo;
    const guint8 *at = GST_VIDEO_FRAME_COMP_DATA(map, component);

    at += (gssize)y * GST_VIDEO_FRAME_COMP_STRIDE(map, component) +
          (gssize)x * GST_VIDEO_FRAME_COMP_PSTRIDE(map, component);
    if (GST_VIDEO_FORMAT_INFO_DEPTH(format, component) <= 8)
        return *at;
    return (guint)GST_READ_UINT16_LE(at) >> GST_VIDEO_FORMAT_INFO_SHIFT(format, component) >>
               (GST_VIDEO_FORMAT_INFO_DEPTH(format, component) - 8) &
           255;
}

static guint
brightness(const GstVideoFrame *map, guint x, guint y)
{
    if (!GST_VIDEO_FORMAT_INFO_IS_RGB(map->info.finfo))
        return sample(map, 0, x, y);
    return (2 * sample(map, 0, x, y) + 5 * sample(map, 1, x, y) + sample(map, 2, x, y)) / 8;
}

/* The middle of the I-th of SIDE * SAMPLES parts of a length. */
static guint
position(guint start, guint length, guint i)
{
    return start + (guint)((guint64)length * (2 * i + 1) / (2 * SIDE * SAMPLES));
}

static guint8
cell(const GstVideoFrame *map, const EffNetRect *region, guint column, guint row)
{
    guint sum = 0;

    for (guint j = 0; j < SAMPLES; j++) {
        guint y = position(region->y, region->h, row * SAMPLES + j);

        for (guint i = 0; i < SAMPLES; i++)
            sum += brightness(map, position(region->x, region->w, column * SAMPLES + i), y);
    }
    return (guint8)((sum + SAMPLES * SAMPLES / 2) / (SAMPLES * SAMPLES));
}

void
gst_efficientnet_grid_init(GstEfficientNetGrid *grid, const GstVideoFrame *map,
                           const EffNetRect *region)
{
    for (guint row = 0; row < SIDE; row++)
        for (guint column = 0; column < SIDE; column++)
            grid->cells[row * SIDE + column] = cell(map, region, column, row);
}

float
gst_efficientnet_grid_distance(const GstEfficientNetGrid *a, const GstEfficientNetGrid *b)
{
    guint sum = 0;

    for (guint i = 0; i < SIDE * SIDE; i++)
        sum += (guint)abs(a->cells[i] - b->cells[i]);
    return (float)sum / (SIDE * SIDE * 255.0f);
}
