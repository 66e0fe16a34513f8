/* SPDX-License-Identifier: BSD-2-Clause */
/* A video frame or an image in memory, and how it becomes a network's square input. */
#ifndef EFFNET_FRAME_H
#define EFFNET_FRAME_H

#include <effnet/model.h>

G_BEGIN_DECLS

/* The order of bytes in memory. X is not read: alpha is ignored, since images in training have
 * none. Where chroma has half the width or height, odd sizes are rounded up. */
typedef enum {
    EFFNET_PIXEL_RGB,
    EFFNET_PIXEL_BGR,
    EFFNET_PIXEL_RGBX,
    EFFNET_PIXEL_BGRX,
    EFFNET_PIXEL_XRGB,
    EFFNET_PIXEL_XBGR,
    EFFNET_PIXEL_GRAY8,
    EFFNET_PIXEL_NV12, /* planes Y, UV interleaved at half width and height */
    EFFNET_PIXEL_I420, /* planes Y, U, V, the latter two at half width and height */
    EFFNET_PIXEL_YUY2, /* Y0 U Y1 V */
    EFFNET_PIXEL_UYVY, /* U Y0 V Y1 */
    EFFNET_PIXEL_YVYU, /* Y0 V Y1 U */
    EFFNET_PIXEL_VYUY, /* V Y0 U Y1 */
    EFFNET_PIXEL_NV21, /* planes Y, VU interleaved at half width and height */
    EFFNET_PIXEL_NV16, /* planes Y, UV interleaved at half width */
    EFFNET_PIXEL_NV61, /* planes Y, VU interleaved at half width */
    EFFNET_PIXEL_NV24, /* planes Y, UV interleaved */
    EFFNET_PIXEL_I422, /* planes Y, U, V, the latter two at half width */
    EFFNET_PIXEL_I444, /* planes Y, U, V */
    EFFNET_PIXEL_RGBP, /* planes R, G, B */
} EffNetPixelFormat;

/* The ITU-R matrix of a Y'CbCr frame; ignored for RGB and grey. */
typedef enum {
    EFFNET_MATRIX_BT601,
    EFFNET_MATRIX_BT709,
    EFFNET_MATRIX_BT2020,
} EffNetMatrix;

/* How samples encode light. High dynamic range is converted to sRGB, where reference white, and all
 * that is brighter, becomes white. Primaries are not converted. */
typedef enum {
    EFFNET_TRANSFER_SDR,
    EFFNET_TRANSFER_PQ, /* ITU-R BT.2100, SMPTE ST 2084 */
    EFFNET_TRANSFER_HLG,
} EffNetTransfer;

/* Where a chroma sample is located among its luma samples; flags. */
typedef enum {
    EFFNET_CHROMA_CENTER = 0,    /* between them in both directions (JPEG, MPEG-1) */
    EFFNET_CHROMA_H_COSITED = 1, /* at the left one (MPEG-2, H.264's default) */
    EFFNET_CHROMA_V_COSITED = 2, /* at the upper one */
} EffNetChromaSite;

/* How the frame must be turned to be upright: the first eight of GStreamer's
 * GstVideoOrientationMethod. */
typedef enum {
    EFFNET_ORIENTATION_IDENTITY,
    EFFNET_ORIENTATION_90R, /* clockwise */
    EFFNET_ORIENTATION_180,
    EFFNET_ORIENTATION_90L,   /* counter-clockwise */
    EFFNET_ORIENTATION_HORIZ, /* mirrored left to right */
    EFFNET_ORIENTATION_VERT,  /* mirrored top to bottom */
    EFFNET_ORIENTATION_UL_LR, /* mirrored at the diagonal from upper left to lower right */
    EFFNET_ORIENTATION_UR_LL, /* mirrored at the diagonal from upper right to lower left */
} EffNetOrientation;

/* A rectangle in pixels; X and Y are its upper left corner. */
typedef struct {
    guint x, y, w, h;
} EffNetRect;

/* A frame in memory. The memory stays the caller's, and is read only during the call that takes the
 * frame. Zero-initialise the struct, then set at least the first five fields. */
typedef struct {
    EffNetPixelFormat format;
    guint width, height;    /* pixels, each 1 to 2^20 */
    const guint8 *plane[3]; /* the first row of each plane that the format has */
    gint stride[3];         /* bytes from one row to the next; may be negative */
    /* 0: samples of 8 bits. 1 to 8: samples of 16 bits, little-endian, whose lowest SAMPLE_SHIFT
     * bits are rounded away, to within one unit of 8 bits: 2 for samples of 10 bits, 8 for samples
     * of 16 bits and for those in the upper bits. */
    guint sample_shift;
    EffNetMatrix matrix;
    gboolean full_range; /* Y'CbCr: 0..255 instead of 16..235/240 */
    EffNetTransfer transfer;
    guint chroma_site; /* EffNetChromaSite flags */
    EffNetRect region; /* the part to infer, within the frame; w or h 0: the whole frame */
    EffNetOrientation orientation;
} EffNetFrame;

/* How frames are resized. Zero-initialised: as the network was trained. */
typedef struct {
    EffNetResizeMode mode;
    float crop_fraction; /* for CENTER_CROP, above 0 and at most 1; 0: the network's */
    EffNetInterpolation interpolation;
} EffNetResize;

G_END_DECLS

#endif
