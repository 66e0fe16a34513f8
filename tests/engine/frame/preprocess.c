/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/preprocess.h"

#include <effnet/error.h>
#include <malloc.h>
#include <string.h>

#include "frame/format.h"
#include "frame/transfer.h"

#define N 32 /* the resolution */

typedef struct {
    EffNetFrame frame;
    guint8 *data;
} Picture;

static EffNetModelInfo
info_new(guint channels)
{
    return (EffNetModelInfo){.resolution = N,
                             .in_channels = channels,
                             .mean = {0.485f, 0.456f, 0.406f},
                             .std = {0.229f, 0.224f, 0.225f},
                             .crop_fraction = 0.875f,
                             .interpolation = EFFNET_INTERPOLATION_BICUBIC};
}

static EffNetPreprocess *
preprocess_new(guint channels, EffNetResizeMode mode)
{
    EffNetModelInfo info = info_new(channels);
    EffNetResize resize = {.mode = mode};
    EffNetPreprocess *p = effnet_preprocess_new(&info);

    g_assert_true(effnet_preprocess_set_resize(p, &resize, NULL));
    return p;
}

static guint
halved(guint n, gboolean half)
{
    return half ? (n + 1) / 2 : n;
}

/* Allocates exactly what is needed, so that a sanitizer sees what is read beyond. */
static void
picture_init(Picture *picture, EffNetPixelFormat format, guint width, guint height)
{
    const EffNetFormat *f = effnet_format_get(format);
    gsize at[3] = {0}, size = 0;

    picture->frame = (EffNetFrame){.format = format, .width = width, .height = height};
    for (guint i = 0; i < f->n_components; i++) {
        const EffNetComponents *part = &f->components[i];
        guint row = halved(width, part->halved_x) * part->layout.pixel_stride;

        if (i > 0 && part->plane == 0)
            size = 0; /* YUY2's chroma, in the same plane */
        at[part->plane] = size;
        picture->frame.stride[part->plane] = (gint)row;
        size += (gsize)row * halved(height, part->halved_y);
    }
    picture->data = g_malloc(size);
    for (guint i = 0; i < 3; i++)
        picture->frame.plane[i] = picture->data + at[i];
    for (gsize i = 0; i < size; i++)
        picture->data[i] = (guint8)g_test_rand_int();
}

static void
picture_clear(Picture *picture)
{
    g_free(picture->data);
}

static void
run_rgb(EffNetPreprocess *p, const EffNetFrame *frame, guint8 dst[N * N * 3])
{
    g_autoptr(GError) error = NULL;

    effnet_preprocess_run_bytes(p, frame, dst, 3 * N, 3, &error);
    g_assert_no_error(error);
}

static void
assert_near(const guint8 *a, const guint8 *b, int most)
{
    for (guint i = 0; i < N * N * 3; i++)
        g_assert_cmpint(ABS(a[i] - b[i]), <=, most);
}

/* The same pixels in other orders of bytes. */
static void
test_orders(void)
{
    static const guint orders[][4] = {{0, 1, 2}, {2, 1, 0}, {0, 1, 2},
                                      {2, 1, 0}, {1, 2, 3}, {3, 2, 1}};
    EffNetPreprocess *p = preprocess_new(3, EFFNET_RESIZE_AUTO);
    guint8 expected[N * N * 3], got[N * N * 3];
    Picture rgb;

    picture_init(&rgb, EFFNET_PIXEL_RGB, 61, 47);
    run_rgb(p, &rgb.frame, expected);
    for (guint format = EFFNET_PIXEL_BGR; format <= EFFNET_PIXEL_XBGR; format++) {
        guint step = effnet_format_get(format)->components[0].layout.pixel_stride;
        Picture other;

        picture_init(&other, format, 61, 47);
        for (guint i = 0; i < 61 * 47; i++)
            for (guint c = 0; c < 3; c++)
                other.data[i * step + orders[format][c]] = rgb.data[3 * i + c];
        run_rgb(p, &other.frame, got);
        g_assert_cmpmem(got, sizeof got, expected, sizeof expected);
        picture_clear(&other);
    }
    picture_clear(&rgb);
    effnet_preprocess_free(p);
}

