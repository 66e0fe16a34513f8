/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/geometry.h"

#include <math.h>

typedef struct {
    gboolean swap, flip_x, flip_y;
} Turn;

static const Turn turns[] = {
    [EFFNET_ORIENTATION_IDENTITY] = {FALSE, FALSE, FALSE},
    [EFFNET_ORIENTATION_90R] = {TRUE, FALSE, TRUE},
    [EFFNET_ORIENTATION_180] = {FALSE, TRUE, TRUE},
    [EFFNET_ORIENTATION_90L] = {TRUE, TRUE, FALSE},
    [EFFNET_ORIENTATION_HORIZ] = {FALSE, TRUE, FALSE},
    [EFFNET_ORIENTATION_VERT] = {FALSE, FALSE, TRUE},
    [EFFNET_ORIENTATION_UL_LR] = {TRUE, FALSE, FALSE},
    [EFFNET_ORIENTATION_UR_LL] = {TRUE, TRUE, TRUE},
};

/* The length of the shorter side before the center crop, as timm computes it. The fraction was
 * written as a decimal: 0.92f is a little more than 0.92, and 276 / 0.92f a little less than
 * 300. */
static guint
shorter_side(guint resolution, float crop_fraction)
{
    double fraction = round(crop_fraction * 1e6) / 1e6;
    return (guint)MAX(floor(resolution / fraction), resolution);
}

/* torchvision's int(round((size - crop) / 2.0)), where halves are rounded to even. */
static guint64
center(guint64 size, guint64 crop)
{
    guint64 rest = size - crop;
    return rest / 2 + (rest % 4 == 3);
}

/* torchvision's int(size * long / short), with a division in floating point. */
static guint64
in_proportion(guint size, guint numerator, guint denominator)
{
    return (guint64)((double)((guint64)size * numerator) / denominator);
}

static void
crop(EffNetAxis *x, EffNetAxis *y, guint width, guint height, guint resolution, float fraction)
{
    guint side = shorter_side(resolution, fraction);

    x->full = width <= height ? side : in_proportion(side, width, height);
    y->full = width <= height ? in_proportion(side, height, width) : side;
    x->first = center(x->full, resolution);
    y->first = center(y->full, resolution);
    x->n = y->n = resolution;
}

static void
letterbox(EffNetAxis *axis, guint size, guint longer, guint resolution)
{
    guint64 full = ((guint64)size * resolution + longer / 2) / longer;

    axis->full = axis->n = (guint)MAX(full, 1);
    axis->dst = (resolution - axis->n) / 2;
}

static void
mirror(EffNetAxis *axis, gboolean flip)
{
    axis->flip = flip;
    if (flip)
        axis->first = axis->full - axis->first - axis->n;
}

void
effnet_geometry_init(EffNetGeometry *geometry, guint width, guint height,
                     EffNetOrientation orientation, guint resolution, const EffNetResize *resize)
{
    const Turn *turn = &turns[orientation];
    EffNetAxis x = {.full = resolution, .n = resolution}, y = x;
    guint seen_width = turn->swap ? height : width, seen_height = turn->swap ? width : height;

    if (resize->mode == EFFNET_RESIZE_CENTER_CROP) {
        crop(&x, &y, seen_width, seen_height, resolution, resize->crop_fraction);
    } else if (resize->mode == EFFNET_RESIZE_LETTERBOX) {
        letterbox(&x, seen_width, MAX(width, height), resolution);
        letterbox(&y, seen_height, MAX(width, height), resolution);
    }
    geometry->swap = turn->swap;
    geometry->x = turn->swap ? y : x;
    geometry->y = turn->swap ? x : y;
    mirror(&geometry->x, turn->flip_x);
    mirror(&geometry->y, turn->flip_y);
}

void
effnet_axis_get_view(const EffNetAxis *axis, guint resolution, float *start, float *length)
{
    guint before = axis->flip ? resolution - axis->dst - axis->n : axis->dst;
    double full = (double)axis->full;

    *start = (float)(((double)axis->first - before) / full);
    *length = (float)(resolution / full);
}

float
effnet_heatmap_get(const float *map, guint size, float x, float y)
{
    float across = CLAMP(x * size - 0.5f, 0, size - 1);
    float down = CLAMP(y * size - 0.5f, 0, size - 1);
    guint left = (guint)across, top = (guint)down;
    const float *upper = map + top * size, *lower = map + MIN(top + 1, size - 1) * size;
    guint right = MIN(left + 1, size - 1);

    across -= left;
    down -= top;
    return (1 - down) * ((1 - across) * upper[left] + across * upper[right]) +
           down * ((1 - across) * lower[left] + across * lower[right]);
}

void
effnet_heatmap_turn(float *map, guint size, EffNetOrientation orientation)
{
    const Turn *turn = &turns[orientation];
    g_autofree float *seen = g_memdup2(map, (gsize)size * size * sizeof *map);

    for (guint y = 0; y < size; y++)
        for (guint x = 0; x < size; x++) {
            guint u = turn->flip_x ? size - 1 - x : x, v = turn->flip_y ? size - 1 - y : y;

            map[y * size + x] = turn->swap ? seen[u * size + v] : seen[v * size + u];
        }
}
