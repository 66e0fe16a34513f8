/* SPDX-License-Identifier: BSD-2-Clause */
/* From layers to steps: what is fused into what, which activation lives where, how a step is cut
 * into tasks. */
#include <stdlib.h>
#include <string.h>

#include "../cache.h"
#include "plan.h"

/* A task's block of the input should stay in a core's L2 beside the weights that pass by. */
#define BLOCK_BYTES (256 * 1024)
/* A picture before a depthwise layer that does not stay in L2 is not made as a whole. */
#define FUSE_BYTES (512 * 1024)
/* The same in 8 bits, where it needs a border anyway. */
#define FUSE_U8_BYTES (64 * 1024)
/* Panels that both layers take through together: their rows stay in L1 or close. */
#define FUSE_PANELS 2
/* The same of few pixels. */
#define FUSE_MORE_PANELS 4
/* What Winograd's method makes of a task's tiles should stay in L2 as well. */
#define WINOGRAD_BYTES (704 * 1024)
/* Tasks of a step: enough for an even share on a few cores. */
#define TASKS 16
/* Parts of a picture where panels make tasks enough. */
#define PARTS 2
/* Pictures of a batch that the classifier multiplies with its weights at once. */
#define PICTURES 8
/* A depthwise layer of so many times as many channels as pixels is among products with more weights
 * than pixels: six times as wide as the block is, as blocks mostly are. */
#define FEW_PIXELS 7

typedef struct {
    EffNetPlan *plan;
    GArray *steps;       /* EffNetStep */
    GArray *activations; /* EffNetTensorPlan */
    int current;         /* what the next layer reads */
    int block_input;     /* what a residual adds */
    int gate;            /* of the block's squeeze-excite, until its projection */
} Builder;

static int
add_activation(Builder *b, EffNetType type, guint size, guint channels)
{
    EffNetTensorPlan t = {
        .type = type,
        .size = size,
        .channels = channels,
        .bytes = (gsize)size * size * channels * effnet_type_bytes(type),
        .first_step = b->steps->len,
        .factor = 1,
    };

    g_array_append_val(b->activations, t);
    return b->activations->len - 1;
}

static int
add_padded(Builder *b, EffNetType type, guint size, guint channels)
{
    return add_activation(b, type, size, effnet_panels(channels) * EFFNET_LANES);
}

/* Whether a depthwise layer alone reads what CONV writes: behind the stem, the block's residual may
 * do so as well. */
static gboolean
feeds_depthwise_only(const EffNetLayer *conv)
{
    const EffNetLayer *next = conv + 1;

    if (conv->role == EFFNET_ROLE_EXPAND)
        return conv->kind == EFFNET_BLOCK_MBCONV;
    if (conv->role != EFFNET_ROLE_STEM || next->role != EFFNET_ROLE_DEPTHWISE)
        return FALSE;
    while (next->role != EFFNET_ROLE_PROJECT)
        next++;
    return !next->residual;
}

/* Whether LAYER of an int8 network leaves 8 bits, as products read them: where they are clipped on
 * both sides and no gate changes them. What leaves a block is not: one step for all pixels loses
 * the first class of 1 in 200 pictures, for 2 % of the time. */
static gboolean
is_bytes(const Builder *b, const EffNetLayer *layer)
{
    const EffNetTensorPlan *in = &g_array_index(b->activations, EffNetTensorPlan, b->current);

    if (layer->role == EFFNET_ROLE_DEPTHWISE)
        return in->type == EFFNET_TYPE_U8;
    return feeds_depthwise_only(layer) && effnet_act_is_bounded(layer->act) &&
           effnet_act_is_bounded(layer[1].act) && !layer[1].has_se;
}

/* Whether LAYER of a bf16 network, a stem or the depthwise layer that it feeds, leaves floats: the
 * filters there are differences of neighbours, which leave little that is not rounded. In bf16
 * Lite0 to Lite2 lose 4 to 7 dB, and win 2 % of the time. SiLU is less steep, and does well
 * without. */
