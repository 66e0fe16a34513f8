/* SPDX-License-Identifier: BSD-2-Clause */
/* One task of one step: addresses from the plan, then the kernel. */
#include <string.h>

#include "execute.h"
#include "winograd.h"

typedef struct {
    const EffNetPlan *plan;
    const EffNetStep *step;
    const EffNetArena *arena;
    guint picture, n_pictures;
    guint8 *scratch;
    guint first_pixel, end_pixel; /* rows where the step cuts rows */
    guint first_panel, end_panel;
} Task;

static gpointer
at(const Task *t, int activation)
{
    return activation == EFFNET_NONE ? NULL
                                     : effnet_activation(t->plan, t->arena, activation, t->picture);
}

/* What is ELEMENTS behind the begin of ACTIVATION. */
static gpointer
within(const Task *t, int activation, gsize elements)
{
    return effnet_type_at(t->plan->activations[activation].type, at(t, activation), elements);
}

static guint
channels(const Task *t, int activation)
{
    return t->plan->activations[activation].channels;
}

/* What a window has of each pixel: of the network's input whatever is in memory. */
static guint
pixel_elements(const Task *t, const EffNetLayer *layer)
{
    return layer->role == EFFNET_ROLE_STEM ? channels(t, t->step->in) : layer->in_channels;
}

/* A convolution's constants, over what the step reads; where it begins, and where it writes, is the
 * caller's. */
