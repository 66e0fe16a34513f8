/* SPDX-License-Identifier: BSD-2-Clause */
/* Executes one task of one op: takes addresses from the plan and calls kernels. */
#include <string.h>

#include "execute.h"
#include "../kernels/pool.h"
#include "winograd.h"

typedef struct {
    const EffNetPlan *plan;
    const EffNetOp *op;
    const EffNetArena *arena;
    guint image, n_images;
    guint8 *scratch;
    guint first_pixel, end_pixel; /* rows where OP is cut into rows */
    guint first_panel, end_panel;
} Task;

static gpointer
at(const Task *t, int tensor)
{
    return tensor == EFFNET_NONE ? NULL : effnet_tensor_data(t->plan, t->arena, tensor, t->image);
}

/* The address of element ELEMENTS of TENSOR. */
static gpointer
within(const Task *t, int tensor, gsize elements)
{
    return effnet_type_at(t->plan->tensors[tensor].type, at(t, tensor), elements);
}

static guint
channels(const Task *t, int tensor)
{
    return t->plan->tensors[tensor].channels;
}

/* Channels of a pixel in a window: for the network's input, all that are in memory. */
static guint
pixel_elements(const Task *t, const EffNetLayer *layer)
{
    return layer->role == EFFNET_ROLE_STEM ? channels(t, t->op->in) : layer->in_channels;
}

/* What is constant for a convolution that reads the op's input; the caller sets where it starts and
 * where it writes. */
static EffNetConv
conv_of(const EffNetLayer *layer, const EffNetPacked *packed, const Task *t)
{
    const EffNetPlanTensor *in = &t->plan->tensors[t->op->in];

    return (EffNetConv){
        .in_type = in->type,
        .out_type = t->plan->tensors[t->op->out].type,
        .in_stride = layer->stride * in->channels,
        .spans = layer->kernel,
        .span_stride = (gsize)in->size * in->channels,
        .span = layer->kernel * pixel_elements(t, layer),
        .weights = packed->weights,
        .bias = packed->bias,
        .quant = packed->quant,
        .scale = packed->scale,
        .start = packed->start,
        .all_panels = effnet_panels(layer->out_channels),
        .half_panel = effnet_half_panel(layer->out_channels),
        .first_panel = t->first_panel,
        .panels = t->end_panel - t->first_panel,
        .act = effnet_kernel_act(layer->act, t->plan->type),
        .act_first = layer->act_first,
    };
}

/* Writes means of the input's pixels for the output row whose window starts at row ROW: to where a
 * layer of its stride reads them in a band. */
static void
average_row(const Task *t, guint8 *dst, guint row)
{
    const EffNetLayer *layer = t->op->layer;
    const EffNetPlanTensor *in = &t->plan->tensors[t->op->in];
    gsize row_elements = (gsize)in->size * in->channels;

    effnet_average(&(EffNetAverage){
        .type = in->type,
        .in = within(t, t->op->in, row * row_elements),
        .below = row + 1 < in->size ? row_elements : 0,
        .size = in->size,
        .panels = in->channels / EFFNET_LANES,
        .out = dst,
        .out_stride = layer->stride * layer->in_channels,
    });
}

/* Copies row ROW of the input, with its border of zeros and without padding of channels. ROW wraps
 * above the feature map. */
static void
copy_row(const Task *t, guint8 *dst, guint row)
{
    const EffNetLayer *layer = t->op->layer;
    gsize size = effnet_type_bytes(t->plan->tensors[t->op->in].type);
    gsize n = layer->in_channels * size, stride = channels(t, t->op->in) * size;
    const guint8 *src = at(t, t->op->in);

    if (layer->averages) {
        if (row % layer->stride == 0)
            average_row(t, dst, row);
        return;
    }
    if (row >= layer->in_size) {
        memset(dst, 0, effnet_layer_band_row(layer) * size);
        return;
    }
    src += row * layer->in_size * stride;
    memset(dst, 0, layer->pad_before * n);
    dst += layer->pad_before * n;
    if (n == stride)
        memcpy(dst, src, layer->in_size * n);
    else
        for (guint x = 0; x < layer->in_size; x++)
            memcpy(dst + x * n, src + x * stride, n);
    memset(dst + layer->in_size * n, 0, layer->pad_after * n);
}