static gboolean
is_exact(const Builder *b, const EffNetLayer *layer)
{
    const EffNetTensorPlan *in = &g_array_index(b->activations, EffNetTensorPlan, b->current);

    if (layer->role == EFFNET_ROLE_DEPTHWISE)
        return in->type == EFFNET_TYPE_F32;
    return layer->role == EFFNET_ROLE_STEM && feeds_depthwise_only(layer) &&
           effnet_act_is_bounded(layer->act) && effnet_act_is_bounded(layer[1].act) &&
           !layer[1].has_se;
}

/* Of what the N_LAYERS of a step leave. Features, gates and logits are floats whatever the pictures
 * are. */
static EffNetType
out_type(const Builder *b, const EffNetLayer *layer, guint n_layers)
{
    const EffNetLayer *last = layer + n_layers - 1;
    EffNetType type = b->plan->type;

    if (last->pool || last->role == EFFNET_ROLE_SE_EXPAND || last->role == EFFNET_ROLE_CLASSIFIER)
        return EFFNET_TYPE_F32;
    if (type == EFFNET_TYPE_BF16)
        return is_exact(b, layer) ? EFFNET_TYPE_F32 : type;
    return type == EFFNET_TYPE_S16 && is_bytes(b, layer) ? EFFNET_TYPE_U8 : type;
}

static float
factor_of(const Builder *b, int activation)
{
    return g_array_index(b->activations, EffNetTensorPlan, activation).factor;
}

/* What comes from SiLU has its factor; what is added to it, or taken from it, the same. */
static float
out_factor(const Builder *b, const EffNetLayer *layer)
{
    float factor = effnet_layer_factor(layer, b->plan->type);

    if (layer->role == EFFNET_ROLE_MAX_POOL)
        return factor_of(b, b->current);
    if (!layer->residual)
        return factor;
    /* An activation comes before the residual only behind a stem or a block that have one. */
    g_assert(factor == 1 || factor == factor_of(b, b->block_input));
    return factor_of(b, b->block_input);
}

/* Squeeze-excite of an int8 network is computed in floats, by the reference, so that scores are
 * equal on every level. */
static void
choose_kernels(const EffNetPlan *plan, EffNetStep *step)
{
    EffNetActSet acts = 0;

    for (guint i = 0; i < step->n_layers; i++) {
        const EffNetLayer *layer = step->layer + i;
        EffNetAct act = effnet_kernel_act(layer->act, plan->type);

        if (layer->role == EFFNET_ROLE_DEPTHWISE)
            step->dwconv = effnet_kernels_get_dwconv(plan->kernels, step->depthwise_type,
                                                     layer->kernel, layer->stride, act);
        else if (effnet_layer_has_weights(layer))
            acts |= EFFNET_ACT_BIT(act);
    }
    if (plan->type == EFFNET_TYPE_S16 && step->kind == EFFNET_STEP_SQUEEZE_EXCITE)
        step->conv = &effnet_conv_f32_c;
    else if (acts)
        step->conv = effnet_kernels_get_conv(plan->kernels, plan->type, acts);
}

/* A step of LAYER and what is fused into it, from what is current to an activation of its own. */
static EffNetStep
new_step(Builder *b, EffNetStepKind kind, const EffNetLayer *layer, guint n_layers)
{
    const EffNetLayer *last = layer + n_layers - 1;
    EffNetType type = out_type(b, layer, n_layers);
    float factor = out_factor(b, last);
    int out = add_padded(b, type, last->pool ? 1 : last->out_size, last->out_channels);
    EffNetStep step;

    g_array_index(b->activations, EffNetTensorPlan, out).factor = factor;
    step = (EffNetStep){
        .kind = kind,
        .type = b->plan->type,
        .depthwise_type = type,
        .layer = layer,
        .n_layers = n_layers,
        .in = b->current,
        .out = out,
        .gate = EFFNET_NONE,
        .gated = EFFNET_NONE,
        .residual = EFFNET_NONE,
        .row_sums = EFFNET_NONE,
        .pool = last->pool,
        .pictures = 1,
    };
    choose_kernels(b->plan, &step);
    return step;
}

