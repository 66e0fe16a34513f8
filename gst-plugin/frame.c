/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame.h"

/* Frames higher than SD count as HD if the caps do not tell the matrix. */
#define SD_HEIGHT 576

/* PLANES: which of GStreamer's planes are the engine's first, second and third. SHIFT: how many of
 * 16 bits are rounded away; 0: samples have 8 bits. */
typedef struct {
    GstVideoFormat format;
    EffNetPixelFormat pixel;
    guint8 planes[3];
    guint8 shift;
} Format;

static const Format formats[] = {
    {GST_VIDEO_FORMAT_RGB, EFFNET_PIXEL_RGB, {0}},
    {GST_VIDEO_FORMAT_BGR, EFFNET_PIXEL_BGR, {0}},
    {GST_VIDEO_FORMAT_RGBx, EFFNET_PIXEL_RGBX, {0}},
    {GST_VIDEO_FORMAT_RGBA, EFFNET_PIXEL_RGBX, {0}},
    {GST_VIDEO_FORMAT_BGRx, EFFNET_PIXEL_BGRX, {0}},
    {GST_VIDEO_FORMAT_BGRA, EFFNET_PIXEL_BGRX, {0}},
    {GST_VIDEO_FORMAT_xRGB, EFFNET_PIXEL_XRGB, {0}},
    {GST_VIDEO_FORMAT_ARGB, EFFNET_PIXEL_XRGB, {0}},
    {GST_VIDEO_FORMAT_xBGR, EFFNET_PIXEL_XBGR, {0}},
    {GST_VIDEO_FORMAT_ABGR, EFFNET_PIXEL_XBGR, {0}},
    {GST_VIDEO_FORMAT_RGBP, EFFNET_PIXEL_RGBP, {0, 1, 2}},
    {GST_VIDEO_FORMAT_BGRP, EFFNET_PIXEL_RGBP, {2, 1, 0}},
    {GST_VIDEO_FORMAT_GBR, EFFNET_PIXEL_RGBP, {2, 0, 1}},
    {GST_VIDEO_FORMAT_GBR_10LE, EFFNET_PIXEL_RGBP, {2, 0, 1}, 2},
    {GST_VIDEO_FORMAT_GBR_12LE, EFFNET_PIXEL_RGBP, {2, 0, 1}, 4},
    {GST_VIDEO_FORMAT_GRAY8, EFFNET_PIXEL_GRAY8, {0}},
    {GST_VIDEO_FORMAT_GRAY16_LE, EFFNET_PIXEL_GRAY8, {0}, 8},
    {GST_VIDEO_FORMAT_NV12, EFFNET_PIXEL_NV12, {0, 1}},
    {GST_VIDEO_FORMAT_NV21, EFFNET_PIXEL_NV21, {0, 1}},
    {GST_VIDEO_FORMAT_NV16, EFFNET_PIXEL_NV16, {0, 1}},
    {GST_VIDEO_FORMAT_NV61, EFFNET_PIXEL_NV61, {0, 1}},
    {GST_VIDEO_FORMAT_NV24, EFFNET_PIXEL_NV24, {0, 1}},
    {GST_VIDEO_FORMAT_P010_10LE, EFFNET_PIXEL_NV12, {0, 1}, 8},
    {GST_VIDEO_FORMAT_P012_LE, EFFNET_PIXEL_NV12, {0, 1}, 8},
    {GST_VIDEO_FORMAT_P016_LE, EFFNET_PIXEL_NV12, {0, 1}, 8},
    {GST_VIDEO_FORMAT_I420, EFFNET_PIXEL_I420, {0, 1, 2}},
    {GST_VIDEO_FORMAT_YV12, EFFNET_PIXEL_I420, {0, 2, 1}},
    {GST_VIDEO_FORMAT_I420_10LE, EFFNET_PIXEL_I420, {0, 1, 2}, 2},
    {GST_VIDEO_FORMAT_I420_12LE, EFFNET_PIXEL_I420, {0, 1, 2}, 4},
    {GST_VIDEO_FORMAT_Y42B, EFFNET_PIXEL_I422, {0, 1, 2}},
    {GST_VIDEO_FORMAT_I422_10LE, EFFNET_PIXEL_I422, {0, 1, 2}, 2},
    {GST_VIDEO_FORMAT_I422_12LE, EFFNET_PIXEL_I422, {0, 1, 2}, 4},
    {GST_VIDEO_FORMAT_Y444, EFFNET_PIXEL_I444, {0, 1, 2}},
    {GST_VIDEO_FORMAT_Y444_10LE, EFFNET_PIXEL_I444, {0, 1, 2}, 2},
    {GST_VIDEO_FORMAT_Y444_12LE, EFFNET_PIXEL_I444, {0, 1, 2}, 4},
    {GST_VIDEO_FORMAT_YUY2, EFFNET_PIXEL_YUY2, {0}},
    {GST_VIDEO_FORMAT_UYVY, EFFNET_PIXEL_UYVY, {0}},
    {GST_VIDEO_FORMAT_YVYU, EFFNET_PIXEL_YVYU, {0}},
    {GST_VIDEO_FORMAT_VYUY, EFFNET_PIXEL_VYUY, {0}},
};

