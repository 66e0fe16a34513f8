/* SPDX-License-Identifier: BSD-2-Clause */
/* A GstBuffer as a frame of the engine's. */
#ifndef GST_EFFICIENTNET_FRAME_H
#define GST_EFFICIENTNET_FRAME_H

#include <gst/video/video.h>

#include <effnet/effnet.h>

#define GST_EFFICIENTNET_FORMATS                                                                   \
    "{ RGB, BGR, RGBx, BGRx, xRGB, xBGR, RGBA, BGRA, ARGB, ABGR, GRAY8, NV12, I420, YUY2, NV21, "  \
    "YV12, UYVY, YVYU, VYUY, NV16, NV61, NV24, Y42B, Y444, RGBP, BGRP, GBR, P010_10LE, P012_LE, "  \
    "P016_LE, I420_10LE, I420_12LE, I422_10LE, I422_12LE, Y444_10LE, Y444_12LE, GBR_10LE, "        \
    "GBR_12LE, GRAY16_LE }"

/* Frames in these formats and, from GStreamer 1.24 on, in DMA buffers: in those of the formats that
 * it knows DRM's name of, with a linear layout, which is a name without a modifier. */
GstCaps *gst_efficientnet_frame_make_caps(void);

/* Sets INFO to what CAPS, which are fixed and within those, say of the pixels, whatever memory they
 * are in. */
gboolean gst_efficientnet_frame_read_caps(GstVideoInfo *info, const GstCaps *caps);

/* The visible part of BUFFER: the crop meta's rectangle, cut to the frame; or the whole frame. */
EffNetRect gst_efficientnet_frame_visible(GstBuffer *buffer, const GstVideoInfo *info);

/* Maps BUFFER, in any format, with strides and offsets from the video meta. The caller keeps BUFFER
 * until it unmaps MAP. EFFNET_ERROR_FRAME if the buffer is not what its caps or its meta say. */
gboolean gst_efficientnet_frame_map_video(GstVideoFrame *map, const GstVideoInfo *info,
                                          GstBuffer *buffer, GstMapFlags flags, GError **error);

/* The same, for reading, in one of GST_EFFICIENTNET_FORMATS; sets FRAME, with its region from the
 * crop meta, to point into MAP. */
gboolean gst_efficientnet_frame_map(GstVideoFrame *map, EffNetFrame *frame,
                                    const GstVideoInfo *info, GstBuffer *buffer, GError **error);

/* CUSTOM and AUTO mean identity. */
EffNetOrientation gst_efficientnet_frame_orientation(GstVideoOrientationMethod method);

#endif