static void
add_step(Builder *b, const EffNetStep *step)
{
    const int used[] = {step->in, step->out, step->gate, step->residual, step->row_sums};

    g_array_append_vals(b->steps, step, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(used); i++)
        if (used[i] != EFFNET_NONE)
            g_array_index(b->activations, EffNetTensorPlan, used[i]).end_step = b->steps->len;
}

static guint
blocks(guint n, guint block)
{
    return (n + block - 1) / block;
}

/* Cuts PIXELS x PANELS outputs of K products each: tiles of pixels, so many that a block of the
 * input stays in L2. Threads share the pixels first where these are more than the weights, which
 * every block of pixels reads. */
static void
cut_product(Builder *b, EffNetStep *step, guint pixels, guint panels, gsize k)
{
    gsize limit = BLOCK_BYTES / effnet_type_bytes(step->type) / k, lanes = panels * EFFNET_LANES;
    guint tile = step->conv->tile_pixels;
    guint tiles = blocks(pixels, tile), share = tiles;

    if (lanes < pixels)
        share = blocks(tiles, TASKS);
    else if (k * lanes < pixels * (k + lanes))
        share = blocks(tiles, PARTS);
    share = step->pool ? tiles : MAX(1, MIN(share, limit / tile));
    step->pixel_blocks = blocks(tiles, share);
    step->block_pixels = blocks(pixels, step->pixel_blocks);
    step->block_panels = MAX(2, blocks(panels * step->pixel_blocks, TASKS));
    step->block_panels = MIN(panels, blocks(step->block_panels, 2) * 2);
    step->panel_blocks = blocks(panels, step->block_panels);
}

/* The same in int8, where every task quantises the pixels that it reads: all panels go together,
 * but where there is nothing else to share out. */
static void
cut_int8_product(Builder *b, EffNetStep *step, guint pixels, guint panels)
{
    guint tile = step->conv->tile_pixels;
    guint tiles = blocks(pixels, tile), tasks = step->pool || pixels == 1 ? 1 : TASKS;

    step->pixel_blocks = MIN(tiles, tasks);
    step->block_pixels = blocks(pixels, step->pixel_blocks);
    step->block_panels = tasks > 1 ? panels : MIN(panels, blocks(blocks(panels, TASKS), 2) * 2);
    step->panel_blocks = blocks(panels, step->block_panels);
}

/* Whether a picture of ROWS rows is among products that read more weights than pixels. */
static gboolean
has_few_pixels(guint rows, guint panels)
{
    return panels * EFFNET_LANES > FEW_PIXELS * rows * rows && panels >= 8;
}

/* As the products around it share the picture: by rows, or by panels where weights are more. */
static void
cut_depthwise(EffNetStep *step, guint rows, guint panels)
{
    guint unit = MAX(FUSE_PANELS, step->dwconv ? step->dwconv->unit : 1);

    step->block_pixels = blocks(rows, TASKS);
    step->pixel_blocks = blocks(rows, step->block_pixels);
    step->block_panels = panels;
    step->panel_blocks = 1;
    if (has_few_pixels(rows, panels)) {
        step->block_pixels = rows;
        step->pixel_blocks = 1;
        step->block_panels = blocks(blocks(panels, TASKS), unit) * unit;
        step->panel_blocks = blocks(panels, step->block_panels);
    }
}

static void
need_scratch(Builder *b, gsize bytes)
{
    b->plan->scratch_bytes = MAX(b->plan->scratch_bytes, effnet_align(bytes));
}

/* The weights of a chunk should stay in L2 while the rows pass. */
static guint
chunk_panels(EffNetType type, gsize window)
{
    return MAX(2, BLOCK_BYTES / effnet_type_bytes(type) / (window * EFFNET_LANES) / 2 * 2);
}

