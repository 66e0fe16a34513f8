/* SPDX-License-Identifier: BSD-2-Clause */
/* How much two images differ, at the cost of some thousand samples. */
#ifndef GST_EFFICIENTNET_CHANGE_H
#define GST_EFFICIENTNET_CHANGE_H

#include <gst/video/video.h>

#include <effnet/effnet.h>

#define GST_EFFICIENTNET_CHANGE_SIDE 32

#define GST_EFFICIENTNET_CHANGE_CELLS (GST_EFFICIENTNET_CHANGE_SIDE * GST_EFFICIENTNET_CHANGE_SIDE)

/* Means, 0 to 255, over the cells of a grid on an image: of the brightness, and of the differences
 * of blue and red from it, where 128 means none. */
typedef struct {
    guint8 cells[GST_EFFICIENTNET_CHANGE_CELLS];
    guint8 blue[GST_EFFICIENTNET_CHANGE_CELLS], red[GST_EFFICIENTNET_CHANGE_CELLS];
} GstEfficientNetGrid;

/* Samples REGION, which is within the frame, in any format that GStreamer unpacks sample by
 * sample. */
void gst_efficientnet_grid_init(GstEfficientNetGrid *grid, const GstVideoFrame *map,
                                const EffNetRect *region);

/* The mean absolute difference of cells, 0 to 1: the largest of the three kinds of means. */
float gst_efficientnet_grid_distance(const GstEfficientNetGrid *a, const GstEfficientNetGrid *b);

#endif