/* NV12 and I420 hold the same; bottom-up rows and a region equal a copy. */
static void
test_planes(void)
{
    EffNetPreprocess *p = preprocess_new(3, EFFNET_RESIZE_AUTO);
    guint8 expected[N * N * 3], got[N * N * 3];
    guint n_chroma = 31 * 24;
    Picture nv12, i420;

    picture_init(&nv12, EFFNET_PIXEL_NV12, 61, 47);
    picture_init(&i420, EFFNET_PIXEL_I420, 61, 47);
    memcpy(i420.data, nv12.data, 61 * 47);
    for (guint i = 0; i < 2 * n_chroma; i++)
        i420.data[61 * 47 + i % 2 * n_chroma + i / 2] = nv12.data[61 * 47 + i];
    for (guint site = 0; site < 4; site++) {
        nv12.frame.chroma_site = i420.frame.chroma_site = site;
        nv12.frame.region = i420.frame.region = (EffNetRect){site, 3 * site, 40, 33};
        run_rgb(p, &nv12.frame, expected);
        run_rgb(p, &i420.frame, got);
        g_assert_cmpmem(got, sizeof got, expected, sizeof expected);
    }
    picture_clear(&nv12);
    picture_clear(&i420);
    effnet_preprocess_free(p);
}

/* Fills an image so that formats with the same subsampling get the same samples. */
static void
fill(Picture *picture)
{
    const EffNetFrame *frame = &picture->frame;
    const EffNetFormat *f = effnet_format_get(frame->format);
    guint component = 0;

    for (guint i = 0; i < f->n_components; i++) {
        const EffNetComponents *part = &f->components[i];
        guint width = halved(frame->width, part->halved_x);
        guint height = halved(frame->height, part->halved_y);

        for (guint k = 0; k < part->layout.components; k++, component++) {
            guint8 *plane = (guint8 *)frame->plane[part->plane] + part->layout.offset[k];

            for (guint y = 0; y < height; y++)
                for (guint x = 0; x < width; x++)
                    plane[(gsize)y * frame->stride[part->plane] + x * part->layout.pixel_stride] =
                        (guint8)((x * 7 + y * 13 + component * 101) * (x + 3 * y + component));
        }
    }
}

/* The same with samples of 16 bits, whose lowest SHIFT bits do not matter. */
static void
widen(Picture *wide, const Picture *picture, gsize size, guint shift)
{
    gboolean full = !effnet_format_get(picture->frame.format)->ycbcr;

    wide->frame = picture->frame;
    wide->frame.sample_shift = shift;
    wide->data = g_malloc(2 * size);
    for (gsize i = 0; i < size; i++) {
        guint rest = (guint)g_test_rand_int_range(0, 1 << (shift - 1));
        guint sample = (guint)picture->data[i] << shift;

        sample += full ? (guint)picture->data[i] >> (8 - shift) : rest;

        wide->data[2 * i] = (guint8)sample;
        wide->data[2 * i + 1] = (guint8)(sample >> 8);
    }
    for (guint i = 0; i < 3; i++) {
        wide->frame.stride[i] = 2 * picture->frame.stride[i];
        wide->frame.plane[i] = wide->data + 2 * (picture->frame.plane[i] - picture->data);
    }
}

static void
check_alike(EffNetPixelFormat first, const EffNetPixelFormat *others, guint n)
{
    EffNetPreprocess *p = preprocess_new(3, EFFNET_RESIZE_AUTO);
    guint8 expected[N * N * 3], got[N * N * 3];
    Picture a;

    picture_init(&a, first, 60, 47);
    fill(&a);
    for (guint i = 0; i < 2 * n; i++) {
        Picture b;

        picture_init(&b, others[i / 2], 60, 47);
        fill(&b);
        a.frame.region = b.frame.region = i % 2 ? (EffNetRect){0} : (EffNetRect){i + 1, i, 40, 31};
        a.frame.chroma_site = b.frame.chroma_site = i % 4;
        run_rgb(p, &a.frame, expected);
        run_rgb(p, &b.frame, got);
        g_test_message("%s", effnet_format_get(others[i / 2])->name);
        g_assert_cmpmem(got, sizeof got, expected, sizeof expected);
        picture_clear(&b);
    }
    picture_clear(&a);
    effnet_preprocess_free(p);
}

