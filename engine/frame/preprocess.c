/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/preprocess.h"

#include <effnet/error.h>
#include <math.h>
#include <string.h>

#include "frame/color.h"
#include "frame/format.h"
#include "frame/geometry.h"
#include "frame/plane.h"
#include "frame/transfer.h"
#include "kernels/kernels.h"

#define DEFAULT_CROP_FRACTION 0.875f

/* Where pixels go. Strides are in elements, from one pixel to the next along the source's axes. */
typedef struct {
    float *floats; /* or NULL, then */
    guint8 *bytes;
    gssize first, x_stride, y_stride;
} Sink;

struct _EffNetPreprocess {
    guint resolution, channels;
    float lut[3][256];
    guint8 mean[3];
    EffNetResize trained, resize;

    /* The frame that the tables below are for, if READY. */
    gboolean ready;
    EffNetFrame last;
    guint8 srgb[256]; /* for a transfer other than SDR */
    EffNetGeometry geometry;
    EffNetPlane planes[3];
    guint n_planes;
    guint8 *row; /* R, G, B of one row, row_size apart */
    gsize row_size;

    const EffNetResizeKernels *kernels;
};

static void
init_normalisation(EffNetPreprocess *p, const EffNetModelInfo *info)
{
    for (guint c = 0; c < 3; c++) {
        for (guint v = 0; v < 256; v++)
            p->lut[c][v] = (float)((v / 255.0 - info->mean[c]) / info->std[c]);
        p->mean[c] = (guint8)CLAMP(lrint(info->mean[c] * 255.0), 0, 255);
    }
}

EffNetPreprocess *
effnet_preprocess_new(const EffNetModelInfo *info)
{
    EffNetPreprocess *p = g_new0(EffNetPreprocess, 1);

    p->resolution = info->resolution;
    p->channels = info->in_channels;
    p->trained = (EffNetResize){info->resize_mode ? info->resize_mode : EFFNET_RESIZE_CENTER_CROP,
                                info->crop_fraction, info->interpolation};
    if (!(p->trained.crop_fraction > 0.0f && p->trained.crop_fraction <= 1.0f))
        p->trained.crop_fraction = DEFAULT_CROP_FRACTION;
    if (p->trained.interpolation == EFFNET_INTERPOLATION_AUTO)
        p->trained.interpolation = EFFNET_INTERPOLATION_BICUBIC;
    p->resize = p->trained;
    init_normalisation(p, info);
    p->row_size = ((gsize)p->resolution + EFFNET_RESIZE_SLACK + 63) & ~(gsize)63;
    p->row = g_malloc0(3 * p->row_size);
    p->kernels = &effnet_kernels_get()->resize;
    return p;
}

static void
forget(EffNetPreprocess *p)
{
    for (guint i = 0; i < p->n_planes; i++)
        effnet_plane_clear(&p->planes[i]);
    p->n_planes = 0;
    p->ready = FALSE;
}

void
effnet_preprocess_free(EffNetPreprocess *p)
{
    if (!p)
        return;
    forget(p);
    g_free(p->row);
    g_free(p);
}

gboolean
effnet_preprocess_set_resize(EffNetPreprocess *p, const EffNetResize *resize, GError **error)
{
    EffNetResize set = resize ? *resize : (EffNetResize){0};

    if ((guint)set.mode > EFFNET_RESIZE_LETTERBOX ||
        (guint)set.interpolation > EFFNET_INTERPOLATION_BICUBIC) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "unknown resize mode %d or interpolation %d", set.mode, set.interpolation);
        return FALSE;
    }
    if (!(set.crop_fraction >= 0.0f && set.crop_fraction <= 1.0f)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "crop fraction %g: it must be above 0 and at most 1 (0: the network's)",
                    set.crop_fraction);
        return FALSE;
    }
    if (set.mode == EFFNET_RESIZE_AUTO)
        set.mode = p->trained.mode;
    if (set.crop_fraction == 0.0f)
        set.crop_fraction = p->trained.crop_fraction;
    if (set.interpolation == EFFNET_INTERPOLATION_AUTO)
        set.interpolation = p->trained.interpolation;
    p->resize = set;
    forget(p);
    return TRUE;
}