/* Bands of rows that stay in L2, then panels; lower bands only where that makes too few tasks. */
static void
cut_rows(EffNetStep *step, const EffNetLayer *layer, guint panels)
{
    gsize row = effnet_layer_band_row(layer) * effnet_type_bytes(step->type);
    guint limit = MAX(1, BLOCK_BYTES / (row * layer->stride));
    guint rows = MIN(layer->out_size, limit), n = step->pool ? 1 : blocks(layer->out_size, rows);

    step->band_rows = rows;
    step->panel_blocks = MIN(blocks(panels, 2), blocks(TASKS, n));
    step->block_panels = MIN(panels, blocks(blocks(panels, step->panel_blocks), 2) * 2);
    step->panel_blocks = blocks(panels, step->block_panels);
    step->block_pixels = layer->out_size;
    if (!step->pool) {
        step->band_rows = MIN(rows, blocks(layer->out_size, blocks(TASKS, step->panel_blocks)));
        step->block_pixels = step->band_rows;
    }
    step->pixel_blocks = blocks(layer->out_size, step->block_pixels);
}

/* Where a task's pixels are rows: a window does not wrap, nor does a stride. */
static void
plan_rows(Builder *b, EffNetStep *step, const EffNetLayer *layer, guint panels)
{
    gsize window = (gsize)layer->kernel * layer->kernel * layer->in_channels, band = 0;

    step->chunk_panels = chunk_panels(step->type, window);
    if (layer->role == EFFNET_ROLE_STEM) {
        step->block_pixels = blocks(layer->out_size, TASKS);
        step->pixel_blocks = blocks(layer->out_size, step->block_pixels);
        step->block_panels = panels;
        step->panel_blocks = 1;
    } else {
        cut_rows(step, layer, panels);
    }
    if (layer->kernel == 1)
        step->band_rows = 0; /* nothing but rows between those that are read */
    if (step->band_rows)
        band = effnet_layer_band_height(layer, step->band_rows) * effnet_layer_band_row(layer) *
               effnet_type_bytes(step->type);
    need_scratch(b, effnet_align(band) + panels * EFFNET_LANES * sizeof(float) +
                        effnet_conv_scratch(layer->out_size, window, panels));
}

/* Tasks that share pixels would each gate them: squeeze-excite, which is right before, does it. */
static void
move_gate(Builder *b, EffNetStep *step)
{
    EffNetStep *squeeze = &g_array_index(b->steps, EffNetStep, b->steps->len - 1);

    if (step->gate == EFFNET_NONE || step->panel_blocks == 1 || !step->conv->gate)
        return;
    squeeze->gated = step->in;
    step->gate = EFFNET_NONE;
}

static void
add_conv(Builder *b, const EffNetLayer *layer)
{
    guint panels = effnet_panels(layer->out_channels);
    gsize window = (gsize)layer->kernel * layer->kernel * layer->in_channels;
    EffNetStep step = new_step(b, EFFNET_STEP_CONV, layer, 1);

    if (layer->role == EFFNET_ROLE_PROJECT && layer->has_se)
        step.gate = b->gate;
    if (layer->residual)
        step.residual = b->block_input;
    if (effnet_step_has_rows(&step)) {
        plan_rows(b, &step, layer, panels);
    } else {
        if (step.type == EFFNET_TYPE_S16)
            cut_int8_product(b, &step, layer->out_size * layer->out_size, panels);
        else
            cut_product(b, &step, layer->out_size * layer->out_size, panels, window);
        if (step.type == EFFNET_TYPE_F32 && layer->role == EFFNET_ROLE_CLASSIFIER &&
            !step.conv->place_matters)
            step.pictures = PICTURES;
        need_scratch(
            b, effnet_conv_scratch(step.block_pixels * step.pictures, window, step.block_panels));
    }
    move_gate(b, &step);
    add_step(b, &step);
    if (layer->role == EFFNET_ROLE_SHORTCUT)
        b->block_input = step.out;
    else
        b->current = step.out;
}

/* Rows of tiles so that their points, and the products of a few panels, stay in L2; panels beside
 * them only where these are few tasks, since each task finds its points by itself. */