/* Computes ROWS rows of outputs. Rows of windows and of outputs are IN_BLOCK and OUT_BLOCK elements
 * apart. For a pool, adds up the rows' means. */
static void
conv_rows(const Task *t, EffNetConv a, guint rows, gsize in_block, gsize out_block)
{
    float *sums = a.pool;

    if (sums) {
        a.pool = a.scratch;
        a.scratch = a.pool + a.panels * EFFNET_LANES;
    }
    for (; rows > 0; rows--) {
        t->op->conv->run(&a);
        if (sums)
            for (guint i = 0; i < a.panels * EFFNET_LANES; i++)
                sums[i] += a.pool[i] / t->op->layer->out_size;
        else
            a.out = effnet_type_at(a.out_type, a.out, out_block);
        a.in = effnet_type_at(a.in_type, a.in, in_block);
        if (a.residual)
            a.residual = effnet_type_at(t->op->type, a.residual, out_block);
    }
}

/* Computes ROWS rows, chunk after chunk of the task's panels. */
static void
conv_chunks(const Task *t, EffNetConv a, guint rows, gsize in_block, gsize out_block)
{
    guint end = t->end_panel, chunk = t->op->chunk_panels;

    for (; a.first_panel < end; a.first_panel += chunk) {
        gsize lanes = chunk * EFFNET_LANES;

        a.panels = MIN(chunk, end - a.first_panel);
        conv_rows(t, a, rows, in_block, out_block);
        if (a.pool)
            a.pool += lanes;
        else
            a.out = effnet_type_at(a.out_type, a.out, lanes);
        if (a.residual)
            a.residual = effnet_type_at(t->op->type, a.residual, lanes);
    }
}

/* Computes the task's rows in bands whose input is copied to the scratch, with a border. */
static void
conv_bands(const Task *t, EffNetConv a, gsize out_block)
{
    const EffNetOp *op = t->op;
    const EffNetLayer *layer = op->layer;
    gsize in_row = effnet_layer_band_row(layer), row_bytes = in_row * effnet_type_bytes(a.in_type);

    a.in = t->scratch;
    a.in_stride = layer->stride * layer->in_channels;
    a.span_stride = in_row;
    a.scratch =
        t->scratch + effnet_align(effnet_layer_band_height(layer, op->band_rows) * row_bytes);
    for (guint row = t->first_pixel; row < t->end_pixel; row += op->band_rows) {
        guint rows = MIN(op->band_rows, t->end_pixel - row);
        guint top = row * layer->stride - layer->pad_before;

        for (guint i = 0; i < effnet_layer_band_height(layer, rows); i++)
            copy_row(t, t->scratch + i * row_bytes, top + i);
        conv_chunks(t, a, rows, layer->stride * in_row, out_block);
        if (!a.pool)
            a.out = effnet_type_at(a.out_type, a.out, rows * out_block);
        if (a.residual)
            a.residual = effnet_type_at(op->type, a.residual, rows * out_block);
    }
}

/* Writes what a pool is the mean of: the mean of each pixel by itself. */
static void
keep_pixels(const Task *t, EffNetConv a)
{
    const EffNetLayer *layer = t->op->layer;
    gsize wide = channels(t, t->op->out), n = (gsize)layer->out_size * layer->out_size;

    a.pool = t->arena->pixels + t->image * n * wide + t->first_panel * EFFNET_LANES;
    a.pixels = 1;
    for (gsize i = 0; i < n; i++) {
        t->op->conv->run(&a);
        a.in = effnet_type_at(a.in_type, a.in, a.in_stride);
        if (a.residual)
            a.residual = effnet_type_at(t->op->type, a.residual, wide);
        a.pool += wide;
    }
}

