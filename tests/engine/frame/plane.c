/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/plane.h"

#include <string.h>

static guint n_filtered;

static void
counting_horizontal(guint8 *const *dst, const guint8 *const *src, guint n_rows,
                    const EffNetPixelLayout *layout, const EffNetResizeTable *table,
                    gpointer scratch)
{
    n_filtered += n_rows;
    effnet_resize_kernels_c.horizontal(dst, src, n_rows, layout, table, scratch);
}

/* Both passes over a whole grey frame, without a ring. */
static guint8 *
resize_whole(const EffNetPlane *plane, const guint8 *pixels, guint width)
{
    const EffNetResizeTable *h = &plane->horizontal, *v = &plane->vertical;
    g_autofree guint8 *middle = g_malloc((gsize)h->n_out * v->n_in + EFFNET_RESIZE_SLACK);
    g_autofree const guint8 **rows = g_new(const guint8 *, v->taps);
    guint8 *out = g_malloc((gsize)h->n_out * v->n_out + EFFNET_RESIZE_SLACK);

    for (guint y = 0; y < v->n_in; y++) {
        guint8 *const dst[] = {middle + (gsize)y * h->n_out};
        const guint8 *const src[] = {pixels + (gsize)(plane->y + y) * width + plane->x};

        effnet_resize_kernels_c.horizontal(dst, src, 1, &plane->components.layout, h,
                                           plane->scratch);
    }
    for (guint i = 0; i < v->n_out; i++) {
        for (guint k = 0; k < v->count[i]; k++)
            rows[k] = middle + (gsize)MIN(v->first[i] + k, v->n_in - 1) * h->n_out;
        effnet_resize_kernels_c.vertical(out + (gsize)i * h->n_out, rows, h->n_out,
                                         v->high + (gsize)i * v->taps, v->low + (gsize)i * v->taps,
                                         v->count[i]);
    }
    return out;
}

static void
check_ring(guint width, guint height, const EffNetAxis *x, const EffNetAxis *y)
{
    g_autofree guint8 *pixels = g_malloc((gsize)width * height);
    EffNetFrame frame = {.format = EFFNET_PIXEL_GRAY8, .width = width, .height = height};
    EffNetRect region = {0, 0, width, height};
    EffNetGeometry geometry = {.x = *x, .y = *y};
    EffNetPlaneSpec spec = {&geometry, &frame, &region, EFFNET_INTERPOLATION_BICUBIC, FALSE};
    EffNetResizeKernels kernels = effnet_resize_kernels_c;
    EffNetPlane plane;
    g_autofree guint8 *expected = NULL;

    kernels.horizontal = counting_horizontal;
    for (gsize i = 0; i < (gsize)width * height; i++)
        pixels[i] = (guint8)g_test_rand_int();
    frame.plane[0] = pixels;
    frame.stride[0] = (gint)width;
    g_assert_true(
        effnet_plane_init(&plane, &effnet_format_get(EFFNET_PIXEL_GRAY8)->components[0], &spec));
    expected = resize_whole(&plane, pixels, width);
    for (guint run = 0; run < 2; run++) {
        n_filtered = 0;
        effnet_plane_start(&plane);
        for (guint i = 0; i < y->n; i++) {
            effnet_plane_run(&plane, &kernels, &frame, i);
            g_assert_cmpmem(plane.out, x->n, expected + (gsize)i * x->n, x->n);
        }
        g_assert_cmpuint(n_filtered, ==, plane.vertical.n_in);
    }
    effnet_plane_clear(&plane);
}

/* Each row that is needed is filtered once, and still there when it is last needed. */
static void
test_ring(void)
{
    EffNetAxis small = {.full = 24, .n = 24}, one = {.full = 1, .n = 1};
    EffNetAxis large = {.full = 700, .first = 300, .n = 100};
    EffNetAxis huge = {.full = 1 << 30, .first = 1 << 29, .n = 10};

    check_ring(61, 997, &small, &small);
    check_ring(61, 97, &large, &large);
    check_ring(300, 31, &one, &one);
    check_ring(1, 1, &small, &huge);
    check_ring(7, 333, &huge, &one);
    check_ring(19, 18, &small, &small);
}

/* The ring's size depends on the filter, not on the frame. */
static void
test_memory(void)
{
    EffNetFrame frame = {.format = EFFNET_PIXEL_RGB, .width = 8192, .height = 8192};
    EffNetRect region = {0, 0, 8192, 8192};
    EffNetGeometry geometry = {.x = {.full = 256, .first = 16, .n = 224}};
    EffNetPlaneSpec spec = {&geometry, &frame, &region, EFFNET_INTERPOLATION_BICUBIC, FALSE};
    EffNetPlane plane;

    geometry.y = geometry.x;
    g_assert_true(
        effnet_plane_init(&plane, &effnet_format_get(EFFNET_PIXEL_RGB)->components[0], &spec));
    g_assert_cmpuint(plane.capacity * plane.row_size, <, 150 * 1024);
    effnet_plane_clear(&plane);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame/plane/ring", test_ring);
    g_test_add_func("/frame/plane/memory", test_memory);
    return g_test_run();
}
