/* SPDX-License-Identifier: BSD-2-Clause */
/* One task of one step: addresses from the plan, then the kernel. */
#include <string.h>

#include "execute.h"

typedef struct {
    const EffNetPlan *plan;
    const EffNetStep *step;
    guint8 *arena;
    guint batch, picture;
    float *scratch;
    guint first_pixel, end_pixel; /* rows where the step cuts rows */
    guint first_panel, end_panel;
} Task;

static float *
at(const Task *t, int activation)
{
    return activation == EFFNET_NONE
               ? NULL
               : effnet_activation(t->plan, t->arena, t->batch, activation, t->picture);
}

static guint
channels(const Task *t, int activation)
{
    return t->plan->activations[activation].channels;
}

/* A convolution's constants; where it reads and writes is the caller's. */
static EffNetConv
conv_of(const EffNetLayer *layer, const EffNetPacked *packed, const Task *t)
{
    return (EffNetConv){
        .runs = layer->kernel,
        .run = layer->kernel * layer->in_channels,
        .weights = packed->weights,
        .bias = packed->bias,
        .all_panels = effnet_panels(layer->out_channels),
        .first_panel = t->first_panel,
        .panels = t->end_panel - t->first_panel,
        .act = layer->act,
        .act_first = layer->act_first,
    };
}

/* Row ROW of the input with its border of zeros, the real channels only; wraps above the picture.
 */
static void
copy_row(const Task *t, float *dst, guint row)
{
    const EffNetLayer *layer = t->step->layer;
    gsize n = layer->in_channels, step = channels(t, t->step->in);
    const float *src = at(t, t->step->in);

    if (row >= layer->in_size) {
        memset(dst, 0, effnet_layer_band_row(layer) * sizeof *dst);
        return;
    }
    src += row * layer->in_size * step;
    memset(dst, 0, layer->pad_before * n * sizeof *dst);
    dst += layer->pad_before * n;
    if (n == step)
        memcpy(dst, src, layer->in_size * n * sizeof *dst);
    else
        for (guint x = 0; x < layer->in_size; x++)
            memcpy(dst + x * n, src + x * step, n * sizeof *dst);
    memset(dst + layer->in_size * n, 0, layer->pad_after * n * sizeof *dst);
}

/* ROWS rows of outputs, windows and outputs one IN_BLOCK and OUT_BLOCK behind the other. A pool's
 * rows have their means added up. */
static void
conv_rows(const Task *t, EffNetConv a, guint rows, gsize in_block, gsize out_block)
{
    float *sums = a.pool;

    if (sums) {
        a.pool = a.scratch;
        a.scratch += a.panels * EFFNET_LANES;
    }
    for (; rows > 0; rows--) {
        t->plan->kernels->conv.run(&a);
        if (sums)
            for (guint i = 0; i < a.panels * EFFNET_LANES; i++)
                sums[i] += a.pool[i] / t->step->layer->out_size;
        else
            a.out += out_block;
        a.in += in_block;
        if (a.residual)
            a.residual += out_block;
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
        *(a.pool ? &a.pool : &a.out) += lanes;
        if (a.residual)
            a.residual += lanes;
    }
}

/* Of row FIRST on, band by band where the input has to get a border. */
static void
conv_bands(const Task *t, EffNetConv a, gsize out_block)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *layer = step->layer;
    gsize in_row = effnet_layer_band_row(layer);

    a.in = t->scratch;
    a.in_step = layer->stride * layer->in_channels;
    a.run_step = in_row;
    a.scratch += effnet_layer_band_height(layer, step->band_rows) * in_row;
    for (guint row = t->first_pixel; row < t->end_pixel; row += step->band_rows) {
        guint rows = MIN(step->band_rows, t->end_pixel - row);
        guint top = row * layer->stride - layer->pad_before;

        for (guint i = 0; i < effnet_layer_band_height(layer, rows); i++)
            copy_row(t, t->scratch + i * in_row, top + i);
        conv_chunks(t, a, rows, layer->stride * in_row, out_block);
        if (!a.pool)
            a.out += rows * out_block;
        if (a.residual)
            a.residual += rows * out_block;
    }
}

