/* SPDX-License-Identifier: BSD-2-Clause */
/* From an architecture to its layers, with every shape. */
#include "arch.h"

typedef struct {
    const EffNetFamily *family;
    EffNetPadding padding;
    GArray *layers;
    guint channels, size; /* of what the next layer reads */
    guint sequence;       /* blocks so far */
} Builder;

/* Zeros before and behind SIZE pixels, and how many outputs there are. */
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

/* Behind what is there already; returns the layer for what is special about it. */
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

/* A product of the pooled vector: biased, one pixel. Does not change what the next layer reads. */
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

static void
add_mbconv(Builder *b, const EffNetStage *stage, guint stage_index, guint block_index,
           guint channels)
{
    const EffNetFamily *family = b->family;
    guint stride = block_index == 0 ? stage->stride : 1, narrow = b->channels;
    EffNetLayer block = {
        .stage = stage_index,
        .block = block_index,
        .sequence = b->sequence++,
        .has_expand = stage->expand != 1,
        .has_se = family->se_divisor != 0,
    };

    if (block.has_expand)
        add_conv(b, &block, EFFNET_ROLE_EXPAND, 1, 1, narrow * stage->expand, family->act);
    add_conv(b, &block, EFFNET_ROLE_DEPTHWISE, stage->kernel, stride, b->channels, family->act);
    if (block.has_se) {
        guint bottleneck = MAX(1, narrow / family->se_divisor);

        add_linear(b, &block, EFFNET_ROLE_SE_REDUCE, b->channels, bottleneck, family->act);
        add_linear(b, &block, EFFNET_ROLE_SE_EXPAND, bottleneck, b->channels, EFFNET_ACT_SIGMOID);
    }
    add_conv(b, &block, EFFNET_ROLE_PROJECT, 1, 1, channels, EFFNET_ACT_NONE)->residual =
        stride == 1 && channels == narrow;
}

static void
add_stages(Builder *b, const EffNetArch *arch)
{
    const EffNetFamily *family = b->family;

    for (guint s = 0; s < family->n_stages; s++) {
        const EffNetStage *stage = &family->stages[s];
        gboolean fixed = family->fixed_ends && (s == 0 || s == family->n_stages - 1);
        guint repeats = fixed ? stage->repeats : effnet_scale_repeats(stage->repeats, arch->depth);
        guint channels = effnet_scale_channels(family, stage->channels, arch->width);

        for (guint i = 0; i < repeats; i++)
            add_mbconv(b, stage, s, i, channels);
    }
}

static guint
end_channels(const EffNetArch *arch, guint channels)
{
    const EffNetFamily *family = arch->base->family;

    return family->fixed_ends ? channels : effnet_scale_channels(family, channels, arch->width);
}

EffNetNetwork *
effnet_network_new(const EffNetArch *arch, guint resolution, guint in_channels, guint n_classes,
                   EffNetPadding padding)
{
    const EffNetFamily *family = arch->base->family;
    const EffNetLayer none = {0};
    EffNetNetwork *network = g_new0(EffNetNetwork, 1);
    Builder b = {
        .family = family,
        .padding = padding,
        .layers = g_array_new(FALSE, FALSE, sizeof(EffNetLayer)),
        .channels = in_channels,
        .size = resolution,
    };

    add_conv(&b, &none, EFFNET_ROLE_STEM, 3, 2, end_channels(arch, family->stem), family->act);
    add_stages(&b, arch);
    add_conv(&b, &none, EFFNET_ROLE_HEAD, 1, 1, end_channels(arch, family->head), family->act);
    if (n_classes)
        add_linear(&b, &none, EFFNET_ROLE_CLASSIFIER, b.channels, n_classes, EFFNET_ACT_NONE);

    network->n_features = b.channels;
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
        [EFFNET_ROLE_STEM] = "stem",           [EFFNET_ROLE_EXPAND] = "expand",
        [EFFNET_ROLE_DEPTHWISE] = "depthwise", [EFFNET_ROLE_SE_REDUCE] = "se.reduce",
        [EFFNET_ROLE_SE_EXPAND] = "se.expand", [EFFNET_ROLE_PROJECT] = "project",
        [EFFNET_ROLE_HEAD] = "head",           [EFFNET_ROLE_CLASSIFIER] = "classifier",
    };
    const char *name = names[layer->role];

    if (layer->role == EFFNET_ROLE_STEM || layer->role == EFFNET_ROLE_HEAD ||
        layer->role == EFFNET_ROLE_CLASSIFIER)
        return g_strdup(name);
    return g_strdup_printf("blocks.%u.%u.%s", layer->stage, layer->block, name);
}

/* Of one output pixel. */
static guint64
products(const EffNetLayer *layer)
{
    guint64 filters = layer->role == EFFNET_ROLE_DEPTHWISE ? 1 : layer->in_channels;

    return filters * layer->kernel * layer->kernel * layer->out_channels;
}

guint64
effnet_layer_params(const EffNetLayer *layer)
{
    return products(layer) + (layer->has_norm ? 2 : 1) * (guint64)layer->out_channels;
}

guint64
effnet_layer_macs(const EffNetLayer *layer)
{
    return products(layer) * layer->out_size * layer->out_size;
}
