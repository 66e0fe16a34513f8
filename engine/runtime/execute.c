/* SPDX-License-Identifier: BSD-2-Clause */
/* One task of one step: addresses from the plan, then the kernel. */
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

static void
conv(const Task *t)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *layer = step->layer;
    guint in_channels = channels(t, step->in), in_size = t->plan->activations[step->in].size;
    gsize in_row = (gsize)in_size * in_channels, out_channels = channels(t, step->out);
    gboolean rows = layer->kernel > 1;
    gsize in_block = rows ? layer->stride * in_row : in_channels;
    gsize out_block = rows ? layer->out_size * out_channels : out_channels;
    EffNetConv a = {
        .in = at(t, step->in) + t->first_pixel * in_block,
        .in_step = layer->stride * in_channels,
        .runs = layer->kernel,
        .run = layer->kernel * layer->in_channels,
        .run_step = in_row,
        .gate = at(t, step->gate),
        .weights = step->packed[0].weights,
        .bias = step->packed[0].bias,
        .all_panels = effnet_panels(layer->out_channels),
        .first_panel = t->first_panel,
        .panels = t->end_panel - t->first_panel,
        .pixels = rows ? layer->out_size : t->end_pixel - t->first_pixel,
        .out = step->pool ? NULL : at(t, step->out) + t->first_pixel * out_block,
        .out_step = out_channels,
        .residual_step = out_channels,
        .pool = step->pool ? at(t, step->out) : NULL,
        .act = layer->act,
        .scratch = t->scratch,
    };

    if (step->residual != EFFNET_NONE)
        a.residual = at(t, step->residual) + t->first_pixel * out_block;
    if (!rows) {
        t->plan->kernels->conv.run(&a);
        return;
    }
    for (guint row = t->first_pixel; row < t->end_pixel; row++) {
        t->plan->kernels->conv.run(&a);
        a.in += in_block;
        a.out += out_block;
        if (a.residual)
            a.residual += out_block;
    }
}

static void
depthwise(const Task *t)
{
    const EffNetStep *step = t->step;
    const EffNetLayer *layer = step->layer;
    const EffNetDwconv a = {
        .in = at(t, step->in),
        .in_size = layer->in_size,
        .out_size = layer->out_size,
        .channels = channels(t, step->in),
        .kernel = layer->kernel,
        .stride = layer->stride,
        .pad = layer->pad_before,
        .weights = step->packed[0].weights,
        .bias = step->packed[0].bias,
        .out = at(t, step->out),
        .row_sums = at(t, step->row_sums),
        .act = layer->act,
        .first_row = t->first_pixel,
        .end_row = t->end_pixel,
        .first_panel = t->first_panel,
        .end_panel = t->end_panel,
    };

    t->plan->kernels->dwconv(&a);
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
    const EffNetLayer *layer = step->layer;
    guint pixel_block = task / step->panel_blocks, panel_block = task % step->panel_blocks;
    gboolean rows = step->kind == EFFNET_STEP_DEPTHWISE || layer->kernel > 1;
    guint pixels = rows ? layer->out_size : layer->out_size * layer->out_size;
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
    case EFFNET_STEP_SQUEEZE_EXCITE:
        squeeze_excite(&t);
        break;
    }
}