static void
conv(const Task *t)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *layer = step->layer;
    guint in_channels = channels(t, step->in), in_size = t->plan->activations[step->in].size;
    gsize in_row = (gsize)in_size * in_channels, out_channels = channels(t, step->out);
    gboolean rows = effnet_step_has_rows(step);
    gsize in_block = rows ? layer->stride * in_row : in_channels;
    gsize out_block = rows ? layer->out_size * out_channels : out_channels;
    gsize first_lane = t->first_panel * EFFNET_LANES;
    gsize out_at = t->first_pixel * out_block + first_lane;
    EffNetConv a = conv_of(layer, &step->packed[0], t);

    a.in = at(t, step->in) + t->first_pixel * in_block;
    a.in_step = layer->stride * in_channels;
    a.run_step = in_row;
    a.gate = at(t, step->gate);
    a.pixels = rows ? layer->out_size : t->end_pixel - t->first_pixel;
    *(step->pool ? &a.pool : &a.out) = at(t, step->out) + (step->pool ? first_lane : out_at);
    a.out_step = a.residual_step = out_channels;
    if (step->residual != EFFNET_NONE)
        a.residual = at(t, step->residual) + out_at;
    a.scratch = t->scratch;
    if (rows && step->pool)
        memset(a.pool, 0, (t->end_panel - t->first_panel) * EFFNET_LANES * sizeof *a.pool);
    if (step->band_rows)
        conv_bands(t, a, out_block);
    else if (rows)
        conv_chunks(t, a, t->end_pixel - t->first_pixel, in_block, out_block);
    else
        t->plan->kernels->conv.run(&a);
}

/* A depthwise layer's constants, and row 0 of its outputs. */
static EffNetDwconv
dwconv_of(const EffNetLayer *layer, const EffNetPacked *packed, const Task *t)
{
    const EffNetStep *step = t->step;
    gsize first_lane = t->first_panel * EFFNET_LANES;

    return (EffNetDwconv){
        .in_size = layer->in_size,
        .out_size = layer->out_size,
        .kernel = layer->kernel,
        .stride = layer->stride,
        .pad = layer->pad_before,
        .weights = packed->weights + first_lane * layer->kernel * layer->kernel,
        .bias = packed->bias + first_lane,
        .out = at(t, step->out) + first_lane,
        .out_step = channels(t, step->out),
        .sum = step->row_sums == EFFNET_NONE ? NULL : at(t, step->row_sums) + first_lane,
        .panels = t->end_panel - t->first_panel,
        .act = layer->act,
    };
}

/* The input's rows under the window of the step's last layer at row ROW of outputs; NULL: outside.
 * PICTURE: row 0 of the input, rows ROW_STEP apart; row r is at r % RING of them. */
static void
find_rows(const Task *t, const float **rows, guint row, const float *picture, gsize row_step,
          guint ring)
{
    const EffNetLayer *layer = effnet_step_last_layer(t->step);

    for (guint k = 0; k < layer->kernel; k++) {
        guint in = row * layer->stride + k - layer->pad_before; /* wraps above the picture */

        rows[k] = in < layer->in_size ? picture + in % ring * row_step : NULL;
    }
}

/* Does row ROW of outputs; PICTURE and RING as in find_rows(). */
static void
dwconv_row(const Task *t, EffNetDwconv a, guint row, const float *picture, guint ring)
{
    find_rows(t, a.rows, row, picture, a.in_size * a.in_step, ring);
    a.out += row * a.out_size * a.out_step;
    if (a.sum)
        a.sum += row * a.out_step;
    t->plan->kernels->dwconv(&a);
}

static void
depthwise(const Task *t)
{
    const EffNetStep *step = t->step;
    EffNetDwconv a = dwconv_of(step->layer, &step->packed[0], t);
    const float *picture = at(t, step->in) + t->first_panel * EFFNET_LANES;

    a.in_step = channels(t, step->in);
    for (guint row = t->first_pixel; row < t->end_pixel; row++)
        dwconv_row(t, a, row, picture, a.in_size);
}

static void
max_pool(const Task *t)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *layer = step->layer;
    gsize first_lane = t->first_panel * EFFNET_LANES;
    const float *picture = at(t, step->in) + first_lane;
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
        find_rows(t, a.rows, row, picture, a.in_size * a.in_step, a.in_size);
        a.out = at(t, step->out) + first_lane + row * a.out_size * a.out_step;
        t->plan->kernels->maxpool(&a);
    }
}