static EffNetConv
conv_of(const EffNetLayer *layer, const EffNetPacked *packed, const Task *t)
{
    const EffNetTensorPlan *in = &t->plan->activations[t->step->in];

    return (EffNetConv){
        .in_type = in->type,
        .out_type = t->plan->activations[t->step->out].type,
        .in_step = layer->stride * in->channels,
        .runs = layer->kernel,
        .run_step = (gsize)in->size * in->channels,
        .run = layer->kernel * pixel_elements(t, layer),
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

/* Row ROW of the input with its border of zeros, the real channels only; wraps above the picture.
 */
static void
copy_row(const Task *t, guint8 *dst, guint row)
{
    const EffNetLayer *layer = t->step->layer;
    gsize size = effnet_type_bytes(t->plan->activations[t->step->in].type);
    gsize n = layer->in_channels * size, step = channels(t, t->step->in) * size;
    const guint8 *src = at(t, t->step->in);

    if (row >= layer->in_size) {
        memset(dst, 0, effnet_layer_band_row(layer) * size);
        return;
    }
    src += row * layer->in_size * step;
    memset(dst, 0, layer->pad_before * n);
    dst += layer->pad_before * n;
    if (n == step)
        memcpy(dst, src, layer->in_size * n);
    else
        for (guint x = 0; x < layer->in_size; x++)
            memcpy(dst + x * n, src + x * step, n);
    memset(dst + layer->in_size * n, 0, layer->pad_after * n);
}

/* ROWS rows of outputs, windows and outputs one IN_BLOCK and OUT_BLOCK behind the other. A pool's
 * rows have their means added up. */
static void
conv_rows(const Task *t, EffNetConv a, guint rows, gsize in_block, gsize out_block)
{
    float *sums = a.pool;

    if (sums) {
        a.pool = a.scratch;
        a.scratch = a.pool + a.panels * EFFNET_LANES;
    }
    for (; rows > 0; rows--) {
        t->step->conv->run(&a);
        if (sums)
            for (guint i = 0; i < a.panels * EFFNET_LANES; i++)
                sums[i] += a.pool[i] / t->step->layer->out_size;
        else
            a.out = effnet_type_at(a.out_type, a.out, out_block);
        a.in = effnet_type_at(a.in_type, a.in, in_block);
        if (a.residual)
            a.residual = effnet_type_at(t->step->type, a.residual, out_block);
    }
}

/* Chunk after chunk of the task's panels over the same rows. */
static void
conv_chunks(const Task *t, EffNetConv a, guint rows, gsize in_block, gsize out_block)
{
    guint end = t->end_panel, chunk = t->step->chunk_panels;

    for (; a.first_panel < end; a.first_panel += chunk) {
        gsize lanes = chunk * EFFNET_LANES;

        a.panels = MIN(chunk, end - a.first_panel);
        conv_rows(t, a, rows, in_block, out_block);
        if (a.pool)
            a.pool += lanes;
        else
            a.out = effnet_type_at(a.out_type, a.out, lanes);
        if (a.residual)
            a.residual = effnet_type_at(t->step->type, a.residual, lanes);
    }
}

/* Of row FIRST on, band by band where the input has to get a border. */
static void
conv_bands(const Task *t, EffNetConv a, gsize out_block)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *layer = step->layer;
    gsize in_row = effnet_layer_band_row(layer), row_bytes = in_row * effnet_type_bytes(a.in_type);

    a.in = t->scratch;
    a.in_step = layer->stride * layer->in_channels;
    a.run_step = in_row;
    a.scratch =
        t->scratch + effnet_align(effnet_layer_band_height(layer, step->band_rows) * row_bytes);
    for (guint row = t->first_pixel; row < t->end_pixel; row += step->band_rows) {
        guint rows = MIN(step->band_rows, t->end_pixel - row);
        guint top = row * layer->stride - layer->pad_before;

        for (guint i = 0; i < effnet_layer_band_height(layer, rows); i++)
            copy_row(t, t->scratch + i * row_bytes, top + i);
        conv_chunks(t, a, rows, layer->stride * in_row, out_block);
        if (!a.pool)
            a.out = effnet_type_at(a.out_type, a.out, rows * out_block);
        if (a.residual)
            a.residual = effnet_type_at(step->type, a.residual, rows * out_block);
    }
}

static void
conv(const Task *t)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *layer = step->layer;
    EffNetConv a = conv_of(layer, &step->packed[0], t);
    gsize out_channels = channels(t, step->out);
    gboolean rows = effnet_step_has_rows(step);
    gsize in_block = rows ? layer->stride * a.run_step : channels(t, step->in);
    gsize out_block = rows ? layer->out_size * out_channels : out_channels;
    gsize first_lane = t->first_panel * EFFNET_LANES;
    gsize out_at = t->first_pixel * out_block + first_lane;

    a.in = within(t, step->in, t->first_pixel * in_block);
    a.gate = at(t, step->gate);
    /* Where a task has more pictures than one, they are one pixel each and side by side. */
    a.pixels = rows ? layer->out_size : (t->end_pixel - t->first_pixel) * t->n_pictures;
    if (step->pool)
        a.pool = within(t, step->out, first_lane);
    else
        a.out = within(t, step->out, out_at);
    a.out_step = a.residual_step = out_channels;
    if (step->residual != EFFNET_NONE)
        a.residual = within(t, step->residual, out_at);
    a.scratch = t->scratch;
    if (rows && step->pool)
        memset(a.pool, 0, (t->end_panel - t->first_panel) * EFFNET_LANES * sizeof *a.pool);
    if (step->band_rows)
        conv_bands(t, a, out_block);
    else if (rows)
        conv_chunks(t, a, t->end_pixel - t->first_pixel, in_block, out_block);
    else
        t->step->conv->run(&a);
}

/* A depthwise layer's constants, and row 0 of its outputs. */
static EffNetDwconv
dwconv_of(const EffNetLayer *layer, const EffNetPacked *packed, const Task *t)
{
    const EffNetStep *step = t->step;
    gsize first_lane = t->first_panel * EFFNET_LANES;
    guint unit = step->dwconv->unit;
    gsize unit_bytes = step->dwconv->packed_bytes(layer->kernel, unit * EFFNET_LANES);

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
        .out = within(t, step->out, first_lane),
        .out_step = channels(t, step->out),
        .sum = step->row_sums == EFFNET_NONE ? NULL : within(t, step->row_sums, first_lane),
        .panels = t->end_panel - t->first_panel,
        .act = effnet_kernel_act(layer->act, t->plan->type),
    };
}