static void
add_winograd(Builder *b, const EffNetLayer *layer)
{
    guint panels = effnet_panels(layer->out_channels),
          in_panels = effnet_panels(layer->in_channels);
    guint tiles = effnet_winograd_tiles(layer->out_size), rows, parts;
    EffNetStep step = new_step(b, EFFNET_STEP_WINOGRAD, layer, 1);

    rows = MAX(1, WINOGRAD_BYTES / effnet_winograd_scratch_bytes(tiles, in_panels));
    step.pixel_blocks = blocks(tiles, rows);
    step.block_pixels = blocks(tiles, step.pixel_blocks);
    parts = blocks(TASKS / 4, step.pixel_blocks);
    step.block_panels =
        MIN(panels, blocks(blocks(panels, parts), EFFNET_WINOGRAD_PANELS) * EFFNET_WINOGRAD_PANELS);
    step.panel_blocks = blocks(panels, step.block_panels);
    if (layer->residual)
        step.residual = b->block_input;
    need_scratch(b, effnet_winograd_scratch_bytes(tiles * step.block_pixels, in_panels));
    add_step(b, &step);
    b->current = step.out;
}

static void
add_max_pool(Builder *b, const EffNetLayer *layer)
{
    EffNetStep step = new_step(b, EFFNET_STEP_MAX_POOL, layer, 1);

    cut_depthwise(&step, layer->out_size, effnet_panels(layer->out_channels));
    add_step(b, &step);
    b->current = step.out;
}

/* Where squeeze-excite will find the sums of the rows. */
static int
add_row_sums(Builder *b, const EffNetLayer *layer)
{
    EffNetTensorPlan *sums;
    int row_sums;

    if (!layer->has_se)
        return EFFNET_NONE;
    row_sums = add_padded(b, EFFNET_TYPE_F32, 1, layer->out_channels);
    sums = &g_array_index(b->activations, EffNetTensorPlan, row_sums);
    sums->bytes *= layer->out_size;
    sums->factor = effnet_layer_factor(layer, b->plan->type);
    return row_sums;
}

/* Of the picture between the layers, what a task has of it at once. */
static gsize
whole_bytes(const EffNetStep *step)
{
    guint size = step->layer->out_size;

    return (gsize)size * size * step->block_panels * EFFNET_LANES *
           effnet_type_bytes(step->depthwise_type);
}

/* Row bands beside the panels only where these are few: bands compute their common rows twice. All
 * rows at once where they stay in L2, but in int8. */
static void
cut_fused(EffNetStep *step, guint panels)
{
    const EffNetLayer *conv = step->layer;
    guint rows = effnet_step_last_layer(step)->out_size, most = FUSE_PANELS, bands;

    if (has_few_pixels(conv->out_size, panels))
        most = FUSE_MORE_PANELS;
    step->block_panels = step->type == EFFNET_TYPE_S16 ? panels : MIN(panels, most);
    step->panel_blocks = blocks(panels, step->block_panels);
    bands = blocks(TASKS / 2, step->panel_blocks);
    bands = MIN(rows, bands > 1 ? blocks(bands, PARTS) * PARTS : 1);
    step->block_pixels = blocks(rows, bands);
    step->pixel_blocks = blocks(rows, step->block_pixels);
    step->whole = step->type != EFFNET_TYPE_S16 && conv->kernel == 1 && step->pixel_blocks == 1 &&
                  whole_bytes(step) <= BLOCK_BYTES;
}

static gboolean
is_fused(const Builder *b, const EffNetLayer *conv)
{
    guint panels = effnet_panels(conv->out_channels);
    gsize numbers = (gsize)conv->out_size * conv->out_size * panels * EFFNET_LANES;
    EffNetType type = out_type(b, conv, 1);

    if (!feeds_depthwise_only(conv))
        return FALSE;
    if (b->plan->type != EFFNET_TYPE_S16 && has_few_pixels(conv->out_size, panels))
        return TRUE;
    return numbers * effnet_type_bytes(type) >
           (type == EFFNET_TYPE_U8 ? FUSE_U8_BYTES : FUSE_BYTES);
}