/* Rows are convolved when the filter comes to them, into a ring as high as the filter. */
static void
conv_depthwise(const Task *t)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *layer = step->layer;
    const EffNetTensorPlan *in = &t->plan->activations[step->in];
    EffNetConv conv = conv_of(layer, &step->packed[0], t);
    EffNetDwconv a = dwconv_of(layer + 1, &step->packed[1], t);
    guint top = t->first_pixel * a.stride;
    guint next = top > a.pad ? top - a.pad : 0; /* the row to be convolved */
    gsize in_row = (gsize)in->size * in->channels, ring_row;

    a.in_step = (gsize)conv.panels * EFFNET_LANES;
    ring_row = a.in_size * a.in_step;
    conv.in_step = layer->stride * in->channels;
    conv.run_step = in_row;
    conv.pixels = layer->out_size;
    conv.out_step = a.in_step;
    conv.scratch = t->scratch + a.kernel * ring_row;
    for (guint row = t->first_pixel; row < t->end_pixel; row++) {
        guint end = MIN(a.in_size, row * a.stride + a.kernel - a.pad);

        for (; next < end; next++) {
            conv.in = at(t, step->in) + next * layer->stride * in_row;
            conv.out = t->scratch + next % a.kernel * ring_row;
            t->plan->kernels->conv.run(&conv);
        }
        dwconv_row(t, a, row, t->scratch, a.kernel);
    }
}

/* A product of a vector: OUT = act(IN * weights + bias). */
static void
linear(const Task *t, const EffNetLayer *layer, const EffNetPacked *packed, const float *in,
       float *out, float *scratch)
{
    guint panels = effnet_panels(layer->out_channels);
    const EffNetConv a = {
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
        .act = layer->act,
        .scratch = scratch,
    };

    t->plan->kernels->conv.run(&a);
}

/* Mean over the picture from the depthwise step's row sums, in the order of the rows whoever made
 * them; then through the bottleneck. */
static void
squeeze_excite(const Task *t)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *reduce = step->layer, *expand = reduce + 1;
    const float *sums = at(t, step->in);
    guint wide = channels(t, step->in), rows;
    float *mean = t->scratch, *narrow = mean + wide;
    float *rest = narrow + effnet_panels(reduce->out_channels) * EFFNET_LANES;

    rows = t->plan->activations[step->in].bytes / (wide * sizeof(float));
    for (guint c = 0; c < wide; c++)
        mean[c] = 0;
    for (guint r = 0; r < rows; r++)
        for (guint c = 0; c < wide; c++)
            mean[c] += sums[r * wide + c];
    for (guint c = 0; c < wide; c++)
        mean[c] /= rows * rows;
    linear(t, reduce, &step->packed[0], mean, narrow, rest);
    linear(t, expand, &step->packed[1], narrow, at(t, step->out), rest);
}

void
effnet_step_execute(const EffNetPlan *plan, const EffNetStep *step, guint8 *arena, guint batch,
                    guint picture, guint task, float *scratch)
{
    const EffNetLayer *layer = effnet_step_last_layer(step);
    guint pixel_block = task / step->panel_blocks, panel_block = task % step->panel_blocks;
    guint pixels = effnet_step_has_rows(step) ? layer->out_size : layer->out_size * layer->out_size;
    Task t = {
        .plan = plan,
        .step = step,
        .arena = arena,
        .batch = batch,
        .picture = picture,
        .scratch = scratch,
        .first_pixel = pixel_block * step->block_pixels,
        .end_pixel = MIN(pixels, (pixel_block + 1) * step->block_pixels),
        .first_panel = panel_block * step->block_panels,
        .end_panel =
            MIN(effnet_panels(layer->out_channels), (panel_block + 1) * step->block_panels),
    };

    switch (step->kind) {
    case EFFNET_STEP_CONV:
        conv(&t);
        break;
    case EFFNET_STEP_DEPTHWISE:
        depthwise(&t);
        break;
    case EFFNET_STEP_CONV_DEPTHWISE:
        conv_depthwise(&t);
        break;
    case EFFNET_STEP_SQUEEZE_EXCITE:
        squeeze_excite(&t);
        break;
    case EFFNET_STEP_MAX_POOL:
        max_pool(&t);
        break;
    }
}