/* The input's rows under the window of the step's last layer at row ROW of outputs; OUTSIDE, which
 * may be NULL, where it has none. PICTURE: row 0 of the input, rows ROW_STEP apart; row r is at
 * r % RING of them. */
static void
find_rows(const Task *t, gconstpointer *rows, guint row, gconstpointer picture, gsize row_step,
          guint ring, gconstpointer outside)
{
    const EffNetLayer *layer = effnet_step_last_layer(t->step);

    for (guint k = 0; k < layer->kernel; k++) {
        guint in = row * layer->stride + k - layer->pad_before; /* wraps above the picture */

        rows[k] = in < layer->in_size
                      ? effnet_type_at(t->step->depthwise_type, picture, in % ring * row_step)
                      : outside;
    }
}

/* Does row ROW of outputs; PICTURE, RING and OUTSIDE as in find_rows(). */
static void
dwconv_row(const Task *t, EffNetDwconv a, guint row, gconstpointer picture, guint ring,
           gconstpointer outside)
{
    find_rows(t, a.rows, row, picture, a.in_size * a.in_step, ring, outside);
    a.out = effnet_type_at(t->step->depthwise_type, a.out, row * a.out_size * a.out_step);
    if (a.sum)
        a.sum += row * a.out_step;
    t->step->dwconv->run(&a);
}

static void
depthwise(const Task *t)
{
    const EffNetStep *step = t->step;
    EffNetDwconv a = dwconv_of(step->layer, &step->packed[0], t);
    gconstpointer picture = within(t, step->in, t->first_panel * EFFNET_LANES);

    a.in_step = channels(t, step->in);
    for (guint row = t->first_pixel; row < t->end_pixel; row++)
        dwconv_row(t, a, row, picture, a.in_size, NULL);
}

static void
max_pool(const Task *t)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *layer = step->layer;
    gsize first_lane = t->first_panel * EFFNET_LANES;
    gconstpointer picture = within(t, step->in, first_lane);
    EffNetMaxpool a = {
        .in_step = channels(t, step->in),
        .in_size = layer->in_size,
        .out_size = layer->out_size,
        .kernel = layer->kernel,
        .stride = layer->stride,
        .pad = layer->pad_before,
        .out_step = channels(t, step->out),
        .panels = t->end_panel - t->first_panel,
    };

    for (guint row = t->first_pixel; row < t->end_pixel; row++) {
        find_rows(t, a.rows, row, picture, a.in_size * a.in_step, a.in_size, NULL);
        a.out = within(t, step->out, first_lane + row * a.out_size * a.out_step);
        t->plan->kernels->maxpool[step->type](&a);
    }
}

static void
winograd(const Task *t)
{
    const EffNetStep *step = t->step;

    effnet_winograd_execute(&(EffNetWinogradTask){
        .kernels = t->plan->kernels,
        .step = step,
        .in = at(t, step->in),
        .residual = at(t, step->residual),
        .out = at(t, step->out),
        .in_channels = channels(t, step->in),
        .out_channels = channels(t, step->out),
        .first_row = t->first_pixel,
        .end_row = t->end_pixel,
        .first_panel = t->first_panel,
        .end_panel = t->end_panel,
        .scratch = (float *)t->scratch,
    });
}

/* Row ROW of what a depthwise layer reads: by CONV, the layer before it, or, where that is a step
 * of its own, of its picture. */
static void
make_row(const Task *t, EffNetConv *conv, guint row, guint8 *out)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *layer = step->layer;
    gsize lanes = (t->end_panel - t->first_panel) * EFFNET_LANES, in_channels;
    gsize size = effnet_type_bytes(step->depthwise_type);
    const guint8 *in;

    if (step->kind == EFFNET_STEP_CONV_DEPTHWISE) {
        conv->in = within(t, step->in, row * layer->stride * conv->run_step);
        conv->out = out;
        step->conv->run(conv);
        return;
    }
    in_channels = channels(t, step->in);
    in = within(t, step->in, row * layer->in_size * in_channels + t->first_panel * EFFNET_LANES);
    if (lanes == in_channels)
        memcpy(out, in, layer->in_size * lanes * size);
    else
        for (guint x = 0; x < layer->in_size; x++)
            memcpy(out + x * lanes * size, in + x * in_channels * size, lanes * size);
}

