/* SPDX-License-Identifier: BSD-2-Clause */
#include "cutting.h"

/* A task's block of the input should stay in a core's L2, beside the weights that pass by. */
#define BLOCK_BYTES (256 * 1024)
/* The points and products of a task's tiles in Winograd's method should stay in L2, too. */
#define WINOGRAD_BYTES (704 * 1024)
/* Panels that a convolution and its depthwise layer compute together, so that their rows stay in L1
 * or close to it. */
#define FUSE_PANELS 2
/* The same for few pixels. */
#define FUSE_MORE_PANELS 4
/* Tasks of an op: enough for even shares on a few cores. */
#define TASKS 16
/* Parts of a feature map where panels already make enough tasks. */
#define PARTS 2
/* Images of a batch that the classifier multiplies by its weights at once. */
#define IMAGES 8
/* A depthwise layer with more than this many times as many channels as pixels lies between products
 * that read more weights than pixels. Blocks mostly expand by 6: with C channels and P pixels, each
 * product has C * C / 6 weights, and reads and writes P * (C + C / 6) numbers, which are fewer
 * where C > 7 * P. */
#define FEW_PIXELS 7

gboolean
effnet_has_few_pixels(guint rows, guint panels)
{
    return panels * EFFNET_LANES > FEW_PIXELS * rows * rows && panels >= 8;
}

/* The size of even shares of PANELS in PARTS parts, a multiple of UNIT panels. */
static guint
share_panels(guint panels, guint parts, guint unit)
{
    return MIN(panels, effnet_blocks(effnet_blocks(panels, parts), unit) * unit);
}

/* Products per output of LAYER. */
static gsize
window_of(const EffNetLayer *layer)
{
    return (gsize)layer->kernel * layer->kernel * layer->in_channels;
}

/* Cuts PIXELS x PANELS outputs of K products each into blocks of whole tiles of pixels, small
 * enough to stay in L2. Pixels are shared out first where they are more than the weights, since
 * every block of pixels reads the weights. */
static void
cut_product(EffNetOp *op, guint pixels, guint panels, gsize k)
{
    gsize limit = BLOCK_BYTES / effnet_type_bytes(op->type) / k, lanes = panels * EFFNET_LANES;
    guint tile = op->conv->tile_pixels;
    guint tiles = effnet_blocks(pixels, tile), share = tiles;

    if (lanes < pixels)
        share = effnet_blocks(tiles, TASKS);
    else if (k * lanes < pixels * (k + lanes))
        share = effnet_blocks(tiles, PARTS);
    share = op->pool ? tiles : MAX(1, MIN(share, limit / tile));
    op->pixel_blocks = effnet_blocks(tiles, share);
    op->block_pixels = effnet_blocks(pixels, op->pixel_blocks);
    op->block_panels = MAX(2, effnet_blocks(panels * op->pixel_blocks, TASKS));
    op->block_panels = MIN(panels, effnet_blocks(op->block_panels, 2) * 2);
    op->panel_blocks = effnet_blocks(panels, op->block_panels);
}

/* The same in int8, where every task quantises the pixels that it reads: all panels stay together,
 * unless there is nothing else to share out. */
static void
cut_int8_product(EffNetOp *op, guint pixels, guint panels)
{
    guint tiles = effnet_blocks(pixels, op->conv->tile_pixels);
    guint tasks = op->pool || pixels == 1 ? 1 : TASKS;

    op->pixel_blocks = MIN(tiles, tasks);
    op->block_pixels = effnet_blocks(pixels, op->pixel_blocks);
    op->block_panels = tasks > 1 ? panels : share_panels(panels, TASKS, 2);
    op->panel_blocks = effnet_blocks(panels, op->block_panels);
}

/* The panels of a chunk, so that its weights stay in L2 while the rows pass by. */
static guint
chunk_panels(EffNetType type, gsize window)
{
    return MAX(2, BLOCK_BYTES / effnet_type_bytes(type) / (window * EFFNET_LANES) / 2 * 2);
}