static const Format *
find_format(GstVideoFormat format)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (formats[i].format == format)
            return &formats[i];
    }
    g_assert_not_reached(); /* the pad template accepts nothing else */
}

#if GST_CHECK_VERSION(1, 24, 0)
static GstCaps *
make_dmabuf_caps(void)
{
    GstCaps *caps = gst_caps_from_string(GST_VIDEO_DMA_DRM_CAPS_MAKE);
    GValue names = G_VALUE_INIT;

    g_value_init(&names, GST_TYPE_LIST);
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        guint32 fourcc = gst_video_dma_drm_fourcc_from_format(formats[i].format);
        GValue name = G_VALUE_INIT;

        if (fourcc == 0)
            continue;
        g_value_init(&name, G_TYPE_STRING);
        g_value_take_string(&name, gst_video_dma_drm_fourcc_to_string(fourcc, 0));
        gst_value_list_append_and_take_value(&names, &name);
    }
    gst_structure_take_value(gst_caps_get_structure(caps, 0), "drm-format", &names);
    return caps;
}
#endif

GstCaps *
gst_efficientnet_frame_make_caps(void)
{
    GstCaps *caps = gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GST_EFFICIENTNET_FORMATS));

#if GST_CHECK_VERSION(1, 24, 0)
    gst_caps_append(caps, make_dmabuf_caps());
#endif
    return caps;
}

gboolean
gst_efficientnet_frame_read_caps(GstVideoInfo *info, const GstCaps *caps)
{
#if GST_CHECK_VERSION(1, 24, 0)
    GstVideoInfoDmaDrm drm;

    if (gst_video_is_dma_drm_caps(caps))
        return gst_video_info_dma_drm_from_caps(&drm, caps) &&
               gst_video_info_dma_drm_to_video_info(&drm, info);
#endif
    return gst_video_info_from_caps(info, caps);
}

static EffNetMatrix
matrix(const GstVideoInfo *info)
{
    switch (info->colorimetry.matrix) {
    case GST_VIDEO_COLOR_MATRIX_BT709:
    case GST_VIDEO_COLOR_MATRIX_SMPTE240M: /* within 0.2 % of BT.709 */
        return EFFNET_MATRIX_BT709;
    case GST_VIDEO_COLOR_MATRIX_BT2020:
        return EFFNET_MATRIX_BT2020;
    case GST_VIDEO_COLOR_MATRIX_BT601:
    case GST_VIDEO_COLOR_MATRIX_FCC:
        return EFFNET_MATRIX_BT601;
    default:
        return GST_VIDEO_INFO_HEIGHT(info) > SD_HEIGHT ? EFFNET_MATRIX_BT709 : EFFNET_MATRIX_BT601;
    }
}

/* If the caps tell no site, the video info has GStreamer's default for the size. */
static guint
chroma_site(const GstVideoInfo *info)
{
    GstVideoChromaSite site = GST_VIDEO_INFO_CHROMA_SITE(info);
    guint flags = EFFNET_CHROMA_CENTER;

    if (site & GST_VIDEO_CHROMA_SITE_H_COSITED)
        flags |= EFFNET_CHROMA_H_COSITED;
    if (site & GST_VIDEO_CHROMA_SITE_V_COSITED)
        flags |= EFFNET_CHROMA_V_COSITED;
    return flags;
}

