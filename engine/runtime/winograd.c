/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "winograd.h"

/* The parts of the scratch. */
typedef struct {
    float *zeros; /* the bias of products, which have none */
    float *points, *products;
    gsize point_stride, product_stride;
    gsize lanes; /* lanes of a tile at each point */
    guint row;   /* tiles of a row */
} Layout;

static Layout
lay_out(const EffNetWinogradTask *t)
{
    const EffNetLayer *layer = t->op->layer;
    guint row = effnet_winograd_tiles(layer->out_size), tiles = row * t->op->block_pixels;
    Layout l = {
        .zeros = t->scratch,
        .points = t->scratch + EFFNET_WINOGRAD_PANELS * EFFNET_LANES,
        .lanes = (gsize)effnet_panels(layer->in_channels) * EFFNET_LANES,
        .row = row,
    };

    l.point_stride = effnet_winograd_stride(tiles, effnet_panels(layer->in_channels));
    l.product_stride = effnet_winograd_stride(tiles, EFFNET_WINOGRAD_PANELS);
    l.products = l.points + EFFNET_WINOGRAD_POINTS * l.point_stride;
    memset(l.zeros, 0, EFFNET_WINOGRAD_PANELS * EFFNET_LANES * sizeof *l.zeros);
    return l;
}

static void
find_points(const EffNetWinogradTask *t, const Layout *l)
{
    const EffNetLayer *layer = t->op->layer;
    EffNetWinogradInput a = {
        .in_stride = t->in_channels,
        .in_size = layer->in_size,
        .pad = layer->pad_before,
        .tiles = l->row,
        .points = l->points,
        .point_stride = l->point_stride,
        .tile_stride = l->lanes,
        .panels = effnet_panels(layer->in_channels),
    };

    for (guint row = t->first_row; row < t->end_row; row++) {
        for (guint y = 0; y < EFFNET_WINOGRAD_IN; y++) {
            guint in = row * EFFNET_WINOGRAD_OUT + y - layer->pad_before; /* wraps above the map */

            a.rows[y] = in < layer->in_size ? t->in + in * layer->in_size * t->in_channels : NULL;
        }
        t->kernels->winograd.input(&a);
        a.points += l->row * l->lanes;
    }
}

/* At every point, multiplies the tiles' channels by the weights of PANELS panels from PANEL on. */
static void
multiply(const EffNetWinogradTask *t, const Layout *l, guint panel, guint panels)
{
    const EffNetLayer *layer = t->op->layer;
    gsize point_weights = (gsize)layer->in_channels * EFFNET_LANES;
    const float *weights = t->op->packed[0].weights;
    EffNetConv a = {
        .in_type = EFFNET_TYPE_F32,
        .out_type = EFFNET_TYPE_F32,
        .in = l->points,
        .in_stride = l->lanes,
        .spans = 1,
        .span = layer->in_channels,
        .weights = weights + panel * EFFNET_WINOGRAD_POINTS * point_weights,
        .bias = l->zeros,
        .all_panels = panels,
        .half_panel = panel + panels == effnet_panels(layer->out_channels) &&
                      effnet_half_panel(layer->out_channels),
        .panels = panels,
        .pixels = l->row * (t->end_row - t->first_row),
        .out = l->products,
        .out_stride = EFFNET_WINOGRAD_PANELS * EFFNET_LANES,
        .act = EFFNET_ACT_NONE,
    };

    for (int point = 0; point < EFFNET_WINOGRAD_POINTS; point++) {
        t->kernels->conv[EFFNET_TYPE_F32].run(&a);
        a.in = (const float *)a.in + l->point_stride;
        a.out = (float *)a.out + l->product_stride;
        a.weights = (const float *)a.weights + panels * point_weights;
    }
}

static void
find_outputs(const EffNetWinogradTask *t, const Layout *l, guint panel, guint panels)
{
    const EffNetLayer *layer = t->op->layer;
    gsize row_stride = layer->out_size * t->out_channels, lane = panel * EFFNET_LANES;
    EffNetWinogradOutput a = {
        .points = l->products,
        .point_stride = l->product_stride,
        .tile_stride = EFFNET_WINOGRAD_PANELS * EFFNET_LANES,
        .tiles = l->row,
        .columns = layer->out_size,
        .bias = t->op->packed[0].bias + lane,
        .out_stride = t->out_channels,
        .row_stride = row_stride,
        .panels = panels,
        .act = effnet_kernel_act(layer->act, EFFNET_TYPE_F32),
        .act_first = layer->act_first,
    };

    for (guint row = t->first_row; row < t->end_row; row++) {
        guint y = row * EFFNET_WINOGRAD_OUT;

        a.rows = MIN(EFFNET_WINOGRAD_OUT, layer->out_size - y);
        a.out = t->out + y * row_stride + lane;
        a.residual = t->residual ? t->residual + y * row_stride + lane : NULL;
        t->kernels->winograd.output(&a);
        a.points += a.tiles * a.tile_stride;
    }
}

void
effnet_winograd_execute(const EffNetWinogradTask *t)
{
    Layout l = lay_out(t);
    guint panels;

    find_points(t, &l);
    for (guint panel = t->first_panel; panel < t->end_panel; panel += panels) {
        panels = MIN(EFFNET_WINOGRAD_PANELS, t->end_panel - panel);
        multiply(t, &l, panel, panels);
        find_outputs(t, &l, panel, panels);
    }
}