/* Cuts rows into bands whose input stays in L2, then panels; bands are made lower only where that
 * gives too few tasks. */
static void
cut_bands(EffNetOp *op, guint panels)
{
    const EffNetLayer *layer = op->layer;
    gsize row = effnet_layer_band_row(layer) * effnet_type_bytes(op->type);
    guint limit = MAX(1, BLOCK_BYTES / (row * layer->stride));
    guint rows = MIN(layer->out_size, limit);
    guint n = op->pool ? 1 : effnet_blocks(layer->out_size, rows);

    op->band_rows = rows;
    op->panel_blocks = MIN(effnet_blocks(panels, 2), effnet_blocks(TASKS, n));
    op->block_panels = share_panels(panels, op->panel_blocks, 2);
    op->panel_blocks = effnet_blocks(panels, op->block_panels);
    op->block_pixels = layer->out_size;
    if (!op->pool) {
        op->band_rows =
            MIN(rows, effnet_blocks(layer->out_size, effnet_blocks(TASKS, op->panel_blocks)));
        op->block_pixels = op->band_rows;
    }
    op->pixel_blocks = effnet_blocks(layer->out_size, op->block_pixels);
}

/* Cuts an op whose tasks are rows, since neither a window nor a stride wraps around at a row's
 * end. */
static gsize
cut_rows(EffNetOp *op, guint panels)
{
    const EffNetLayer *layer = op->layer;
    gsize window = window_of(layer), band = 0;

    op->chunk_panels = chunk_panels(op->type, window);
    if (layer->role == EFFNET_ROLE_STEM) {
        op->block_pixels = effnet_blocks(layer->out_size, TASKS);
        op->pixel_blocks = effnet_blocks(layer->out_size, op->block_pixels);
        op->block_panels = panels;
        op->panel_blocks = 1;
    } else {
        cut_bands(op, panels);
    }
    if (layer->kernel == 1 && !layer->averages)
        op->band_rows = 0; /* its windows need no border, and rows are skipped as they are */
    if (op->band_rows)
        band = effnet_layer_band_height(layer, op->band_rows) * effnet_layer_band_row(layer) *
               effnet_type_bytes(op->type);
    return effnet_align(band) + panels * EFFNET_LANES * sizeof(float) +
           effnet_conv_scratch(layer->out_size, window, panels);
}

gsize
effnet_cut_conv(EffNetOp *op)
{
    const EffNetLayer *layer = op->layer;
    guint panels = effnet_panels(layer->out_channels), pixels = layer->out_size * layer->out_size;

    if (effnet_op_has_rows(op))
        return cut_rows(op, panels);
    if (op->type == EFFNET_TYPE_S16)
        cut_int8_product(op, pixels, panels);
    else
        cut_product(op, pixels, panels, window_of(layer));
    if (op->type == EFFNET_TYPE_F32 && layer->role == EFFNET_ROLE_CLASSIFIER &&
        !op->conv->place_matters)
        op->images = IMAGES;
    return effnet_conv_scratch(op->block_pixels * op->images, window_of(layer), op->block_panels);
}

/* Cuts rows of tiles, so that their points and the products of a few panels stay in L2; panels,
 * too, only where these are few tasks, since each task computes its points by itself. */
gsize
effnet_cut_winograd(EffNetOp *op)
{
    guint panels = effnet_panels(op->layer->out_channels);
    guint in_panels = effnet_panels(op->layer->in_channels);
    guint tiles = effnet_winograd_tiles(op->layer->out_size), rows;

    rows = MAX(1, WINOGRAD_BYTES / effnet_winograd_scratch_bytes(tiles, in_panels));
    op->pixel_blocks = effnet_blocks(tiles, rows);
    op->block_pixels = effnet_blocks(tiles, op->pixel_blocks);
    op->block_panels =
        share_panels(panels, effnet_blocks(TASKS / 4, op->pixel_blocks), EFFNET_WINOGRAD_PANELS);
    op->panel_blocks = effnet_blocks(panels, op->block_panels);
    return effnet_winograd_scratch_bytes(tiles * op->block_pixels, in_panels);
}