static EffNetTransfer
transfer(const GstVideoInfo *info)
{
    switch (info->colorimetry.transfer) {
    case GST_VIDEO_TRANSFER_SMPTE2084:
        return EFFNET_TRANSFER_PQ;
    case GST_VIDEO_TRANSFER_ARIB_STD_B67:
        return EFFNET_TRANSFER_HLG;
    default:
        return EFFNET_TRANSFER_SDR;
    }
}

EffNetOrientation
gst_efficientnet_frame_orientation(GstVideoOrientationMethod method)
{
    switch (method) {
    case GST_VIDEO_ORIENTATION_90R:
        return EFFNET_ORIENTATION_90R;
    case GST_VIDEO_ORIENTATION_180:
        return EFFNET_ORIENTATION_180;
    case GST_VIDEO_ORIENTATION_90L:
        return EFFNET_ORIENTATION_90L;
    case GST_VIDEO_ORIENTATION_HORIZ:
        return EFFNET_ORIENTATION_HORIZ;
    case GST_VIDEO_ORIENTATION_VERT:
        return EFFNET_ORIENTATION_VERT;
    case GST_VIDEO_ORIENTATION_UL_LR:
        return EFFNET_ORIENTATION_UL_LR;
    case GST_VIDEO_ORIENTATION_UR_LL:
        return EFFNET_ORIENTATION_UR_LL;
    default:
        return EFFNET_ORIENTATION_IDENTITY;
    }
}

/* Sets the bytes of a row of plane P, and the number of its rows. For some formats GStreamer does
 * not know where in a pixel a component is, but all are within its stride. */
static void
plane_extent(const GstVideoFrame *map, guint p, gint64 *row_bytes, gint64 *rows)
{
    const GstVideoFormatInfo *format = map->info.finfo;

    *row_bytes = *rows = 0;
    for (guint c = 0; c < GST_VIDEO_FORMAT_INFO_N_COMPONENTS(format); c++) {
        gint64 pixel_stride = GST_VIDEO_FORMAT_INFO_PSTRIDE(format, c);

        if (GST_VIDEO_FORMAT_INFO_PLANE(format, c) != p)
            continue;
        *row_bytes = MAX(*row_bytes, GST_VIDEO_FRAME_COMP_WIDTH(map, c) * pixel_stride);
        *rows = MAX(*rows, GST_VIDEO_FRAME_COMP_HEIGHT(map, c));
    }
}

/* Whether pixels are not equally spaced, so that only the layout that the caps imply is known. */
static gboolean
is_opaque(const GstVideoFormatInfo *format)
{
    return GST_VIDEO_FORMAT_INFO_IS_COMPLEX(format) || GST_VIDEO_FORMAT_INFO_IS_TILED(format) ||
           GST_VIDEO_FORMAT_INFO_HAS_PALETTE(format) ||
           GST_VIDEO_FORMAT_INFO_PSTRIDE(format, 0) == 0;
}

static gboolean
is_as_in_caps(const GstVideoFrame *map, const GstVideoInfo *info, guint p, gint64 begin,
              gint64 size)
{
    gboolean is_last = p + 1 == GST_VIDEO_INFO_N_PLANES(info);
    gsize end = is_last ? GST_VIDEO_INFO_SIZE(info) : GST_VIDEO_INFO_PLANE_OFFSET(info, p + 1);

    return GST_VIDEO_FRAME_WIDTH(map) == GST_VIDEO_INFO_WIDTH(info) &&
           GST_VIDEO_FRAME_HEIGHT(map) == GST_VIDEO_INFO_HEIGHT(info) &&
           GST_VIDEO_FRAME_PLANE_STRIDE(map, p) == GST_VIDEO_INFO_PLANE_STRIDE(info, p) &&
           begin + (gint64)(end - GST_VIDEO_INFO_PLANE_OFFSET(info, p)) <= size;
}

