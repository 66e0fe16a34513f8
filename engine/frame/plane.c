/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/plane.h"

#include <stdlib.h>
#include <string.h>

/* Zeroed memory, 64-byte aligned, for free(); NULL if there is not enough. */
static gpointer
try_aligned(gsize size)
{
    gpointer memory;

    if (!g_size_checked_add(&size, size, EFFNET_RESIZE_SLACK + 63))
        return NULL;
    size &= ~(gsize)63;
    memory = aligned_alloc(64, size);
    if (memory)
        memset(memory, 0, size);
    return memory;
}

static gboolean
init_tables(EffNetPlane *plane, const EffNetPlaneSpec *spec)
{
    guint site = spec->frame->chroma_site;
    EffNetTableSpec x = {
        .axis = &spec->geometry->x,
        .start = spec->region->x,
        .length = spec->region->w,
        .total = spec->frame->width,
        .interpolation = spec->interpolation,
        .fine = spec->fine,
        .halved = plane->components.halved_x,
        .cosited = (site & EFFNET_CHROMA_H_COSITED) != 0,
        .align = EFFNET_RESIZE_GROUP,
        .pad = EFFNET_RESIZE_GROUP,
    };
    EffNetTableSpec y = {
        .axis = &spec->geometry->y,
        .start = spec->region->y,
        .length = spec->region->h,
        .total = spec->frame->height,
        .interpolation = spec->interpolation,
        .fine = spec->fine,
        .halved = plane->components.halved_y,
        .cosited = (site & EFFNET_CHROMA_V_COSITED) != 0,
        .align = 1,
        .pad = 2,
    };

    return effnet_resize_table_init(&plane->horizontal, &plane->x, &x) &&
           effnet_resize_table_init(&plane->vertical, &plane->y, &y);
}

gboolean
effnet_plane_init(EffNetPlane *plane, const EffNetComponents *components,
                  const EffNetPlaneSpec *spec)
{
    gsize n, size;

    *plane = (EffNetPlane){.components = *components, .fine = spec->fine};
    if (!init_tables(plane, spec))
        goto error;
    n = (gsize)plane->horizontal.n_out * components->layout.components;
    plane->row_size = (n * (spec->fine ? 2 : 1) + EFFNET_RESIZE_SLACK + 63) & ~(gsize)63;
    plane->capacity = plane->vertical.taps + EFFNET_RESIZE_ROWS;
    if (!g_size_checked_mul(&size, plane->row_size, plane->capacity))
        goto error;
    plane->ring = try_aligned(size);
    plane->scratch = try_aligned(effnet_resize_scratch(&components->layout, &plane->horizontal));
    plane->out = try_aligned(plane->row_size);
    if (spec->frame->sample_shift) {
        plane->narrow = try_aligned((gsize)plane->horizontal.n_in *
                                    components->layout.pixel_stride * EFFNET_RESIZE_ROWS);
        if (!plane->narrow)
            goto error;
    }
    plane->window = g_try_new(const guint8 *, plane->vertical.taps);
    if (plane->ring && plane->scratch && plane->out && plane->window)
        return TRUE;

error:
    effnet_plane_clear(plane);
    return FALSE;
}

void
effnet_plane_clear(EffNetPlane *plane)
{
    effnet_resize_table_clear(&plane->horizontal);
    effnet_resize_table_clear(&plane->vertical);
    g_clear_pointer(&plane->ring, free);
    g_clear_pointer(&plane->scratch, free);
    g_clear_pointer(&plane->narrow, free);
    g_clear_pointer(&plane->out, free);
    g_clear_pointer(&plane->window, g_free);
}

void
effnet_plane_start(EffNetPlane *plane)
{
    plane->next = 0;
}

static guint8 *
ring_row(EffNetPlane *plane, guint row)
{
    return plane->ring + row % plane->capacity * plane->row_size;
}

/* Reduces N samples of 16 bits, little endian, to 8 bits, rounding SHIFT bits away. In full range,
 * the largest sample is to become 255, which is 256 less 1/256 of it. */
static void
reduce(guint8 *dst, const guint8 *src, gsize n, guint shift, gboolean full_range)
{
    guint half = 1u << (shift - 1), full = full_range ? 8 : 16;

    for (gsize i = 0; i < n; i++) {
        guint sample = src[2 * i] | (guint)src[2 * i + 1] << 8;

        dst[i] = (guint8)MIN((sample - (sample >> full) + half) >> shift, 255);
    }
}

/* Row ROW of the source, from column X on, in 8 bits. R: its number among the rows that are
 * filtered together. */
static const guint8 *
source_row(EffNetPlane *plane, const EffNetFrame *frame, guint row, guint r)
{
    gsize pixel_stride = plane->components.layout.pixel_stride;
    gsize n = plane->horizontal.n_in * pixel_stride;
    const guint8 *src = frame->plane[plane->components.plane] +
                        (gssize)row * frame->stride[plane->components.plane];

    if (!plane->narrow)
        return src + plane->x * pixel_stride;
    reduce(plane->narrow + r * n, src + 2 * plane->x * pixel_stride, n, frame->sample_shift,
           frame->full_range || !effnet_format_get(frame->format)->ycbcr);
    return plane->narrow + r * n;
}

/* Filters the next rows of the source into the ring. */
static void
filter_rows(EffNetPlane *plane, const EffNetResizeKernels *kernels, const EffNetFrame *frame)
{
    const EffNetPixelLayout *layout = &plane->components.layout;
    guint n = MIN(EFFNET_RESIZE_ROWS, plane->vertical.n_in - plane->next);
    const guint8 *src[EFFNET_RESIZE_ROWS];
    guint8 *dst[EFFNET_RESIZE_ROWS];

    for (guint r = 0; r < n; r++) {
        src[r] = source_row(plane, frame, plane->y + plane->next + r, r);
        dst[r] = ring_row(plane, plane->next + r);
    }
    if (plane->fine)
        kernels->horizontal_fine((gint16 *const *)dst, src, n, layout, &plane->horizontal,
                                 plane->scratch);
    else
        kernels->horizontal(dst, src, n, layout, &plane->horizontal, plane->scratch);
    plane->next += n;
}

void
effnet_plane_run(EffNetPlane *plane, const EffNetResizeKernels *kernels, const EffNetFrame *frame,
                 guint i)
{
    const EffNetResizeTable *table = &plane->vertical;
    guint first = table->first[i], count = table->count[i];
    guint last = MIN(first + count, table->n_in) - 1;
    gsize n = (gsize)plane->horizontal.n_out * plane->components.layout.components;
    gsize at = (gsize)i * table->taps;

    while (plane->next <= last)
        filter_rows(plane, kernels, frame);
    for (guint k = 0; k < count; k++)
        plane->window[k] = ring_row(plane, MIN(first + k, last));
    if (plane->fine)
        kernels->vertical_fine((gint16 *)plane->out, (const gint16 *const *)plane->window, n,
                               table->fine + at, count);
    else
        kernels->vertical(plane->out, plane->window, n, table->high + at, table->low + at, count);
}
