/* SPDX-License-Identifier: BSD-2-Clause */
/* Expands an architecture into layers with all their shapes. */
#include <math.h>

#include "arch.h"
#include "scaling.h"

#define MAX_ROWS 16 /* of a stage */

typedef struct {
    const EffNetFamily *family;
    const EffNetPruned *pruned; /* the variant's */
    double width;
    EffNetPadding padding;
    GArray *layers;
    guint channels, size;         /* what the next layer reads */
    guint stage, block, sequence; /* of the next block */
} Builder;

/* Sets the layer's zeros before and after its input's rows and columns, and the size of its
 * outputs. */
static void
set_window(EffNetLayer *layer, EffNetPadding padding)
{
    if (padding == EFFNET_PADDING_SAME) {
        guint covered;

        layer->out_size = (layer->in_size + layer->stride - 1) / layer->stride;
        covered = (layer->out_size - 1) * layer->stride + layer->kernel;
        covered -= MIN(covered, layer->in_size);
        layer->pad_before = covered / 2;
        layer->pad_after = covered - layer->pad_before;
    } else {
        layer->pad_before = layer->pad_after = (layer->kernel - 1) / 2;
        layer->out_size =
            (layer->in_size + 2 * layer->pad_before - layer->kernel) / layer->stride + 1;
    }
}

/* Appends a layer. Returns it, for the caller to set what is special about it. */
static EffNetLayer *
add_conv(Builder *b, const EffNetLayer *block, EffNetRole role, guint kernel, guint stride,
         guint channels, EffNetAct act)
{
    EffNetLayer layer = *block;

    layer.role = role;
    layer.kernel = kernel;
    layer.stride = stride;
    layer.in_channels = b->channels;
    layer.out_channels = channels;
    layer.in_size = b->size;
    layer.act = act;
    layer.has_norm = TRUE;
    set_window(&layer, b->padding);
    b->channels = channels;
    b->size = layer.out_size;
    g_array_append_val(b->layers, layer);
    return &g_array_index(b->layers, EffNetLayer, b->layers->len - 1);
}

/* Appends a linear layer with a bias, which reads a pooled vector. The next layer does not read its
 * output. */
static void
add_linear(Builder *b, const EffNetLayer *block, EffNetRole role, guint in, guint out,
           EffNetAct act)
{
    EffNetLayer layer = *block;

    layer.role = role;
    layer.kernel = layer.stride = 1;
    layer.in_channels = in;
    layer.out_channels = out;
    layer.in_size = layer.out_size = 1;
    layer.act = act;
    g_array_append_val(b->layers, layer);
}

/* What all layers of a block have in common. */
typedef struct {
    const EffNetStage *stage;
    const EffNetPruned *pruned; /* or NULL */
    EffNetLayer layer;
    guint stride, channels; /* the output's */
    guint narrow;           /* the input's channels */
    EffNetAct act;
    gboolean residual; /* the input has the output's shape */
} Block;

/* What an EXPAND layer makes of CHANNELS; factors have two digits, exact to a double. */
static guint
expanded_channels(const Block *block, guint channels)
{
    if (block->pruned)
        return block->pruned->expanded;
    return effnet_scale_channels(channels, rint(block->stage->expand * 100) / 100, 90);
}

/* Of squeeze-excite's bottleneck. */
static guint
reduced_channels(const Builder *b, const Block *block)
{
    guint from = b->family->se_from_expanded ? b->channels : block->narrow;
    guint divisor = block->stage->se_divisor, round_percent = b->family->se_round_percent;

    if (block->pruned)
        return block->pruned->reduced;
    return round_percent ? effnet_scale_channels(from, 1.0 / divisor, round_percent)
                         : MAX(1, from / divisor);
}

static void
add_squeeze_excite(Builder *b, const Block *block)
{
    const EffNetFamily *family = b->family;
    guint bottleneck = reduced_channels(b, block);

    add_linear(b, &block->layer, EFFNET_ROLE_SE_REDUCE, b->channels, bottleneck,
               family->se_act ? family->se_act : block->act);
    add_linear(b, &block->layer, EFFNET_ROLE_SE_EXPAND, bottleneck, b->channels,
               family->gate ? family->gate : EFFNET_ACT_SIGMOID);
}

