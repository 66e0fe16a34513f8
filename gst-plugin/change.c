/* SPDX-License-Identifier: BSD-2-Clause */
#include "change.h"

#include <stdlib.h>

#define SIDE GST_EFFICIENTNET_CHANGE_SIDE
/* Samples of a cell along each side: their mean is a quarter as noisy as one sample. */
#define SAMPLES 4
/* No difference of blue or red from the brightness. */
#define NEUTRAL 128

/* A component of the pixel at X, Y, as 8 bits. */
static guint
sample(const GstVideoFrame *map, guint component, guint x, guint y)
{
    const GstVideoFormatInfo *format = map->info.finfo;
    const guint8 *at = GST_VIDEO_FRAME_COMP_DATA(map, component);

    at += (gssize)y * GST_VIDEO_FRAME_COMP_STRIDE(map, component) +
          (gssize)x * GST_VIDEO_FRAME_COMP_PSTRIDE(map, component);
    if (GST_VIDEO_FORMAT_INFO_DEPTH(format, component) <= 8)
        return *at;
    /* For the second of a pair, GStreamer's offset is one byte after the first's, not two. */
    at += GST_VIDEO_FRAME_COMP_POFFSET(map, component) % 2;
    return (guint)GST_READ_UINT16_LE(at) >> GST_VIDEO_FORMAT_INFO_SHIFT(format, component) >>
               (GST_VIDEO_FORMAT_INFO_DEPTH(format, component) - 8) &
           255;
}

typedef struct {
    guint brightness, blue, red;
} Color;

static Color
color(const GstVideoFrame *map, guint x, guint y)
{
    const GstVideoFormatInfo *format = map->info.finfo;
    Color c = {.blue = NEUTRAL, .red = NEUTRAL};

    if (GST_VIDEO_FORMAT_INFO_IS_RGB(format)) {
        guint red = sample(map, 0, x, y), blue = sample(map, 2, x, y);

        c.brightness = (2 * red + 5 * sample(map, 1, x, y) + blue) / 8;
        c.blue = (2 * NEUTRAL + blue - c.brightness) / 2;
        c.red = (2 * NEUTRAL + red - c.brightness) / 2;
        return c;
    }
    c.brightness = sample(map, 0, x, y);
    if (GST_VIDEO_FORMAT_INFO_N_COMPONENTS(format) >= 3) {
        x >>= GST_VIDEO_FORMAT_INFO_W_SUB(format, 1);
        y >>= GST_VIDEO_FORMAT_INFO_H_SUB(format, 1);
        c.blue = sample(map, 1, x, y);
        c.red = sample(map, 2, x, y);
    }
    return c;
}

/* The middle of part I of the SIDE * SAMPLES parts of a length. */
static guint
position(guint start, guint length, guint i)
{
    return start + (guint)((guint64)length * (2 * i + 1) / (2 * SIDE * SAMPLES));
}

static guint8
mean(guint sum)
{
    return (guint8)((sum + SAMPLES * SAMPLES / 2) / (SAMPLES * SAMPLES));
}

static void
fill_cell(GstEfficientNetGrid *grid, const GstVideoFrame *map, const EffNetRect *region,
          guint column, guint row)
{
    guint brightness = 0, blue = 0, red = 0, cell = row * SIDE + column;

    for (guint j = 0; j < SAMPLES; j++) {
        guint y = position(region->y, region->h, row * SAMPLES + j);

        for (guint i = 0; i < SAMPLES; i++) {
            Color c = color(map, position(region->x, region->w, column * SAMPLES + i), y);

            brightness += c.brightness;
            blue += c.blue;
            red += c.red;
        }
    }
    grid->cells[cell] = mean(brightness);
    grid->blue[cell] = mean(blue);
    grid->red[cell] = mean(red);
}

void
gst_efficientnet_grid_init(GstEfficientNetGrid *grid, const GstVideoFrame *map,
                           const EffNetRect *region)
{
    for (guint row = 0; row < SIDE; row++)
        for (guint column = 0; column < SIDE; column++)
            fill_cell(grid, map, region, column, row);
}

static guint
sum_differences(const guint8 *a, const guint8 *b)
{
    guint sum = 0;

    for (guint i = 0; i < GST_EFFICIENTNET_CHANGE_CELLS; i++)
        sum += (guint)abs(a[i] - b[i]);
    return sum;
}

float
gst_efficientnet_grid_distance(const GstEfficientNetGrid *a, const GstEfficientNetGrid *b)
{
    guint most = sum_differences(a->cells, b->cells);

    most = MAX(most, sum_differences(a->blue, b->blue));
    most = MAX(most, sum_differences(a->red, b->red));
    return (float)most / (GST_EFFICIENTNET_CHANGE_CELLS * 255.0f);
}