/* Rows are made when the filter comes to them, in a ring as high as the filter. They have zeros at
 * both ends, so that the filter meets no border but above and below, where, in 8 bits, it reads one
 * more row of zeros. */
static void
ring_depthwise(const Task *t)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *depthwise = effnet_step_last_layer(step);
    EffNetConv conv = conv_of(step->layer, &step->packed[0], t);
    EffNetDwconv a = dwconv_of(depthwise, &step->packed[step->n_layers - 1], t);
    guint top = t->first_pixel * a.stride;
    guint next = top > a.pad ? top - a.pad : 0; /* the row to be made */
    gsize pixel_bytes = a.panels * EFFNET_LANES * effnet_type_bytes(step->depthwise_type);
    gsize ring_bytes = effnet_layer_ring_pixels(depthwise) * pixel_bytes;
    guint8 *outside = t->scratch + a.kernel * ring_bytes;

    conv.pixels = step->layer->out_size;
    conv.scratch = t->scratch + effnet_align((a.kernel + 1) * ring_bytes);
    conv.out_step = a.in_step = (gsize)a.panels * EFFNET_LANES;
    a.in_size = effnet_layer_ring_pixels(depthwise);
    a.pad = 0;
    for (guint i = 0; i < a.kernel; i++) {
        guint8 *row = t->scratch + i * ring_bytes;

        memset(row, 0, depthwise->pad_before * pixel_bytes);
        memset(row + ring_bytes - depthwise->pad_after * pixel_bytes, 0,
               depthwise->pad_after * pixel_bytes);
    }
    if (step->dwconv->padded)
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

/* A small picture is made as a whole, of the task's panels alone: it stays in L1 or close, and
 * tiles are as high as the kernel likes them. The filters are called into L2 meanwhile. */
static void
whole_depthwise(const Task *t)
{
    const EffNetStep *step = t->step;
    EffNetConv conv = conv_of(step->layer, &step->packed[0], t);
    EffNetDwconv a = dwconv_of(step->layer + 1, &step->packed[1], t);
    gsize lanes = a.panels * EFFNET_LANES;
    gsize filter_bytes = step->dwconv->packed_bytes(a.kernel, lanes);

    for (gsize i = 0; i < filter_bytes; i += EFFNET_ALIGNMENT)
        __builtin_prefetch((const guint8 *)a.weights + i, 0, 2);
    conv.pixels = a.in_size * a.in_size;
    conv.pixels_at_hand = TRUE; /* since the task before */
    conv.in = at(t, step->in);
    conv.out = t->scratch;
    conv.out_step = a.in_step = lanes;
    conv.scratch =
        t->scratch + effnet_align(conv.pixels * lanes * effnet_type_bytes(step->depthwise_type));
    t->step->conv->run(&conv);
    for (guint row = 0; row < a.out_size; row++)
        dwconv_row(t, a, row, t->scratch, a.in_size, NULL);
}

/* A product of a vector: OUT = act(IN * weights + bias). */
static void
linear(const Task *t, const EffNetLayer *layer, const EffNetPacked *packed, const float *in,
       float *out, gpointer scratch)
{
    guint panels = effnet_panels(layer->out_channels);
    const EffNetConv a = {
        .in_type = EFFNET_TYPE_F32,
        .out_type = EFFNET_TYPE_F32,
        .in = in,
        .in_step = layer->in_channels,
        .runs = 1,
        .run = layer->in_channels,
        .weights = packed->weights,
        .bias = packed->bias,
        .all_panels = panels,
        .panels = panels,
        .pixels = 1,
        .out = out,
        .out_step = panels * EFFNET_LANES,
        .act = effnet_kernel_act(layer->act, t->plan->type),
        .scratch = scratch,
    };

    t->step->conv->run(&a);
}