/* MBCONV, UNIVERSAL and SEPARABLE. */
static void
add_mbconv(Builder *b, const Block *block)
{
    const EffNetStage *stage = block->stage;
    gboolean separable = stage->kind == EFFNET_BLOCK_SEPARABLE;

    if (stage->start)
        add_conv(b, &block->layer, EFFNET_ROLE_START, stage->start,
                 stage->kernel ? 1 : block->stride, b->channels, EFFNET_ACT_NONE);
    if (block->layer.has_expand)
        add_conv(b, &block->layer, EFFNET_ROLE_EXPAND, 1, 1,
                 expanded_channels(block, block->narrow), block->act);
    if (stage->kernel)
        add_conv(b, &block->layer, EFFNET_ROLE_DEPTHWISE, stage->kernel, block->stride, b->channels,
                 block->act);
    if (block->layer.has_se)
        add_squeeze_excite(b, block);
    add_conv(b, &block->layer, EFFNET_ROLE_PROJECT, 1, 1, block->channels,
             separable ? block->act : EFFNET_ACT_NONE)
        ->residual = block->residual && !separable;
}

static void
add_fused(Builder *b, const Block *block, guint expanded_from)
{
    EffNetLayer *expand =
        add_conv(b, &block->layer, EFFNET_ROLE_EXPAND, block->stage->kernel, block->stride,
                 expanded_channels(block, expanded_from), block->act);

    if (expand->in_channels % MAX(1, block->stage->group) == 0)
        expand->group = block->stage->group;
    add_conv(b, &block->layer, EFFNET_ROLE_PROJECT, 1, 1, block->channels, EFFNET_ACT_NONE)
        ->residual = block->residual;
}

static void
add_single(Builder *b, const Block *block)
{
    EffNetLayer *layer = add_conv(b, &block->layer, EFFNET_ROLE_CONV1, block->stage->kernel,
                                  block->stride, block->channels, block->act);

    layer->residual = layer->act_first = block->residual;
}

/* ResNet's blocks always have a residual; where the shapes differ, it comes from a SHORTCUT
 * layer. */
static void
add_residual(Builder *b, const Block *block)
{
    const EffNetStage *stage = block->stage;
    EffNetLayer *last;

    if (!block->residual) {
        guint size = b->size;
        EffNetLayer *shortcut = add_conv(b, &block->layer, EFFNET_ROLE_SHORTCUT, 1, block->stride,
                                         block->channels, EFFNET_ACT_NONE);

        shortcut->averages = b->family->mean_shortcut && block->stride > 1;
        if (shortcut->averages)
            shortcut->pad_after = size % 2;
        b->channels = block->narrow;
        b->size = size;
    }
    if (stage->kind == EFFNET_BLOCK_BASIC) {
        add_conv(b, &block->layer, EFFNET_ROLE_CONV1, stage->kernel, block->stride, block->channels,
                 block->act);
        last = add_conv(b, &block->layer, EFFNET_ROLE_CONV2, stage->kernel, 1, block->channels,
                        block->act);
    } else {
        guint inside = block->channels / stage->expand;

        add_conv(b, &block->layer, EFFNET_ROLE_CONV1, 1, 1, inside, block->act);
        add_conv(b, &block->layer, EFFNET_ROLE_CONV2, stage->kernel, block->stride, inside,
                 block->act);
        last = add_conv(b, &block->layer, EFFNET_ROLE_CONV3, 1, 1, block->channels, block->act);
    }
    last->residual = TRUE;
}

static void
add_block(Builder *b, const EffNetStage *stage, guint stride, guint channels)
{
    gboolean inverted = stage->kind == EFFNET_BLOCK_MBCONV || stage->kind == EFFNET_BLOCK_UNIVERSAL;
    guint first = b->layers->len, expanded_from = b->channels;
    const EffNetPruned *pruned = b->pruned ? &b->pruned[b->sequence] : NULL;
    Block block = {
        .stage = stage,
        .pruned = pruned,
        .layer = {.kind = stage->kind,
                  .stage = b->stage,
                  .block = b->block++,
                  .sequence = b->sequence++,
                  .has_expand = inverted && stage->expand > 0,
                  .has_se = stage->se_divisor != 0},
        .stride = stride,
        .channels = pruned ? pruned->out : channels,
        .narrow = b->channels,
        .act = stage->act ? stage->act : b->family->act,
    };

    block.residual = stride == 1 && block.channels == b->channels && !stage->no_residual;
    if (stage->expanded_from)
        expanded_from =
            effnet_scale_channels(stage->expanded_from, b->width, b->family->round_percent);
    switch (block.layer.kind) {
    case EFFNET_BLOCK_MBCONV:
    case EFFNET_BLOCK_UNIVERSAL:
    case EFFNET_BLOCK_SEPARABLE:
        add_mbconv(b, &block);
        break;
    case EFFNET_BLOCK_FUSED:
        add_fused(b, &block, expanded_from);
        break;
    case EFFNET_BLOCK_CONV:
        add_single(b, &block);
        break;
    case EFFNET_BLOCK_BASIC:
    case EFFNET_BLOCK_BOTTLENECK:
        add_residual(b, &block);
        break;
    }
    g_array_index(b->layers, EffNetLayer, first).first = TRUE;
}