void
effnet_preprocess_get_view(const EffNetPreprocess *p, EffNetOrientation orientation, guint width,
                           guint height, EffNetView *view)
{
    EffNetGeometry geometry;

    effnet_geometry_init(&geometry, width, height, orientation, p->resolution, &p->resize);
    effnet_axis_get_view(&geometry.x, p->resolution, &view->x, &view->w);
    effnet_axis_get_view(&geometry.y, p->resolution, &view->y, &view->h);
}

static gboolean
same_geometry(const EffNetFrame *a, const EffNetFrame *b)
{
    return a->format == b->format && a->width == b->width && a->height == b->height &&
           a->chroma_site == b->chroma_site && a->sample_shift == b->sample_shift &&
           a->transfer == b->transfer && a->orientation == b->orientation &&
           a->region.x == b->region.x && a->region.y == b->region.y && a->region.w == b->region.w &&
           a->region.h == b->region.h;
}

static gboolean
prepare(EffNetPreprocess *p, const EffNetFrame *frame, GError **error)
{
    const EffNetFormat *format;
    EffNetRect region;
    EffNetPlaneSpec spec = {.geometry = &p->geometry, .frame = frame, .region = &region};
    guint n;

    if (!effnet_frame_check(frame, &region, error))
        return FALSE;
    if (p->ready && same_geometry(frame, &p->last))
        return TRUE;

    forget(p);
    format = effnet_format_get(frame->format);
    effnet_geometry_init(&p->geometry, region.w, region.h, frame->orientation, p->resolution,
                         &p->resize);
    if (frame->transfer != EFFNET_TRANSFER_SDR)
        effnet_transfer_init(p->srgb, frame->transfer);
    spec.interpolation = p->resize.interpolation;
    spec.fine = format->ycbcr;
    n = format->ycbcr && p->channels == 1 ? 1 : format->n_components;
    for (; p->n_planes < n; p->n_planes++) {
        EffNetPlane *plane = &p->planes[p->n_planes];

        if (!effnet_plane_init(plane, &format->components[p->n_planes], &spec)) {
            forget(p);
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY,
                        "no memory to resize a frame of %u x %u", frame->width, frame->height);
            return FALSE;
        }
    }
    p->last = *frame;
    p->ready = TRUE;
    return TRUE;
}

/* Converts the planes' current row to R, G, B; only the first of these where the network sees
 * grey. */
static void
make_ycbcr_row(EffNetPreprocess *p, const EffNetColor *color, guint8 *rgb[3])
{
    const gint16 *y = (const gint16 *)p->planes[0].out;
    const gint16 *ycc[3] = {y, y, y};
    guint n = p->geometry.x.n;

    if (p->n_planes > 1) {
        ycc[1] = (const gint16 *)p->planes[1].out;
        ycc[2] = p->n_planes > 2 ? (const gint16 *)p->planes[2].out : ycc[1] + n;
    }
    p->kernels->color(rgb, ycc, n, color);
}

/* RGB: three rows; grey is one row three times. */
static void
tone_map(const EffNetPreprocess *p, guint8 *const rgb[3])
{
    for (guint c = 0; c < (rgb[1] == rgb[0] ? 1 : 3); c++)
        for (guint i = 0; i < p->geometry.x.n; i++)
            rgb[c][i] = p->srgb[rgb[c][i]];
}

static void
make_row(EffNetPreprocess *p, const EffNetFrame *frame, const EffNetColor *color, guint i,
         const guint8 *result[3])
{
    guint n = p->geometry.x.n;
    guint8 *rgb[3];

    for (guint k = 0; k < p->n_planes; k++)
        effnet_plane_run(&p->planes[k], p->kernels, frame, i);
    if (p->planes[0].fine) {
        for (guint c = 0; c < 3; c++)
            rgb[c] = p->row + c * p->row_size;
        make_ycbcr_row(p, color, rgb);
    } else {
        gboolean grey = p->n_planes == 1 && p->planes[0].components.layout.components == 1;

        for (guint c = 0; c < 3; c++)
            rgb[c] = p->n_planes == 3 ? p->planes[c].out : p->planes[0].out + (grey ? 0 : c * n);
        if (p->channels == 1 && !grey)
            effnet_color_to_grey(rgb, n);
    }
    if (p->channels == 1)
        rgb[1] = rgb[2] = rgb[0];
    if (frame->transfer != EFFNET_TRANSFER_SDR)
        tone_map(p, rgb);
    for (guint c = 0; c < 3; c++)
        result[c] = rgb[c];
}