static void
test_alike(void)
{
    static const EffNetPixelFormat of_420[] = {EFFNET_PIXEL_NV21, EFFNET_PIXEL_I420};
    static const EffNetPixelFormat of_422[] = {EFFNET_PIXEL_UYVY, EFFNET_PIXEL_YVYU,
                                               EFFNET_PIXEL_VYUY, EFFNET_PIXEL_NV16,
                                               EFFNET_PIXEL_NV61, EFFNET_PIXEL_I422};
    static const EffNetPixelFormat of_444[] = {EFFNET_PIXEL_NV24};
    static const EffNetPixelFormat of_rgb[] = {EFFNET_PIXEL_RGBP};

    check_alike(EFFNET_PIXEL_NV12, of_420, G_N_ELEMENTS(of_420));
    check_alike(EFFNET_PIXEL_YUY2, of_422, G_N_ELEMENTS(of_422));
    check_alike(EFFNET_PIXEL_I444, of_444, G_N_ELEMENTS(of_444));
    check_alike(EFFNET_PIXEL_RGB, of_rgb, G_N_ELEMENTS(of_rgb));
}

/* More than 8 bits are rounded to 8, in colour and in grey, and what is above white is white. */
static void
test_depths(void)
{
    static const struct {
        EffNetPixelFormat format;
        gsize size;
    } formats[] = {{EFFNET_PIXEL_GRAY8, 61 * 47},
                   {EFFNET_PIXEL_I420, 61 * 47 + 2 * 31 * 24},
                   {EFFNET_PIXEL_NV12, 61 * 47 + 2 * 31 * 24},
                   {EFFNET_PIXEL_RGBP, 3 * 61 * 47},
                   {EFFNET_PIXEL_RGBX, 4 * 61 * 47}};
    guint8 expected[N * N * 3], got[N * N * 3];

    for (guint channels = 1; channels <= 3; channels += 2) {
        EffNetPreprocess *p = preprocess_new(channels, EFFNET_RESIZE_AUTO);

        for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
            Picture narrow, wide;

            picture_init(&narrow, formats[i].format, 61, 47);
            run_rgb(p, &narrow.frame, expected);
            for (guint shift = 1; shift <= 8; shift++) {
                widen(&wide, &narrow, formats[i].size, shift);
                run_rgb(p, &wide.frame, got);
                g_assert_cmpmem(got, sizeof got, expected, sizeof expected);
                if (shift == 2 && formats[i].format == EFFNET_PIXEL_GRAY8) {
                    memset(wide.data, 0xff, 2 * formats[i].size);
                    run_rgb(p, &wide.frame, got);
                    g_assert_cmpuint(got[N * N], ==, 255);
                }
                picture_clear(&wide);
            }
            picture_clear(&narrow);
        }
        effnet_preprocess_free(p);
    }
}

static void
test_strides(void)
{
    EffNetPreprocess *p = preprocess_new(3, EFFNET_RESIZE_AUTO);
    guint8 expected[N * N * 3], got[N * N * 3];
    Picture picture;
    guint8 *flipped;

    picture_init(&picture, EFFNET_PIXEL_RGB, 50, 40);
    flipped = g_malloc(150 * 40);
    for (guint y = 0; y < 40; y++)
        memcpy(flipped + (39 - y) * 150, picture.data + y * 150, 150);
    run_rgb(p, &picture.frame, expected);
    picture.frame.plane[0] = flipped + 39 * 150;
    picture.frame.stride[0] = -150;
    run_rgb(p, &picture.frame, got);
    g_assert_cmpmem(got, sizeof got, expected, sizeof expected);
    g_free(flipped);
    picture_clear(&picture);
    effnet_preprocess_free(p);
}

/* A region equals a copy of it. */
static void
test_region(void)
{
    EffNetPreprocess *p = preprocess_new(3, EFFNET_RESIZE_AUTO);
    guint8 expected[N * N * 3], got[N * N * 3];
    Picture picture, part;

    picture_init(&picture, EFFNET_PIXEL_RGB, 90, 70);
    picture_init(&part, EFFNET_PIXEL_RGB, 33, 41);
    for (guint y = 0; y < 41; y++)
        memcpy(part.data + y * 99, picture.data + (y + 17) * 270 + 13 * 3, 99);
    picture.frame.region = (EffNetRect){13, 17, 33, 41};
    run_rgb(p, &picture.frame, got);
    run_rgb(p, &part.frame, expected);
    g_assert_cmpmem(got, sizeof got, expected, sizeof expected);
    picture_clear(&picture);
    picture_clear(&part);
    effnet_preprocess_free(p);
}