static void
add_row(Builder *b, const EffNetStage *row, guint repeats)
{
    guint inside = row->kind == EFFNET_BLOCK_BOTTLENECK ? (guint)row->expand : 1;
    guint channels =
        effnet_scale_channels(row->channels / inside, b->width, b->family->round_percent) * inside;

    for (guint i = 0; i < repeats; i++)
        add_block(b, row, i == 0 ? row->stride : 1, channels);
}

/* The N rows of a stage, whose DEPTH times as many blocks are shared out from the last row to the
 * first, each getting at least one, as timm does it. */
static void
add_stage(Builder *b, const EffNetStage *rows, guint n, double depth)
{
    guint all = 0, scaled, repeats[MAX_ROWS];

    g_assert(n <= MAX_ROWS);
    for (guint r = 0; r < n; r++)
        all += rows[r].repeats;
    scaled = b->family->nearest_repeats ? MAX(1, (guint)rint(all * depth))
                                        : effnet_scale_repeats(all, depth);
    for (guint r = n; r-- > 0;) {
        repeats[r] = MAX(1, (guint)rint((double)rows[r].repeats / all * scaled));
        all -= rows[r].repeats;
        scaled -= MIN(scaled, repeats[r]);
    }
    for (guint r = 0; r < n; r++)
        add_row(b, &rows[r], repeats[r]);
    b->stage++;
    b->block = 0;
}

static void
add_stages(Builder *b, double depth)
{
    const EffNetFamily *family = b->family;

    for (guint s = 0, n; s < family->n_stages; s += n) {
        gboolean fixed;

        for (n = 1; s + n < family->n_stages && family->stages[s + n].same_stage;)
            n++;
        fixed = family->fixed_ends && (s == 0 || s + n == family->n_stages);
        add_stage(b, &family->stages[s], n, fixed ? 1 : depth);
    }
}

/* Of the stem or the head, which may be no narrower than LEAST times CHANNELS. */
static guint
end_channels(const Builder *b, guint channels, double least)
{
    return b->family->fixed_ends
               ? channels
               : effnet_scale_channels(channels, MAX(least, b->width), b->family->round_percent);
}

static void
add_stem(Builder *b)
{
    const EffNetFamily *family = b->family;
    const EffNetLayer none = {0};
    const guint stem = family->stem, first = family->deep_stem ? family->deep_stem : stem;

    add_conv(b, &none, EFFNET_ROLE_STEM, family->stem_kernel ? family->stem_kernel : 3, 2,
             end_channels(b, first, family->least_stem), family->act);
    if (family->deep_stem) {
        add_conv(b, &none, EFFNET_ROLE_STEM2, 3, 1, end_channels(b, stem / 2, family->least_stem),
                 family->act);
        add_conv(b, &none, EFFNET_ROLE_STEM3, 3, 1, end_channels(b, stem, family->least_stem),
                 family->act);
    }
    if (family->stem_pool)
        add_conv(b, &none, EFFNET_ROLE_MAX_POOL, 3, 2, b->channels, EFFNET_ACT_NONE)->has_norm =
            FALSE;
}

static EffNetLayer *
last_layer(const Builder *b)
{
    return &g_array_index(b->layers, EffNetLayer, b->layers->len - 1);
}

static void
add_head(Builder *b)
{
    const EffNetFamily *family = b->family;
    const EffNetLayer head = {.stage = b->stage, .sequence = b->sequence};
    EffNetLayer *layer;

    if (family->pooled_head) {
        last_layer(b)->pool = TRUE;
        b->size = 1;
    }
    layer = add_conv(b, &head, EFFNET_ROLE_HEAD, 1, 1,
                     family->fixed_head ? family->head
                                        : end_channels(b, family->head, family->least_head),
                     family->act);
    layer->pooled = family->pooled_head;
    layer->has_norm = !family->bare_head;
    layer->unbiased = family->unbiased_head;
}