/* Rows of a picture and, in 8 bits, one of zeros. */
static gsize
ring_bytes(const EffNetStep *step)
{
    const EffNetLayer *depthwise = effnet_step_last_layer(step);

    return effnet_align((gsize)(depthwise->kernel + 1) * effnet_layer_ring_pixels(depthwise) *
                        step->block_panels * EFFNET_LANES *
                        effnet_type_bytes(step->depthwise_type));
}

static void
add_conv_depthwise(Builder *b, const EffNetLayer *conv)
{
    const EffNetLayer *depthwise = conv + 1;
    gsize window = (gsize)conv->kernel * conv->kernel * conv->in_channels;
    EffNetStep step = new_step(b, EFFNET_STEP_CONV_DEPTHWISE, conv, 2);
    guint pixels;

    step.row_sums = add_row_sums(b, depthwise);
    cut_fused(&step, effnet_panels(depthwise->out_channels));
    pixels = step.whole ? conv->out_size * conv->out_size : conv->out_size;
    need_scratch(b, (step.whole ? effnet_align(whole_bytes(&step)) : ring_bytes(&step)) +
                        effnet_conv_scratch(pixels, window, step.block_panels));
    add_step(b, &step);
    b->current = step.out;
    b->gate = step.row_sums;
}

static void
add_depthwise(Builder *b, const EffNetLayer *layer)
{
    EffNetStep step = new_step(b, EFFNET_STEP_DEPTHWISE, layer, 1);

    step.row_sums = add_row_sums(b, layer);
    cut_depthwise(&step, layer->out_size, effnet_panels(layer->out_channels));
    if (step.dwconv->padded)
        need_scratch(b, ring_bytes(&step));
    add_step(b, &step);
    b->current = step.out;
    b->gate = step.row_sums;
}

static void
add_squeeze_excite(Builder *b, const EffNetLayer *reduce)
{
    const EffNetLayer *expand = reduce + 1;
    guint wide = effnet_panels(expand->out_channels), narrow = effnet_panels(reduce->out_channels);
    EffNetStep step = new_step(b, EFFNET_STEP_SQUEEZE_EXCITE, reduce, 2);

    step.type = b->plan->type == EFFNET_TYPE_S16 ? EFFNET_TYPE_F32 : b->plan->type;
    step.in = b->gate;
    step.pixel_blocks = step.panel_blocks = 1;
    need_scratch(b, (wide + narrow) * EFFNET_LANES * sizeof(float) +
                        effnet_conv_scratch(1, reduce->in_channels, wide + narrow));
    add_step(b, &step);
    b->gate = step.out;
}

/* The step of LAYER and of those behind it that are fused into it; returns the next layer. */
static const EffNetLayer *
add_layer(Builder *b, const EffNetLayer *layer)
{
    if (layer->first)
        b->block_input = b->current;
    if (layer->role == EFFNET_ROLE_SE_REDUCE)
        add_squeeze_excite(b, layer);
    else if (layer->role == EFFNET_ROLE_DEPTHWISE)
        add_depthwise(b, layer);
    else if (layer->role == EFFNET_ROLE_MAX_POOL)
        add_max_pool(b, layer);
    else if (is_fused(b, layer))
        add_conv_depthwise(b, layer);
    else if (effnet_layer_is_winograd(layer, b->plan->kernels, b->plan->type))
        add_winograd(b, layer);
    else
        add_conv(b, layer);
    return layer + g_array_index(b->steps, EffNetStep, b->steps->len - 1).n_layers;
}

static void
keep_to_the_end(Builder *b, int activation)
{
    if (activation != EFFNET_NONE)
        g_array_index(b->activations, EffNetTensorPlan, activation).end_step = b->steps->len + 1;
}

static gsize
packed_bytes(const EffNetPlan *plan, const EffNetStep *step, guint index)
{
    return effnet_align(effnet_step_packed_bytes(plan, step, index));
}

static gsize
step_bytes(const EffNetPlan *plan, const EffNetStep *step)
{
    gsize bytes = 0;

    for (guint p = 0; p < effnet_step_n_packed(step); p++) {
        bytes += packed_bytes(plan, step, p) + effnet_layer_lane_bytes(step->layer + p);
        if (plan->type == EFFNET_TYPE_S16)
            bytes += effnet_layer_quant_bytes(step->layer + p);
    }
    return bytes;
}