/* gst_video_frame_map() trusts the video meta, which comes from another element. */
static gboolean
plane_is_inside(const GstVideoFrame *map, const GstVideoInfo *info, guint p)
{
    gboolean by_meta = map->meta != NULL;
    const GstMapInfo *memory = &map->map[by_meta ? p : 0];
    const guint8 *data = map->data[p];
    gint64 stride = GST_VIDEO_FRAME_PLANE_STRIDE(map, p);
    gint64 begin = data - memory->data, size = (gint64)memory->size;
    gint64 row_bytes, rows, last;

    if (is_opaque(info->finfo))
        return is_as_in_caps(map, info, p, begin, size);
    plane_extent(map, p, &row_bytes, &rows);
    last = begin + (rows - 1) * stride;
    return rows > 0 && ABS(stride) >= row_bytes && MIN(begin, last) >= 0 &&
           MAX(begin, last) + row_bytes <= size;
}

static gboolean
planes_are_inside(const GstVideoFrame *map, const GstVideoInfo *info)
{
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(map); p++) {
        if (!plane_is_inside(map, info, p))
            return FALSE;
    }
    return TRUE;
}

/* Checks what gst_video_frame_map() takes for granted. */
static gboolean
meta_fits_caps(const GstVideoMeta *meta, const GstVideoInfo *info)
{
    return meta->format == GST_VIDEO_INFO_FORMAT(info) &&
           meta->n_planes == GST_VIDEO_INFO_N_PLANES(info) &&
           meta->width >= (guint)GST_VIDEO_INFO_WIDTH(info) &&
           meta->height >= (guint)GST_VIDEO_INFO_HEIGHT(info);
}

EffNetRect
gst_efficientnet_frame_visible(GstBuffer *buffer, const GstVideoInfo *info)
{
    const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
    const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta(buffer);
    guint width = (guint)GST_VIDEO_INFO_WIDTH(info), height = (guint)GST_VIDEO_INFO_HEIGHT(info);
    guint full_width = meta && meta_fits_caps(meta, info) ? meta->width : width;
    guint full_height = meta && meta_fits_caps(meta, info) ? meta->height : height;

    if (crop && crop->x < full_width && crop->y < full_height && crop->width > 0 &&
        crop->height > 0)
        return (EffNetRect){crop->x, crop->y, MIN(crop->width, full_width - crop->x),
                            MIN(crop->height, full_height - crop->y)};
    return (EffNetRect){0, 0, width, height};
}

gboolean
gst_efficientnet_frame_map_video(GstVideoFrame *map, const GstVideoInfo *info, GstBuffer *buffer,
                                 GstMapFlags flags, GError **error)
{
    const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);

    if ((meta && !meta_fits_caps(meta, info)) ||
        !gst_video_frame_map(map, info, buffer, flags | GST_VIDEO_FRAME_MAP_FLAG_NO_REF)) {
        g_set_error(
            error, EFFNET_ERROR, EFFNET_ERROR_FRAME,
            "A buffer of %" G_GSIZE_FORMAT " bytes is not a frame of %s, %dx%d, as its caps say",
            gst_buffer_get_size(buffer), gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(info)),
            GST_VIDEO_INFO_WIDTH(info), GST_VIDEO_INFO_HEIGHT(info));
        return FALSE;
    }
    if (!planes_are_inside(map, info)) {
        gst_video_frame_unmap(map);
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FRAME,
                    "The video meta of a buffer reaches beyond its %" G_GSIZE_FORMAT " bytes",
                    gst_buffer_get_size(buffer));
        return FALSE;
    }
    return TRUE;
}

gboolean
gst_efficientnet_frame_map(GstVideoFrame *map, EffNetFrame *frame, const GstVideoInfo *info,
                           GstBuffer *buffer, GError **error)
{
    const Format *format = find_format(GST_VIDEO_INFO_FORMAT(info));

    if (!gst_efficientnet_frame_map_video(map, info, buffer, GST_MAP_READ, error))
        return FALSE;
    *frame = (EffNetFrame){
        .format = format->pixel,
        .sample_shift = format->shift,
        .width = GST_VIDEO_FRAME_WIDTH(map),
        .height = GST_VIDEO_FRAME_HEIGHT(map),
        .matrix = matrix(info),
        .full_range = info->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255,
        .transfer = transfer(info),
        .chroma_site = chroma_site(info),
        .region = gst_efficientnet_frame_visible(buffer, info),
    };
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(map); p++) {
        guint source = format->planes[p];

        frame->plane[p] = map->data[source];
        frame->stride[p] = GST_VIDEO_FRAME_PLANE_STRIDE(map, source);
    }
    return TRUE;
}