/* Pools maxima beside means, in place of the last layer's means alone. */
static void
add_pool(Builder *b)
{
    const EffNetLayer none = {0};
    EffNetLayer *pool =
        add_conv(b, &none, EFFNET_ROLE_POOL, 1, 1, 2 * b->channels, EFFNET_ACT_NONE);

    pool->has_norm = FALSE;
    b->size = pool->out_size = 1;
}

static void
add_hidden(Builder *b, const EffNetHead *head)
{
    b->size = 1;
    for (guint i = 0; i < head->n_hidden; i++) {
        const EffNetLayer hidden = {.block = i};
        EffNetLayer *layer = add_conv(b, &hidden, EFFNET_ROLE_HIDDEN, 1, 1, head->hidden[i].units,
                                      head->hidden[i].act);

        layer->has_norm = FALSE;
        layer->pooled = layer->pool = TRUE;
    }
}

EffNetNetwork *
effnet_network_new(const EffNetArch *arch, guint resolution, guint in_channels, guint n_classes,
                   EffNetPadding padding)
{
    const EffNetLayer none = {0};
    EffNetNetwork *network = g_new0(EffNetNetwork, 1);
    Builder b = {
        .family = arch->base->family,
        .pruned = arch->base->pruned,
        .width = arch->width,
        .padding = padding,
        .layers = g_array_new(FALSE, FALSE, sizeof(EffNetLayer)),
        .channels = in_channels,
        .size = resolution,
    };

    add_stem(&b);
    add_stages(&b, arch->depth);
    if (b.family->head)
        add_head(&b);
    if (arch->head.max_pool && n_classes && !b.family->pooled_head)
        add_pool(&b);
    last_layer(&b)->pool = TRUE;
    network->n_features = b.channels;
    if (n_classes) {
        add_hidden(&b, &arch->head);
        add_linear(&b, &none, EFFNET_ROLE_CLASSIFIER, b.channels, n_classes, EFFNET_ACT_NONE);
    }
    network->n_layers = b.layers->len;
    network->layers = (EffNetLayer *)g_array_free(b.layers, FALSE);
    return network;
}

void
effnet_network_free(EffNetNetwork *network)
{
    if (!network)
        return;
    g_free(network->layers);
    g_free(network);
}

char *
effnet_layer_name(const EffNetLayer *layer)
{
    static const char *const names[] = {
        [EFFNET_ROLE_STEM] = "stem",           [EFFNET_ROLE_MAX_POOL] = "maxpool",
        [EFFNET_ROLE_SHORTCUT] = "shortcut",   [EFFNET_ROLE_CONV1] = "conv1",
        [EFFNET_ROLE_CONV2] = "conv2",         [EFFNET_ROLE_CONV3] = "conv3",
        [EFFNET_ROLE_START] = "start",         [EFFNET_ROLE_EXPAND] = "expand",
        [EFFNET_ROLE_DEPTHWISE] = "depthwise", [EFFNET_ROLE_SE_REDUCE] = "se.reduce",
        [EFFNET_ROLE_SE_EXPAND] = "se.expand", [EFFNET_ROLE_PROJECT] = "project",
        [EFFNET_ROLE_HEAD] = "head",           [EFFNET_ROLE_CLASSIFIER] = "classifier",
        [EFFNET_ROLE_POOL] = "pool",           [EFFNET_ROLE_STEM2] = "stem2",
        [EFFNET_ROLE_STEM3] = "stem3",
    };
    const char *name = names[layer->role];

    if (layer->role == EFFNET_ROLE_HIDDEN)
        return g_strdup_printf("hidden.%u", layer->block);
    if (layer->role <= EFFNET_ROLE_MAX_POOL || layer->role == EFFNET_ROLE_POOL ||
        layer->role == EFFNET_ROLE_HEAD || layer->role == EFFNET_ROLE_CLASSIFIER)
        return g_strdup(name);
    return g_strdup_printf("blocks.%u.%u.%s", layer->stage, layer->block, name);
}

/* Products per output pixel. */
static guint64
products(const EffNetLayer *layer)
{
    if (!effnet_layer_has_weights(layer))
        return 0;
    return (guint64)layer->kernel * layer->kernel * effnet_layer_stored_channels(layer) *
           layer->out_channels;
}

guint64
effnet_layer_params(const EffNetLayer *layer)
{
    if (!effnet_layer_has_weights(layer))
        return 0;
    return products(layer) +
           (layer->has_norm ? 2 : !layer->unbiased) * (guint64)layer->out_channels;
}

guint64
effnet_layer_macs(const EffNetLayer *layer)
{
    return products(layer) * layer->out_size * layer->out_size;
}