static void
conv(const Task *t)
{
    const EffNetOp *op = t->op;
    const EffNetLayer *layer = op->layer;
    EffNetConv a = conv_of(layer, &op->packed[0], t);
    gsize out_channels = channels(t, op->out);
    gboolean rows = effnet_op_has_rows(op);
    gsize in_block = rows ? layer->stride * a.span_stride : channels(t, op->in);
    gsize out_block = rows ? layer->out_size * out_channels : out_channels;
    gsize first_lane = t->first_panel * EFFNET_LANES;
    gsize out_at = t->first_pixel * out_block + first_lane;

    a.in = within(t, op->in, t->first_pixel * in_block);
    a.gate = at(t, op->gate);
    /* Where a task has several images, they have one pixel each, side by side. */
    a.pixels = rows ? layer->out_size : (t->end_pixel - t->first_pixel) * t->n_images;
    if (op->pool)
        a.pool = within(t, op->out, first_lane);
    else
        a.out = within(t, op->out, out_at);
    a.out_stride = a.residual_stride = out_channels;
    if (op->residual != EFFNET_NONE)
        a.residual = within(t, op->residual, out_at);
    a.scratch = t->scratch;
    if (rows && op->pool)
        memset(a.pool, 0, (t->end_panel - t->first_panel) * EFFNET_LANES * sizeof *a.pool);
    if (op->band_rows)
        conv_bands(t, a, out_block);
    else if (rows)
        conv_chunks(t, a, t->end_pixel - t->first_pixel, in_block, out_block);
    else
        t->op->conv->run(&a);
    if (op->pool && t->arena->pixels)
        keep_pixels(t, a);
}

/* What is constant for a depthwise layer; outputs point to row 0. */
static EffNetDwconv
dwconv_of(const EffNetLayer *layer, const EffNetPacked *packed, const Task *t)
{
    const EffNetOp *op = t->op;
    gsize first_lane = t->first_panel * EFFNET_LANES;
    guint unit = op->dwconv->unit;
    gsize unit_bytes = op->dwconv->packed_bytes(layer->kernel, unit * EFFNET_LANES);

    return (EffNetDwconv){
        .in_size = layer->in_size,
        .out_size = layer->out_size,
        .kernel = layer->kernel,
        .stride = layer->stride,
        .pad = layer->pad_before,
        .weights = (const guint8 *)packed->weights + t->first_panel / unit * unit_bytes,
        .bias = packed->bias + first_lane,
        .quant = packed->quant,
        .scale = packed->scale ? packed->scale + first_lane : NULL,
        .out = within(t, op->out, first_lane),
        .out_stride = channels(t, op->out),
        .sum = op->row_sums == EFFNET_NONE ? NULL : within(t, op->row_sums, first_lane),
        .panels = t->end_panel - t->first_panel,
        .act = effnet_kernel_act(layer->act, t->plan->type),
    };
}

/* Finds the input rows under the window of the op's last layer for output row ROW; those outside of
 * the map become OUTSIDE, which may be NULL. MAP: row 0 of the input, whose row r is at MAP + r %
 * RING * ROW_STRIDE elements. */
static void
find_rows(const Task *t, gconstpointer *rows, guint row, gconstpointer map, gsize row_stride,
          guint ring, gconstpointer outside)
{
    const EffNetLayer *layer = effnet_op_last_layer(t->op);

    for (guint k = 0; k < layer->kernel; k++) {
        guint in = row * layer->stride + k - layer->pad_before; /* wraps above the feature map */

        rows[k] = in < layer->in_size
                      ? effnet_type_at(t->op->depthwise_type, map, in % ring * row_stride)
                      : outside;
    }
}

/* Computes output row ROW; MAP, RING and OUTSIDE as in find_rows(). */
static void
dwconv_row(const Task *t, EffNetDwconv a, guint row, gconstpointer map, guint ring,
           gconstpointer outside)
{
    find_rows(t, a.rows, row, map, a.in_size * a.in_stride, ring, outside);
    a.out = effnet_type_at(t->op->depthwise_type, a.out, row * a.out_size * a.out_stride);
    if (a.sum)
        a.sum += row * a.out_stride;
    t->op->dwconv->run(&a);
}

static void
depthwise(const Task *t)
{
    const EffNetOp *op = t->op;
    EffNetDwconv a = dwconv_of(op->layer, &op->packed[0], t);
    gconstpointer map = within(t, op->in, t->first_panel * EFFNET_LANES);

    a.in_stride = channels(t, op->in);
    for (guint row = t->first_pixel; row < t->end_pixel; row++)
        dwconv_row(t, a, row, map, a.in_size, NULL);
}