/* Bytes of a ring of as many rows as the filter has, and of a row of zeros. */
static gsize
ring_bytes(const EffNetOp *op)
{
    const EffNetLayer *depthwise = effnet_op_last_layer(op);

    return effnet_align((gsize)(depthwise->kernel + 1) * effnet_layer_ring_pixels(depthwise) *
                        op->block_panels * EFFNET_LANES * effnet_type_bytes(op->depthwise_type));
}

/* Cuts the map as the products around it do: into rows, or into panels where weights are more. */
gsize
effnet_cut_depthwise(EffNetOp *op)
{
    guint rows = op->layer->out_size, panels = effnet_panels(op->layer->out_channels);
    guint unit = MAX(FUSE_PANELS, op->dwconv ? op->dwconv->unit : 1);

    op->block_pixels = effnet_blocks(rows, TASKS);
    op->pixel_blocks = effnet_blocks(rows, op->block_pixels);
    op->block_panels = panels;
    op->panel_blocks = 1;
    if (effnet_has_few_pixels(rows, panels)) {
        op->block_pixels = rows;
        op->pixel_blocks = 1;
        op->block_panels = effnet_blocks(effnet_blocks(panels, TASKS), unit) * unit;
        op->panel_blocks = effnet_blocks(panels, op->block_panels);
    }
    return op->dwconv && op->dwconv->padded ? ring_bytes(op) : 0;
}

/* Bytes of a task's panels of the whole feature map between the layers. */
static gsize
whole_bytes(const EffNetOp *op)
{
    guint size = op->layer->out_size;

    return (gsize)size * size * op->block_panels * EFFNET_LANES *
           effnet_type_bytes(op->depthwise_type);
}

/* Cuts panels; bands of rows, too, only where these are few, since neighbouring bands both compute
 * the rows that they share. All rows are computed at once where they stay in L2, except in int8. */
gsize
effnet_cut_conv_depthwise(EffNetOp *op)
{
    const EffNetLayer *conv = op->layer;
    guint rows = effnet_op_last_layer(op)->out_size, panels = effnet_panels(conv->out_channels);
    guint most = effnet_has_few_pixels(conv->out_size, panels) ? FUSE_MORE_PANELS : FUSE_PANELS;
    guint bands, pixels;

    op->block_panels = op->type == EFFNET_TYPE_S16 ? panels : MIN(panels, most);
    op->panel_blocks = effnet_blocks(panels, op->block_panels);
    bands = effnet_blocks(TASKS / 2, op->panel_blocks);
    bands = MIN(rows, bands > 1 ? effnet_blocks(bands, PARTS) * PARTS : 1);
    op->block_pixels = effnet_blocks(rows, bands);
    op->pixel_blocks = effnet_blocks(rows, op->block_pixels);
    op->whole = op->type != EFFNET_TYPE_S16 && conv->kernel == 1 && op->pixel_blocks == 1 &&
                whole_bytes(op) <= BLOCK_BYTES;
    pixels = op->whole ? conv->out_size * conv->out_size : conv->out_size;
    return (op->whole ? effnet_align(whole_bytes(op)) : ring_bytes(op)) +
           effnet_conv_scratch(pixels, window_of(conv), op->block_panels);
}

gsize
effnet_cut_squeeze_excite(EffNetOp *op)
{
    const EffNetLayer *reduce = op->layer, *expand = reduce + 1;
    guint panels = effnet_panels(expand->out_channels) + effnet_panels(reduce->out_channels);

    op->pixel_blocks = op->panel_blocks = 1;
    return panels * EFFNET_LANES * sizeof(float) +
           effnet_conv_scratch(1, reduce->in_channels, panels);
}