/* Means over a picture of ROWS rows, WIDE channels, from the sums of its rows, in their order. */
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

/* Means from the depthwise step's row sums, whoever made them; then through the bottleneck. */
static void
squeeze_excite(const Task *t)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *reduce = step->layer, *expand = reduce + 1;
    guint wide = channels(t, step->in);
    guint rows = t->plan->activations[step->in].bytes / (wide * sizeof(float));
    float *means = (float *)t->scratch, *narrow = means + wide;
    float *rest = narrow + effnet_panels(reduce->out_channels) * EFFNET_LANES;

    find_means(at(t, step->in), rows, wide, means);
    linear(t, reduce, &step->packed[0], means, narrow, rest);
    linear(t, expand, &step->packed[1], narrow, at(t, step->out), rest);
    if (step->gated != EFFNET_NONE)
        t->step->conv->gate(at(t, step->gated), wide, rows * rows, at(t, step->out), wide);
}

void
effnet_step_execute(const EffNetPlan *plan, const EffNetStep *step, const EffNetArena *arena,
                    guint picture, guint n, guint task, guint tasks, gpointer scratch)
{
    const EffNetLayer *layer = effnet_step_last_layer(step);
    guint pixel_block = task / step->panel_blocks, panel_block = task % step->panel_blocks;
    guint pixels = effnet_step_pixels(step), pixel_blocks = tasks / step->panel_blocks;
    Task t = {
        .plan = plan,
        .step = step,
        .arena = arena,
        .picture = picture,
        .n_pictures = n,
        .scratch = scratch,
        .first_pixel = (guint64)pixels * pixel_block / pixel_blocks,
        .end_pixel = (guint64)pixels * (pixel_block + 1) / pixel_blocks,
        .first_panel = panel_block * step->block_panels,
        .end_panel =
            MIN(effnet_panels(layer->out_channels), (panel_block + 1) * step->block_panels),
    };

    switch (step->kind) {
    case EFFNET_STEP_CONV:
        conv(&t);
        break;
    case EFFNET_STEP_DEPTHWISE:
        if (step->dwconv->padded)
            ring_depthwise(&t);
        else
            depthwise(&t);
        break;
    case EFFNET_STEP_CONV_DEPTHWISE:
        if (step->whole)
            whole_depthwise(&t);
        else
            ring_depthwise(&t);
        break;
    case EFFNET_STEP_SQUEEZE_EXCITE:
        squeeze_excite(&t);
        break;
    case EFFNET_STEP_MAX_POOL:
        max_pool(&t);
        break;
    case EFFNET_STEP_WINOGRAD:
        winograd(&t);
        break;
    }
}

void
effnet_step_execute_row(const EffNetPlan *plan, const EffNetStep *step, const EffNetArena *arena,
                        guint row, gpointer out, gpointer scratch)
{
    const EffNetLayer *layer = step->layer;
    guint panels = effnet_panels(layer->out_channels);
    gsize lanes = panels * EFFNET_LANES;
    const Task t = {
        .plan = plan,
        .step = step,
        .arena = arena,
        .scratch = scratch,
        .end_panel = panels,
    };
    EffNetConv a = conv_of(layer, &step->packed[0], &t);

    a.out_type = step->kind == EFFNET_STEP_CONV_DEPTHWISE ? step->depthwise_type : plan->type;
    a.in = within(&t, step->in, row * layer->stride * a.run_step);
    a.gate = at(&t, step->gate);
    a.pixels = layer->out_size;
    a.out = out;
    a.out_step = a.residual_step = lanes;
    if (step->residual != EFFNET_NONE)
        a.residual = within(&t, step->residual, row * layer->out_size * lanes);
    a.scratch = scratch;
    step->conv->run(&a);
}