/* Where pixel X, Y of a frame of W x H is after ORIENTATION. */
static void
turn(EffNetOrientation orientation, guint w, guint h, guint x, guint y, guint *seen_x,
     guint *seen_y)
{
    const guint places[][2] = {{x, y},         {h - 1 - y, x},        {w - 1 - x, h - 1 - y},
                               {y, w - 1 - x}, {w - 1 - x, y},        {x, h - 1 - y},
                               {y, x},         {h - 1 - y, w - 1 - x}};

    *seen_x = places[orientation][0];
    *seen_y = places[orientation][1];
}

static void
check_turned(EffNetPreprocess *p, EffNetOrientation orientation, guint w, guint h, int most)
{
    guint seen_w, seen_h, x, y;
    guint8 expected[N * N * 3], got[N * N * 3];
    Picture stored, seen;

    turn(orientation, 2, 1, 1, 0, &x, &y);
    turn(orientation, 2, 1, 0, 0, &seen_w, &seen_h);
    seen_w = x == seen_w ? h : w;
    seen_h = w + h - seen_w;
    picture_init(&stored, EFFNET_PIXEL_RGB, w, h);
    picture_init(&seen, EFFNET_PIXEL_RGB, seen_w, seen_h);
    for (guint i = 0; i < w * h * 3; i++)
        stored.data[i] = 64 + stored.data[i] / 2;
    for (guint i = 0; i < w * h; i++) {
        turn(orientation, w, h, i % w, i / w, &x, &y);
        memcpy(seen.data + (y * seen_w + x) * 3, stored.data + i * 3, 3);
    }
    stored.frame.orientation = orientation;
    run_rgb(p, &stored.frame, got);
    run_rgb(p, &seen.frame, expected);
    assert_near(got, expected, most);
    picture_clear(&stored);
    picture_clear(&seen);
}

/* Turning the frame gives the same as turning the result: within one level where windows are
 * mirrored, within two where the passes, and so their rounding, are swapped. Contrast is low, so
 * that nothing is clipped between the passes. */
static void
test_orientations(void)
{
    for (guint mode = EFFNET_RESIZE_CENTER_CROP; mode <= EFFNET_RESIZE_LETTERBOX; mode++) {
        EffNetPreprocess *p = preprocess_new(3, mode);

        for (guint orientation = 0; orientation <= EFFNET_ORIENTATION_UR_LL; orientation++) {
            guint x[2], y[2];
            int most;

            turn(orientation, 2, 1, 0, 0, &x[0], &y[0]);
            turn(orientation, 2, 1, 1, 0, &x[1], &y[1]);
            most = orientation == EFFNET_ORIENTATION_IDENTITY ? 0 : x[0] == x[1] ? 2 : 1;
            check_turned(p, orientation, N, N, mode == EFFNET_RESIZE_CENTER_CROP ? most : 0);
            check_turned(p, orientation, 83, 57, most);
            check_turned(p, orientation, 40, 301, most);
        }
        effnet_preprocess_free(p);
    }
}

static void
test_normalised(void)
{
    EffNetModelInfo info = info_new(3);
    EffNetPreprocess *p = preprocess_new(3, EFFNET_RESIZE_AUTO);
    g_autofree float *dst = g_new(float, N *(N * 3 + 5));
    guint8 rgb[N * N * 3];
    Picture picture;

    picture_init(&picture, EFFNET_PIXEL_NV12, 99, 77);
    run_rgb(p, &picture.frame, rgb);
    dst[N * 3] = 42.f;
    g_assert_true(effnet_preprocess_run(p, &picture.frame, dst, N * 3 + 5, NULL));
    g_assert_cmpfloat(dst[N * 3], ==, 42.f);
    for (guint i = 0; i < N * N * 3; i++) {
        float expected = (float)((rgb[i] / 255.0 - info.mean[i % 3]) / info.std[i % 3]);
        g_assert_cmpfloat(dst[i / (N * 3) * (N * 3 + 5) + i % (N * 3)], ==, expected);
    }
    picture_clear(&picture);
    effnet_preprocess_free(p);
}

static void
test_letterbox(void)
{
    EffNetPreprocess *p = preprocess_new(3, EFFNET_RESIZE_LETTERBOX);
    float dst[N * N * 3];
    Picture picture;

    picture_init(&picture, EFFNET_PIXEL_RGB, 64, 32);
    memset(picture.data, 255, 64 * 32 * 3);
    for (guint i = 0; i < N * N * 3; i++)
        dst[i] = -1.f;
    g_assert_true(effnet_preprocess_run(p, &picture.frame, dst, N * 3, NULL));
    for (guint i = 0; i < N * N * 3; i++) {
        guint y = i / (N * 3);
        if (y < 8 || y >= 24)
            g_assert_cmpfloat(dst[i], ==, 0.f);
        else
            g_assert_cmpfloat(dst[i], >, 2.f);
    }
    picture_clear(&picture);
    effnet_preprocess_free(p);
}

