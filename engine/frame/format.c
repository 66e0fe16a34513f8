/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/format.h"

#include <effnet/error.h>

#define INTERLEAVED(name, stride, r, g, b)                                                         \
    {                                                                                              \
        name, FALSE, 1,                                                                            \
        {                                                                                          \
            {                                                                                      \
                0,                                                                                 \
                {                                                                                  \
                    stride, 3,                                                                     \
                    {                                                                              \
                        r, g, b                                                                    \
                    }                                                                              \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }

static const EffNetFormat formats[] = {
    [EFFNET_PIXEL_RGB] = INTERLEAVED("RGB", 3, 0, 1, 2),
    [EFFNET_PIXEL_BGR] = INTERLEAVED("BGR", 3, 2, 1, 0),
    [EFFNET_PIXEL_RGBX] = INTERLEAVED("RGBx", 4, 0, 1, 2),
    [EFFNET_PIXEL_BGRX] = INTERLEAVED("BGRx", 4, 2, 1, 0),
    [EFFNET_PIXEL_XRGB] = INTERLEAVED("xRGB", 4, 1, 2, 3),
    [EFFNET_PIXEL_XBGR] = INTERLEAVED("xBGR", 4, 3, 2, 1),
    [EFFNET_PIXEL_GRAY8] = {"GRAY8", FALSE, 1, {{0, {1, 1, {0}}}}},
    [EFFNET_PIXEL_NV12] = {"NV12", TRUE, 2, {{0, {1, 1, {0}}}, {1, {2, 2, {0, 1}}, TRUE, TRUE}}},
    [EFFNET_PIXEL_I420] = {"I420",
                           TRUE,
                           3,
                           {{0, {1, 1, {0}}},
                            {1, {1, 1, {0}}, TRUE, TRUE},
                            {2, {1, 1, {0}}, TRUE, TRUE}}},
    [EFFNET_PIXEL_YUY2] = {"YUY2", TRUE, 2, {{0, {2, 1, {0}}}, {0, {4, 2, {1, 3}}, TRUE, FALSE}}},
    [EFFNET_PIXEL_UYVY] = {"UYVY", TRUE, 2, {{0, {2, 1, {1}}}, {0, {4, 2, {0, 2}}, TRUE, FALSE}}},
    [EFFNET_PIXEL_YVYU] = {"YVYU", TRUE, 2, {{0, {2, 1, {0}}}, {0, {4, 2, {3, 1}}, TRUE, FALSE}}},
    [EFFNET_PIXEL_VYUY] = {"VYUY", TRUE, 2, {{0, {2, 1, {1}}}, {0, {4, 2, {2, 0}}, TRUE, FALSE}}},
    [EFFNET_PIXEL_NV21] = {"NV21", TRUE, 2, {{0, {1, 1, {0}}}, {1, {2, 2, {1, 0}}, TRUE, TRUE}}},
    [EFFNET_PIXEL_NV16] = {"NV16", TRUE, 2, {{0, {1, 1, {0}}}, {1, {2, 2, {0, 1}}, TRUE, FALSE}}},
    [EFFNET_PIXEL_NV61] = {"NV61", TRUE, 2, {{0, {1, 1, {0}}}, {1, {2, 2, {1, 0}}, TRUE, FALSE}}},
    [EFFNET_PIXEL_NV24] = {"NV24", TRUE, 2, {{0, {1, 1, {0}}}, {1, {2, 2, {0, 1}}}}},
    [EFFNET_PIXEL_I422] = {"I422",
                           TRUE,
                           3,
                           {{0, {1, 1, {0}}},
                            {1, {1, 1, {0}}, TRUE, FALSE},
                            {2, {1, 1, {0}}, TRUE, FALSE}}},
    [EFFNET_PIXEL_I444] = {"I444", TRUE, 3, {{0, {1, 1, {0}}}, {1, {1, 1, {0}}}, {2, {1, 1, {0}}}}},
    [EFFNET_PIXEL_RGBP] = {"RGBP",
                           FALSE,
                           3,
                           {{0, {1, 1, {0}}}, {1, {1, 1, {0}}}, {2, {1, 1, {0}}}}},
};

const EffNetFormat *
effnet_format_get(EffNetPixelFormat format)
{
    return &formats[format];
}

static gboolean
check_components(const EffNetFrame *frame, const EffNetComponents *components, GError **error)
{
    const char *name = formats[frame->format].name;
    guint width = components->halved_x ? frame->width / 2 + frame->width % 2 : frame->width;
    guint height = components->halved_y ? frame->height / 2 + frame->height % 2 : frame->height;
    guint64 row = (guint64)width * components->layout.pixel_stride * (frame->sample_shift ? 2 : 1);
    gint64 stride = frame->stride[components->plane];

    if (!frame->plane[components->plane]) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FRAME, "%s frame without plane %u", name,
                    components->plane);
        return FALSE;
    }
    if (height > 1 && (guint64)ABS(stride) < row) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FRAME,
                    "%s frame of %u x %u: rows of plane %u are %" G_GUINT64_FORMAT
                    " bytes, but its stride is %" G_GINT64_FORMAT,
                    name, frame->width, frame->height, components->plane, row, stride);
        return FALSE;
    }
    return TRUE;
}

static gboolean
check_enums(const EffNetFrame *frame, GError **error)
{
    if ((guint)frame->format < G_N_ELEMENTS(formats) &&
        (guint)frame->matrix <= EFFNET_MATRIX_BT2020 &&
        (guint)frame->transfer <= EFFNET_TRANSFER_HLG &&
        (guint)frame->orientation <= EFFNET_ORIENTATION_UR_LL &&
        frame->chroma_site <= (EFFNET_CHROMA_H_COSITED | EFFNET_CHROMA_V_COSITED) &&
        frame->sample_shift <= 8)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FRAME,
                "frame of unknown format %d, matrix %d, transfer %d, chroma site %u, orientation "
                "%d or sample shift %u",
                frame->format, frame->matrix, frame->transfer, frame->chroma_site,
                frame->orientation, frame->sample_shift);
    return FALSE;
}

static gboolean
check_region(const EffNetFrame *frame, EffNetRect *region, GError **error)
{
    const EffNetRect *r = &frame->region;

    if (r->w == 0 || r->h == 0) {
        *region = (EffNetRect){0, 0, frame->width, frame->height};
        return TRUE;
    }
    if (r->x >= frame->width || r->w > frame->width - r->x || r->y >= frame->height ||
        r->h > frame->height - r->y) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FRAME,
                    "region of %u x %u at %u,%u is not within the frame of %u x %u", r->w, r->h,
                    r->x, r->y, frame->width, frame->height);
        return FALSE;
    }
    *region = *r;
    return TRUE;
}

gboolean
effnet_frame_check(const EffNetFrame *frame, EffNetRect *region, GError **error)
{
    const EffNetFormat *format;

    if (!check_enums(frame, error))
        return FALSE;
    if (frame->width < 1 || frame->width > EFFNET_FRAME_MAX_SIDE || frame->height < 1 ||
        frame->height > EFFNET_FRAME_MAX_SIDE) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FRAME,
                    "frame of %u x %u: each side must be 1 to %u", frame->width, frame->height,
                    EFFNET_FRAME_MAX_SIDE);
        return FALSE;
    }
    format = &formats[frame->format];
    for (guint i = 0; i < format->n_components; i++)
        if (!check_components(frame, &format->components[i], error))
            return FALSE;
    return check_region(frame, region, error);
}