/* The first product that reads more weights than it reads and writes of a picture. */
static guint
find_batch_step(const EffNetPlan *plan)
{
    for (guint i = 0; i < plan->n_steps; i++) {
        const EffNetStep *step = &plan->steps[i];

        if ((step->kind == EFFNET_STEP_CONV || step->kind == EFFNET_STEP_CONV_DEPTHWISE ||
             step->kind == EFFNET_STEP_WINOGRAD) &&
            packed_bytes(plan, step, 0) >
                plan->activations[step->in].bytes + plan->activations[step->out].bytes)
            return i;
    }
    return plan->n_steps;
}

static void
place_activations(EffNetPlan *plan)
{
    plan->batch_step = find_batch_step(plan);
    for (guint i = 0; i < plan->n_activations; i++)
        plan->activations[i].batched =
            (int)i == plan->input || plan->activations[i].end_step > plan->batch_step;
    plan->picture_bytes = effnet_arena_plan(plan->activations, plan->n_activations, FALSE);
    plan->batch_bytes = effnet_arena_plan(plan->activations, plan->n_activations, TRUE);
}

static EffNetType
input_type(const EffNetPlan *plan)
{
    return plan->type == EFFNET_TYPE_S16 ? EFFNET_TYPE_U8 : EFFNET_TYPE_F32;
}

static guint
input_channels(const EffNetPlan *plan)
{
    return plan->type == EFFNET_TYPE_S16 ? EFFNET_INPUT_BYTES
                                         : plan->network->layers[0].in_channels;
}

static void
lay_out(EffNetPlan *plan)
{
    const EffNetLayer *layers = plan->network->layers, *next;
    Builder b = {
        .plan = plan,
        .steps = g_array_new(FALSE, FALSE, sizeof(EffNetStep)),
        .activations = g_array_new(FALSE, FALSE, sizeof(EffNetTensorPlan)),
    };

    b.current = add_activation(&b, input_type(plan),
                               layers[0].in_size + layers[0].pad_before + layers[0].pad_after,
                               input_channels(plan));
    plan->input = b.current;
    plan->logits = EFFNET_NONE;
    for (const EffNetLayer *layer = layers; layer < layers + plan->network->n_layers;
         layer = next) {
        next = add_layer(&b, layer);
        if (layer->pool)
            plan->features = b.current;
        if (layer->role == EFFNET_ROLE_CLASSIFIER)
            plan->logits = b.current;
    }
    /* The input stays as it was written, its border of zeros with it. */
    keep_to_the_end(&b, plan->input);
    keep_to_the_end(&b, plan->features);
    keep_to_the_end(&b, plan->logits);
    plan->n_steps = b.steps->len;
    plan->steps = (EffNetStep *)g_array_free(b.steps, FALSE);
    plan->n_activations = b.activations->len;
    plan->activations = (EffNetTensorPlan *)g_array_free(b.activations, FALSE);
    place_activations(plan);
}

/* Layer after layer, weights, bias and what int8 has beside them. */
static void
place_weights(EffNetPlan *plan, guint8 *room)
{
    plan->weights = room;
    for (guint i = 0; i < plan->n_steps; i++) {
        EffNetStep *step = &plan->steps[i];

        for (guint p = 0; p < effnet_step_n_packed(step); p++) {
            step->packed[p].weights = room;
            room += packed_bytes(plan, step, p);
            step->packed[p].bias = (const float *)room;
            room += effnet_layer_lane_bytes(step->layer + p);
            if (plan->type == EFFNET_TYPE_S16)
                room = effnet_layer_place_quant(step->layer + p, &step->packed[p], room);
        }
    }
}

/* From inputs times one factor to outputs times another. */
static void
scale_layer(const EffNetLayer *layer, float *rows, float *bias, float in, float out)
{
    gsize n = effnet_part_size(layer, EFFNET_PART_WEIGHT);

    if (in != out)
        for (gsize i = 0; i < n; i++)
            rows[i] *= out / in;
    for (guint i = 0; i < layer->out_channels; i++)
        bias[i] *= out;
}