static void
put_floats(const EffNetPreprocess *p, float *dst, gssize stride, const guint8 *const rgb[3])
{
    guint n = p->geometry.x.n;

    if (p->channels == 1) {
        for (guint i = 0; i < n; i++, dst += stride)
            dst[0] = p->lut[0][rgb[0][i]];
        return;
    }
    for (guint i = 0; i < n; i++, dst += stride) {
        dst[0] = p->lut[0][rgb[0][i]];
        dst[1] = p->lut[1][rgb[1][i]];
        dst[2] = p->lut[2][rgb[2][i]];
    }
}

static void
put_bytes(const EffNetPreprocess *p, guint8 *dst, gssize stride, const guint8 *const rgb[3])
{
    for (guint i = 0; i < p->geometry.x.n; i++, dst += stride)
        for (guint c = 0; c < 3; c++)
            dst[c] = rgb[c][i];
}

/* Sets SINK's strides, so that the small result is turned and flipped while it is written. */
static void
aim(Sink *sink, const EffNetGeometry *geometry, gssize pixel, gssize row)
{
    const EffNetAxis *x = &geometry->x, *y = &geometry->y;
    gssize along_x = geometry->swap ? row : pixel, along_y = geometry->swap ? pixel : row;

    sink->first = (x->dst + (x->flip ? x->n - 1 : 0)) * along_x +
                  (y->dst + (y->flip ? y->n - 1 : 0)) * along_y;
    sink->x_stride = x->flip ? -along_x : along_x;
    sink->y_stride = y->flip ? -along_y : along_y;
}

static void
run(EffNetPreprocess *p, const EffNetFrame *frame, const Sink *sink)
{
    EffNetColor color;

    if (p->channels == 1)
        effnet_color_init_grey(&color, frame->full_range);
    else
        effnet_color_init(&color, frame->matrix, frame->full_range);
    for (guint k = 0; k < p->n_planes; k++)
        effnet_plane_start(&p->planes[k]);
    for (guint i = 0; i < p->geometry.y.n; i++) {
        gssize at = sink->first + i * sink->y_stride;
        const guint8 *rgb[3];

        make_row(p, frame, &color, i, rgb);
        if (sink->floats)
            put_floats(p, sink->floats + at, sink->x_stride, rgb);
        else
            put_bytes(p, sink->bytes + at, sink->x_stride, rgb);
    }
}

static gboolean
fills_everything(const EffNetPreprocess *p)
{
    return p->geometry.x.n == p->resolution && p->geometry.y.n == p->resolution;
}

gboolean
effnet_preprocess_run(EffNetPreprocess *p, const EffNetFrame *frame, float *dst, gsize row_stride,
                      GError **error)
{
    Sink sink = {.floats = dst};

    if (!prepare(p, frame, error))
        return FALSE;
    if (!fills_everything(p))
        for (guint y = 0; y < p->resolution; y++)
            memset(dst + y * row_stride, 0, (gsize)p->resolution * p->channels * sizeof *dst);
    aim(&sink, &p->geometry, p->channels, (gssize)row_stride);
    run(p, frame, &sink);
    return TRUE;
}

gboolean
effnet_preprocess_run_bytes(EffNetPreprocess *p, const EffNetFrame *frame, guint8 *dst,
                            gsize row_stride, gsize pixel_stride, GError **error)
{
    Sink sink = {.bytes = dst};

    if (!prepare(p, frame, error))
        return FALSE;
    if (!fills_everything(p))
        for (guint y = 0; y < p->resolution; y++)
            for (guint x = 0; x < p->resolution; x++)
                for (guint c = 0; c < 3; c++)
                    dst[y * row_stride + x * pixel_stride + c] = p->mean[p->channels == 1 ? 0 : c];
    aim(&sink, &p->geometry, (gssize)pixel_stride, (gssize)row_stride);
    run(p, frame, &sink);
    return TRUE;
}