static void
max_pool(const Task *t)
{
    const EffNetOp *op = t->op;
    const EffNetLayer *layer = op->layer;
    gsize first_lane = t->first_panel * EFFNET_LANES;
    gconstpointer map = within(t, op->in, first_lane);
    EffNetMaxpool a = {
        .in_stride = channels(t, op->in),
        .in_size = layer->in_size,
        .out_size = layer->out_size,
        .kernel = layer->kernel,
        .stride = layer->stride,
        .pad = layer->pad_before,
        .out_stride = channels(t, op->out),
        .panels = t->end_panel - t->first_panel,
    };

    for (guint row = t->first_pixel; row < t->end_pixel; row++) {
        find_rows(t, a.rows, row, map, a.in_size * a.in_stride, a.in_size, NULL);
        a.out = within(t, op->out, first_lane + row * a.out_size * a.out_stride);
        t->plan->kernels->maxpool[op->type](&a);
    }
}

static void
pool(const Task *t)
{
    const EffNetOp *op = t->op;
    const EffNetPlanTensor *in = &t->plan->tensors[op->in];
    const EffNetLayer *layer = op->layer;
    float *out = at(t, op->out);

    effnet_pool(&(EffNetPool){
        .type = in->type,
        .in = at(t, op->in),
        .in_stride = in->channels,
        .pixels = layer->in_size * layer->in_size,
        .channels = layer->in_channels,
        .unit = in->type == EFFNET_TYPE_S16 ? in->quantisation.scale : 1,
        .out = out,
    });
    for (gsize i = layer->out_channels; i < channels(t, op->out); i++)
        out[i] = 0;
}

static void
winograd(const Task *t)
{
    const EffNetOp *op = t->op;

    effnet_winograd_execute(&(EffNetWinogradTask){
        .kernels = t->plan->kernels,
        .op = op,
        .in = at(t, op->in),
        .residual = at(t, op->residual),
        .out = at(t, op->out),
        .in_channels = channels(t, op->in),
        .out_channels = channels(t, op->out),
        .first_row = t->first_pixel,
        .end_row = t->end_pixel,
        .first_panel = t->first_panel,
        .end_panel = t->end_panel,
        .scratch = (float *)t->scratch,
    });
}

/* Makes row ROW of what a depthwise layer reads: by CONV, the layer before it, or, where the
 * depthwise layer is an op of its own, as a copy of its input. */
static void
make_row(const Task *t, EffNetConv *conv, guint row, guint8 *out)
{
    const EffNetOp *op = t->op;
    const EffNetLayer *layer = op->layer;
    gsize lanes = (t->end_panel - t->first_panel) * EFFNET_LANES, in_channels;
    gsize size = effnet_type_bytes(op->depthwise_type);
    const guint8 *in;

    if (op->kind == EFFNET_OP_CONV_DEPTHWISE) {
        conv->in = within(t, op->in, row * layer->stride * conv->span_stride);
        conv->out = out;
        op->conv->run(conv);
        return;
    }
    in_channels = channels(t, op->in);
    in = within(t, op->in, row * layer->in_size * in_channels + t->first_panel * EFFNET_LANES);
    if (lanes == in_channels)
        memcpy(out, in, layer->in_size * lanes * size);
    else
        for (guint x = 0; x < layer->in_size; x++)
            memcpy(out + x * lanes * size, in + x * in_channels * size, lanes * size);
}

/* Makes rows when the filter reaches them, in a ring as high as the filter. Rows have zeros at both
 * ends, so that the filter meets a border only above and below; a padded kernel reads a row of
 * zeros there. */