/* One channel: Pillow's luma of R'G'B', or Y' itself. */
static void
test_grey(void)
{
    EffNetPreprocess *grey = preprocess_new(1, EFFNET_RESIZE_STRETCH);
    EffNetPreprocess *color = preprocess_new(3, EFFNET_RESIZE_STRETCH);
    guint8 rgb[N * N * 3], got[N * N * 3];
    float dst[N * N];
    Picture picture;

    picture_init(&picture, EFFNET_PIXEL_BGRX, 70, 50);
    run_rgb(color, &picture.frame, rgb);
    run_rgb(grey, &picture.frame, got);
    for (guint i = 0; i < N * N * 3; i += 3) {
        guint luma = (rgb[i] * 19595 + rgb[i + 1] * 38470 + rgb[i + 2] * 7471 + 32768) >> 16;
        g_assert_true(got[i] == luma && got[i + 1] == luma && got[i + 2] == luma);
    }
    g_assert_true(effnet_preprocess_run(grey, &picture.frame, dst, N, NULL));
    for (guint i = 0; i < N * N; i++)
        g_assert_cmpfloat(dst[i], ==, (float)((got[3 * i] / 255.0 - 0.485f) / 0.229f));
    picture_clear(&picture);

    picture_init(&picture, EFFNET_PIXEL_I420, 70, 50);
    memset(picture.data, 235, 70 * 50);
    picture.frame.plane[1] = picture.frame.plane[2] = picture.data; /* any chroma */
    run_rgb(grey, &picture.frame, got);
    for (guint i = 0; i < N * N * 3; i++)
        g_assert_cmpuint(got[i], ==, 255);
    picture_clear(&picture);
    effnet_preprocess_free(grey);
    effnet_preprocess_free(color);
}

/* A flat frame stays flat, whatever its shape, and nothing outside it is touched. (Pillow's weights
 * lose a little with a filter of a hundred thousand samples, and so do ours.) */
static void
test_shapes(void)
{
    static const guint sizes[][2] = {{1, 1},    {1, 2},    {2, 1},    {3, 3},     {1, 8192},
                                     {8192, 1}, {1, 5000}, {4099, 3}, {65537, 1}, {1, 65537}};

    for (guint i = 0; i < G_N_ELEMENTS(sizes) * 3; i++) {
        EffNetPreprocess *p = preprocess_new(3, EFFNET_RESIZE_CENTER_CROP + i % 3);

        for (guint format = 0; format <= EFFNET_PIXEL_YUY2; format++) {
            const EffNetFormat *f = effnet_format_get(format);
            guint w = sizes[i / 3][0], h = sizes[i / 3][1];
            guint8 got[N * N * 3];
            Picture picture;

            picture_init(&picture, format, w, h);
            for (guint k = 0; k < f->n_components; k++) {
                const EffNetComponents *part = &f->components[k];
                guint plane = part->plane;
                memset((guint8 *)picture.frame.plane[plane], 128,
                       (gsize)picture.frame.stride[plane] * halved(h, part->halved_y));
            }
            picture.frame.full_range = TRUE;
            run_rgb(p, &picture.frame, got);
            for (guint c = 0; c < 3; c++)
                g_assert_cmpuint(got[((N - 1) / 2 * N + (N - 1) / 2) * 3 + c], ==, 128);
            for (guint k = 0; i % 3 != 2 && k < N * N * 3; k++)
                g_assert_cmpuint(got[k], ==, 128);
            picture_clear(&picture);
        }
        effnet_preprocess_free(p);
    }
}