typedef struct {
    EffNetPlan *plan;
    EffNetWeights *weights;
    double epsilon;
    GPtrArray *means; /* in bf16, of each activation's channels, where they are known */
} Packer;

/* Of layer P of STEP, of a bf16 network, whose NORM is folded into ROWS. */
static void
correct_bias(const Packer *packer, const EffNetStep *step, guint p, const float *norm,
             const float *rows, float *bias)
{
    gpointer *means = packer->means->pdata, *out = &means[step->out];
    const float *inputs = p ? *out : means[step->in];
    const EffNetLayer *layer = step->layer + p;

    if (norm && inputs && effnet_step_type(packer->plan, step, p) == EFFNET_TYPE_BF16)
        effnet_layer_correct_bias(layer, inputs, norm, rows, bias);
    g_free(*out);
    *out = norm ? effnet_layer_new_means(layer, norm) : NULL;
}

/* The weights of layer P of STEP. */
static gboolean
pack_layer(const Packer *packer, const EffNetStep *step, guint p, GError **error)
{
    const EffNetPlan *plan = packer->plan;
    const EffNetLayer *layer = step->layer + p;
    const EffNetPacked *packed = &step->packed[p];
    g_autofree float *rows = effnet_layer_new_rows(layer, sizeof *rows, error), *norm = NULL;
    float *bias = (float *)packed->bias;
    float in = p ? effnet_step_factor(plan, step, p - 1) : plan->activations[step->in].factor;

    if (!rows)
        return FALSE;
    memset(bias, 0, effnet_layer_lane_bytes(layer));
    if (!effnet_layer_fold(packer->weights, layer, packer->epsilon, rows, bias, &norm, error))
        return FALSE;
    if (plan->type == EFFNET_TYPE_BF16)
        correct_bias(packer, step, p, norm, rows, bias);
    scale_layer(layer, rows, bias, in, effnet_step_factor(plan, step, p));
    effnet_step_pack(plan, step, p, rows, (gpointer)packed->weights);
    return TRUE;
}

gboolean
effnet_plan_pack(EffNetPlan *plan, EffNetWeights *weights, double epsilon, GError **error)
{
    guint8 *room = effnet_memory_new(1, plan->weight_bytes, error);
    g_autoptr(GPtrArray) means = g_ptr_array_new_with_free_func(g_free);
    const Packer packer = {plan, weights, epsilon, means};

    if (!room)
        return FALSE;
    place_weights(plan, room);
    if (plan->type == EFFNET_TYPE_S16)
        return effnet_plan_pack_int8(plan, weights, error);
    g_ptr_array_set_size(means, plan->n_activations);
    for (guint i = 0; i < plan->n_steps; i++) {
        const EffNetStep *step = &plan->steps[i];

        for (guint p = 0; p < effnet_step_n_packed(step); p++)
            if (!pack_layer(&packer, step, p, error))
                return FALSE;
    }
    return TRUE;
}

void
effnet_plan_take_mapped(EffNetPlan *plan, gconstpointer weights)
{
    place_weights(plan, (guint8 *)weights);
    plan->mapped = TRUE;
}

EffNetPlan *
effnet_plan_new(EffNetNetwork *network, const EffNetKernels *kernels, EffNetType type)
{
    EffNetPlan *plan = g_new0(EffNetPlan, 1);

    plan->network = network;
    plan->kernels = kernels;
    plan->type = type;
    lay_out(plan);
    for (guint i = 0; i < plan->n_steps; i++)
        plan->weight_bytes += step_bytes(plan, &plan->steps[i]);
    return plan;
}

void
effnet_plan_free(EffNetPlan *plan)
{
    if (!plan)
        return;
    effnet_network_free(plan->network);
    g_free(plan->steps);
    g_free(plan->activations);
    if (plan->mapped)
        effnet_cache_unmap(plan->weights, plan->weight_bytes);
    else
        free(plan->weights);
    g_free(plan);
}