static void
ring_depthwise(const Task *t)
{
    const EffNetOp *op = t->op;
    const EffNetLayer *depthwise = effnet_op_last_layer(op);
    EffNetConv conv = conv_of(op->layer, &op->packed[0], t);
    EffNetDwconv a = dwconv_of(depthwise, &op->packed[op->n_layers - 1], t);
    guint top = t->first_pixel * a.stride;
    guint next = top > a.pad ? top - a.pad : 0; /* the next row to be made */
    gsize pixel_bytes = a.panels * EFFNET_LANES * effnet_type_bytes(op->depthwise_type);
    gsize ring_bytes = effnet_layer_ring_pixels(depthwise) * pixel_bytes;
    guint8 *outside = t->scratch + a.kernel * ring_bytes;

    conv.pixels = op->layer->out_size;
    conv.scratch = t->scratch + effnet_align((a.kernel + 1) * ring_bytes);
    conv.out_stride = a.in_stride = (gsize)a.panels * EFFNET_LANES;
    a.in_size = effnet_layer_ring_pixels(depthwise);
    a.pad = 0;
    for (guint i = 0; i < a.kernel; i++) {
        guint8 *row = t->scratch + i * ring_bytes;

        memset(row, 0, depthwise->pad_before * pixel_bytes);
        memset(row + ring_bytes - depthwise->pad_after * pixel_bytes, 0,
               depthwise->pad_after * pixel_bytes);
    }
    if (op->dwconv->padded)
        memset(outside, 0, ring_bytes);
    else
        outside = NULL;
    for (guint row = t->first_pixel; row < t->end_pixel; row++) {
        guint end = MIN(depthwise->in_size, row * a.stride + a.kernel - depthwise->pad_before);

        for (; next < end; next++)
            make_row(t, &conv, next,
                     t->scratch + next % a.kernel * ring_bytes +
                         depthwise->pad_before * pixel_bytes);
        dwconv_row(t, a, row, t->scratch, a.kernel, outside);
    }
}

/* Makes all rows of a small feature map at once, for the task's panels only: they stay in L1 or
 * close to it, and tiles are as high as the kernel prefers. Meanwhile the filters are prefetched
 * into L2. */
static void
whole_depthwise(const Task *t)
{
    const EffNetOp *op = t->op;
    EffNetConv conv = conv_of(op->layer, &op->packed[0], t);
    EffNetDwconv a = dwconv_of(op->layer + 1, &op->packed[1], t);
    gsize lanes = a.panels * EFFNET_LANES;
    gsize filter_bytes = op->dwconv->packed_bytes(a.kernel, lanes);

    for (gsize i = 0; i < filter_bytes; i += EFFNET_ALIGNMENT)
        __builtin_prefetch((const guint8 *)a.weights + i, 0, 2);
    conv.pixels = a.in_size * a.in_size;
    conv.pixels_at_hand = TRUE; /* by the task before */
    conv.in = at(t, op->in);
    conv.out = t->scratch;
    conv.out_stride = a.in_stride = lanes;
    conv.scratch =
        t->scratch + effnet_align(conv.pixels * lanes * effnet_type_bytes(op->depthwise_type));
    t->op->conv->run(&conv);
    for (guint row = 0; row < a.out_size; row++)
        dwconv_row(t, a, row, t->scratch, a.in_size, NULL);
}

/* A linear layer: OUT = act(IN * weights + bias). */
static void
linear(const Task *t, const EffNetLayer *layer, const EffNetPacked *packed, const float *in,
       float *out, gpointer scratch)
{
    guint panels = effnet_panels(layer->out_channels);
    const EffNetConv a = {
        .in_type = EFFNET_TYPE_F32,
        .out_type = EFFNET_TYPE_F32,
        .in = in,
        .in_stride = layer->in_channels,
        .spans = 1,
        .span = layer->in_channels,
        .weights = packed->weights,
        .bias = packed->bias,
        .all_panels = panels,
        .panels = panels,
        .pixels = 1,
        .out = out,
        .out_stride = panels * EFFNET_LANES,
        .act = effnet_kernel_act(layer->act, t->plan->type),
        .scratch = scratch,
    };

    t->op->conv->run(&a);
}

/* The channels' means over a feature map of ROWS x ROWS x WIDE, from the sums of its rows, added in
 * order. */
static void
find_means(const float *restrict sums, guint rows, guint wide, float *restrict means)
{
    for (guint c = 0; c < wide; c++)
        means[c] = 0;
    for (guint r = 0; r < rows; r++, sums += wide)
        for (guint c = 0; c < wide; c++)
            means[c] += sums[c];
    for (guint c = 0; c < wide; c++)
        means[c] /= rows * rows;
}