static void
test_settings(void)
{
    static const EffNetResize bad[] = {
        {.crop_fraction = 1.01f},
        {.crop_fraction = -0.5f},
        {.crop_fraction = G_MAXFLOAT},
        {.mode = EFFNET_RESIZE_LETTERBOX + 1},
        {.interpolation = EFFNET_INTERPOLATION_BICUBIC + 1},
    };
    EffNetPreprocess *p = preprocess_new(3, EFFNET_RESIZE_AUTO);
    EffNetFrame frame = {.format = EFFNET_PIXEL_RGB};
    EffNetResize nan = {.crop_fraction = (float)g_ascii_strtod("nan", NULL)};
    g_autoptr(GError) error = NULL;
    float dst[N * N * 3];

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(effnet_preprocess_set_resize(p, &bad[i], &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
        g_clear_error(&error);
    }
    g_assert_false(effnet_preprocess_set_resize(p, &nan, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    g_clear_error(&error);
    g_assert_false(effnet_preprocess_run(p, &frame, dst, N * 3, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FRAME);
    effnet_preprocess_free(p);
    effnet_preprocess_free(NULL);
}

/* Changing settings and frames leaves nothing behind; equal frames allocate nothing. */
static void
test_changes(void)
{
    EffNetPreprocess *p = preprocess_new(3, EFFNET_RESIZE_AUTO);
    guint8 first[N * N * 3], got[N * N * 3];
    Picture a, b;
    size_t before;

    picture_init(&a, EFFNET_PIXEL_NV12, 99, 77);
    picture_init(&b, EFFNET_PIXEL_RGB, 40, 55);
    run_rgb(p, &a.frame, first);
    before = mallinfo2().uordblks;
    for (guint i = 0; i < 100; i++)
        run_rgb(p, &a.frame, got);
    g_assert_cmpuint(mallinfo2().uordblks, ==, before);
    g_assert_cmpmem(got, sizeof got, first, sizeof first);
    run_rgb(p, &b.frame, got);
    a.frame.chroma_site = EFFNET_CHROMA_H_COSITED;
    run_rgb(p, &a.frame, got);
    g_assert_true(memcmp(got, first, sizeof got) != 0);
    a.frame.chroma_site = EFFNET_CHROMA_CENTER;
    a.frame.matrix = EFFNET_MATRIX_BT2020;
    run_rgb(p, &a.frame, got);
    g_assert_true(memcmp(got, first, sizeof got) != 0);
    a.frame.matrix = EFFNET_MATRIX_BT601;
    run_rgb(p, &a.frame, got);
    g_assert_cmpmem(got, sizeof got, first, sizeof first);
    picture_clear(&a);
    picture_clear(&b);
    effnet_preprocess_free(p);
}

/* High dynamic range is converted to sRGB after everything else, sample by sample. */
static void
test_transfer(void)
{
    static const EffNetPixelFormat formats[] = {EFFNET_PIXEL_RGB, EFFNET_PIXEL_RGBP,
                                                EFFNET_PIXEL_NV12, EFFNET_PIXEL_GRAY8};
    guint8 expected[N * N * 3], got[N * N * 3], table[256];

    effnet_transfer_init(table, EFFNET_TRANSFER_PQ);
    for (gsize f = 0; f < G_N_ELEMENTS(formats); f++)
        for (guint channels = 1; channels <= 3; channels += 2) {
            EffNetPreprocess *p = preprocess_new(channels, EFFNET_RESIZE_AUTO);
            Picture picture;

            picture_init(&picture, formats[f], 61, 47);
            run_rgb(p, &picture.frame, expected);
            for (guint i = 0; i < N * N * 3; i++)
                expected[i] = table[expected[i]];
            picture.frame.transfer = EFFNET_TRANSFER_PQ;
            run_rgb(p, &picture.frame, got);
            g_assert_cmpmem(got, sizeof got, expected, sizeof expected);
            picture_clear(&picture);
            effnet_preprocess_free(p);
        }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame/preprocess/orders", test_orders);
    g_test_add_func("/frame/preprocess/planes", test_planes);
    g_test_add_func("/frame/preprocess/alike", test_alike);
    g_test_add_func("/frame/preprocess/depths", test_depths);
    g_test_add_func("/frame/preprocess/strides", test_strides);
    g_test_add_func("/frame/preprocess/region", test_region);
    g_test_add_func("/frame/preprocess/orientations", test_orientations);
    g_test_add_func("/frame/preprocess/normalised", test_normalised);
    g_test_add_func("/frame/preprocess/letterbox", test_letterbox);
    g_test_add_func("/frame/preprocess/grey", test_grey);
    g_test_add_func("/frame/preprocess/transfer", test_transfer);
    g_test_add_func("/frame/preprocess/shapes", test_shapes);
    g_test_add_func("/frame/preprocess/settings", test_settings);
    g_test_add_func("/frame/preprocess/changes", test_changes);
    return g_test_run();
}