/* The means, from the row sums that the depthwise op's tasks left, through the bottleneck. */
static void
squeeze_excite(const Task *t)
{
    const EffNetOp *op = t->op;
    const EffNetLayer *reduce = op->layer, *expand = reduce + 1;
    guint wide = channels(t, op->in);
    guint rows = t->plan->tensors[op->in].bytes / (wide * sizeof(float));
    float *means = (float *)t->scratch, *narrow = means + wide;
    float *rest = narrow + effnet_panels(reduce->out_channels) * EFFNET_LANES;

    find_means(at(t, op->in), rows, wide, means);
    linear(t, reduce, &op->packed[0], means, narrow, rest);
    linear(t, expand, &op->packed[1], narrow, at(t, op->out), rest);
    if (op->gated != EFFNET_NONE)
        t->op->conv->gate(at(t, op->gated), wide, rows * rows, at(t, op->out), wide);
}

void
effnet_op_execute(const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena, guint image,
                  guint n, guint task, guint tasks, gpointer scratch)
{
    const EffNetLayer *layer = effnet_op_last_layer(op);
    guint pixel_block = task / op->panel_blocks, panel_block = task % op->panel_blocks;
    guint pixels = effnet_op_pixels(op), pixel_blocks = tasks / op->panel_blocks;
    Task t = {
        .plan = plan,
        .op = op,
        .arena = arena,
        .image = image,
        .n_images = n,
        .scratch = scratch,
        .first_pixel = (guint64)pixels * pixel_block / pixel_blocks,
        .end_pixel = (guint64)pixels * (pixel_block + 1) / pixel_blocks,
        .first_panel = panel_block * op->block_panels,
        .end_panel = MIN(effnet_panels(layer->out_channels), (panel_block + 1) * op->block_panels),
    };

    switch (op->kind) {
    case EFFNET_OP_CONV:
        conv(&t);
        break;
    case EFFNET_OP_DEPTHWISE:
        if (op->dwconv->padded)
            ring_depthwise(&t);
        else
            depthwise(&t);
        break;
    case EFFNET_OP_CONV_DEPTHWISE:
        if (op->whole)
            whole_depthwise(&t);
        else
            ring_depthwise(&t);
        break;
    case EFFNET_OP_SQUEEZE_EXCITE:
        squeeze_excite(&t);
        break;
    case EFFNET_OP_MAX_POOL:
        max_pool(&t);
        break;
    case EFFNET_OP_POOL:
        pool(&t);
        break;
    case EFFNET_OP_WINOGRAD:
        winograd(&t);
        break;
    }
}

void
effnet_op_execute_linear(const EffNetPlan *plan, const EffNetOp *op, guint panel, const float *in,
                         float *out, gpointer scratch)
{
    const Task t = {
        .plan = plan,
        .op = op,
        .first_panel = panel,
        .end_panel = MIN(effnet_panels(op->layer->out_channels), panel + op->block_panels),
    };
    EffNetConv a = conv_of(op->layer, &op->packed[0], &t);

    a.in = in;
    a.pixels = 1;
    a.out = out;
    a.out_stride = a.panels * EFFNET_LANES;
    a.scratch = scratch;
    op->conv->run(&a);
}

void
effnet_op_execute_row(const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena,
                      guint row, gpointer out, gpointer scratch)
{
    const EffNetLayer *layer = op->layer;
    guint panels = effnet_panels(layer->out_channels);
    gsize lanes = panels * EFFNET_LANES;
    const Task t = {
        .plan = plan,
        .op = op,
        .arena = arena,
        .scratch = scratch,
        .end_panel = panels,
    };
    EffNetConv a = conv_of(layer, &op->packed[0], &t);

    a.out_type = op->kind == EFFNET_OP_CONV_DEPTHWISE ? op->depthwise_type : plan->type;
    a.in = within(&t, op->in, row * layer->stride * a.span_stride);
    a.gate = at(&t, op->gate);
    a.pixels = layer->out_size;
    a.out = out;
    a.out_stride = a.residual_stride = lanes;
    if (op->residual != EFFNET_NONE)
        a.residual = within(&t, op->residual, row * layer->out_size * lanes);
    a.scratch = scratch;
    op->conv->run(&a);
}
