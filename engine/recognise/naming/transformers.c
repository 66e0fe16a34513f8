/* SPDX-License-Identifier: BSD-2-Clause */
/* Hugging Face's transformers: EfficientNetForImageClassification, and those of MobileNetV1,
 * MobileNetV2 and ResNet. How images become their input is in a preprocessor_config.json. */
#include <math.h>

#include "../naming.h"

static const EffNetNamingRow rows[] = {
    {EFFNET_ROLE_STEM, "embeddings.convolution", "embeddings.batchnorm"},
    {EFFNET_ROLE_EXPAND, "encoder.blocks.$n.expansion.expand_conv",
     "encoder.blocks.$n.expansion.expand_bn", EFFNET_NAMED_EXPANDED},
    {EFFNET_ROLE_DEPTHWISE, "encoder.blocks.$n.depthwise_conv.depthwise_conv",
     "encoder.blocks.$n.depthwise_conv.depthwise_norm"},
    {EFFNET_ROLE_SE_REDUCE, "encoder.blocks.$n.squeeze_excite.reduce", NULL},
    {EFFNET_ROLE_SE_EXPAND, "encoder.blocks.$n.squeeze_excite.expand", NULL},
    {EFFNET_ROLE_PROJECT, "encoder.blocks.$n.projection.project_conv",
     "encoder.blocks.$n.projection.project_bn"},
    {EFFNET_ROLE_HEAD, "encoder.top_conv", "encoder.top_bn"},
    {EFFNET_ROLE_CLASSIFIER, "classifier", NULL},
};

static const EffNetNamingRow mobilenetv1[] = {
    {EFFNET_ROLE_STEM, "conv_stem.convolution", "conv_stem.normalization"},
    {EFFNET_ROLE_DEPTHWISE, "layer.$x.convolution", "layer.$x.normalization"},
    {EFFNET_ROLE_PROJECT, "layer.$y.convolution", "layer.$y.normalization"},
    {EFFNET_ROLE_CLASSIFIER, "classifier", NULL},
};

/* The first block, which has no expansion, belongs to the stem. */
static const EffNetNamingRow mobilenetv2[] = {
    {EFFNET_ROLE_STEM, "conv_stem.first_conv.convolution", "conv_stem.first_conv.normalization"},
    {EFFNET_ROLE_EXPAND, "layer.$l.expand_1x1.convolution", "layer.$l.expand_1x1.normalization"},
    {EFFNET_ROLE_DEPTHWISE, "layer.$l.conv_3x3.convolution", "layer.$l.conv_3x3.normalization",
     EFFNET_NAMED_EXPANDED},
    {EFFNET_ROLE_DEPTHWISE, "conv_stem.conv_3x3.convolution", "conv_stem.conv_3x3.normalization"},
    {EFFNET_ROLE_PROJECT, "layer.$l.reduce_1x1.convolution", "layer.$l.reduce_1x1.normalization",
     EFFNET_NAMED_EXPANDED},
    {EFFNET_ROLE_PROJECT, "conv_stem.reduce_1x1.convolution", "conv_stem.reduce_1x1.normalization"},
    {EFFNET_ROLE_HEAD, "conv_1x1.convolution", "conv_1x1.normalization"},
    {EFFNET_ROLE_CLASSIFIER, "classifier", NULL},
};

#define RESNET_LAYER "encoder.stages.$s.layers.$b."
static const EffNetNamingRow resnet[] = {
    {EFFNET_ROLE_STEM, "embedder.embedder.convolution", "embedder.embedder.normalization"},
    {EFFNET_ROLE_SHORTCUT, RESNET_LAYER "shortcut.convolution",
     RESNET_LAYER "shortcut.normalization"},
    {EFFNET_ROLE_CONV1, RESNET_LAYER "layer.0.convolution", RESNET_LAYER "layer.0.normalization"},
    {EFFNET_ROLE_CONV2, RESNET_LAYER "layer.1.convolution", RESNET_LAYER "layer.1.normalization"},
    {EFFNET_ROLE_CONV3, RESNET_LAYER "layer.2.convolution", RESNET_LAYER "layer.2.normalization"},
    {EFFNET_ROLE_CLASSIFIER, "classifier.1", NULL},
};

static const EffNetPractice mobilenet_practices[] = {
    {NULL, NULL, NULL, {EFFNET_SAYS_SAME, EFFNET_SAYS_INCEPTION, EFFNET_SAYS_BILINEAR}},
};

static const EffNetPractice resnet_practices[] = {
    {NULL, NULL, NULL, {EFFNET_SAYS_SYMMETRIC, EFFNET_SAYS_IMAGENET, EFFNET_SAYS_BICUBIC}},
};

static const EffNetPractice practices[] = {
    {NULL, NULL, NULL, {EFFNET_SAYS_SAME, EFFNET_SAYS_IMAGENET, EFFNET_SAYS_STRETCH}},
};

static void
read_config(const EffNetJson *config, EffNetSettings *settings)
{
    double number;
    guint64 size;
    gboolean same;

    if (effnet_json_number(effnet_json_member(config, "batch_norm_eps"), &number))
        settings->epsilon = number;
    if (effnet_json_number(effnet_json_member(config, "layer_norm_eps"), &number))
        settings->epsilon = number;
    if (effnet_json_boolean(effnet_json_member(config, "tf_padding"), &same))
        settings->padding = same ? EFFNET_PADDING_SAME : EFFNET_PADDING_SYMMETRIC;
    if (effnet_json_integer(effnet_json_member(config, "image_size"), &size))
        settings->resolution = (guint)MIN(size, G_MAXUINT16);
}

static gboolean
holds(const EffNetJson *list, guint number)
{
    guint64 item;

    for (guint i = 0; i < effnet_json_length(list); i++)
        if (effnet_json_integer(effnet_json_item(list, i), &item) && item == number)
            return TRUE;
    return FALSE;
}

static char *
check_stride(const EffNetJson *config, const EffNetLayer *layer)
{
    const EffNetJson *strides = effnet_json_member(config, "strides");
    guint64 stride;

    if (layer->block > 0 ||
        !effnet_json_integer(effnet_json_item(strides, layer->stage), &stride) ||
        stride == layer->stride)
        return NULL;
    return g_strdup_printf("has a stride of %" G_GUINT64_FORMAT
                           " in stage %u, where %u was expected",
                           stride, layer->stage, layer->stride);
}

/* Whether the file's padding of LAYER is "same" padding at this resolution. transformers pad a
 * stride of 2 as for an input of even size, and the blocks in "depthwise_padding" as for an odd
 * one; so all of them together are "same" padding only at some resolutions. */
static gboolean
is_padded_right(const EffNetJson *config, const EffNetLayer *layer)
{
    const EffNetJson *odd = effnet_json_member(config, "depthwise_padding");

    if (layer->role == EFFNET_ROLE_STEM)
        return layer->in_size % 2 == 0;
    return layer->role != EFFNET_ROLE_DEPTHWISE || layer->stride == 1 ||
           holds(odd, layer->sequence) == (layer->in_size % 2 == 1);
}

/* transformers' EfficientNets have no residual in the first block of a stage. Those of B0 to B7
 * have none either, since they all change the number of channels or the size; others' may. */
static char *
check_residuals(const EffNetNetwork *network)
{
    for (guint i = 0; i < network->n_layers; i++) {
        const EffNetLayer *layer = &network->layers[i];

        if (layer->residual && layer->block == 0)
            return g_strdup_printf("has a first block in stage %u to which transformers add no "
                                   "residual, where one was expected",
                                   layer->stage);
    }
    return NULL;
}

static char *
check_config(const EffNetJson *config, const EffNetNetwork *network)
{
    const char *pooling = effnet_json_string(effnet_json_member(config, "pooling_type"));
    const char *act = effnet_json_string(effnet_json_member(config, "hidden_act"));
    const EffNetLayer *stem = &network->layers[0];
    char *what = check_residuals(network);

    if (what || !config)
        return what;
    if (pooling && !g_str_equal(pooling, "mean"))
        return g_strdup_printf("has the pooling_type \"%s\", where \"mean\" was expected", pooling);
    if (act && !effnet_act_names_have(effnet_act_get_names(stem->act)->torch, act))
        return g_strdup_printf("has the hidden_act \"%s\", which is not that of the network", act);
    for (guint i = 0; i < network->n_layers && !what; i++) {
        const EffNetLayer *layer = &network->layers[i];

        if (layer->role == EFFNET_ROLE_DEPTHWISE)
            what = check_stride(config, layer);
        if (!what && !is_padded_right(config, layer))
            what = g_strdup_printf(
                "pads layers for another resolution than %u: choose one that fits, such as its "
                "image_size, with the option resolution (--model-options resolution=N; on the "
                "element, model-options=resolution=N)",
                stem->in_size);
    }
    return what;
}

/* What the MobileNets' and ResNets' configs may say of layers that ours do not have. */
static char *
check_blocks(const EffNetJson *config, const EffNetNetwork *network)
{
    static const struct {
        const char *key;
        gboolean expected;
    } flags[] = {{"downsample_in_first_stage", FALSE},
                 {"downsample_in_bottleneck", FALSE},
                 {"first_layer_is_expansion", TRUE}};
    const char *act = effnet_json_string(effnet_json_member(config, "hidden_act"));
    guint64 stride = 32;

    effnet_json_integer(effnet_json_member(config, "output_stride"), &stride);
    if (stride != 32)
        return g_strdup_printf(
            "has an output_stride of %" G_GUINT64_FORMAT ", where 32 was expected", stride);
    for (gsize i = 0; i < G_N_ELEMENTS(flags); i++) {
        gboolean flag = flags[i].expected;

        effnet_json_boolean(effnet_json_member(config, flags[i].key), &flag);
        if (flag != flags[i].expected)
            return g_strdup_printf("has a %s that is %s, where %s was expected", flags[i].key,
                                   flag ? "true" : "false", flag ? "false" : "true");
    }
    if (act && !effnet_act_names_have(effnet_act_get_names(network->layers[0].act)->torch, act))
        return g_strdup_printf("has the hidden_act \"%s\", which is not that of the network", act);
    return NULL;
}

#define NAMING(its_rows, its_practices, its_mark)                                                  \
    {                                                                                              \
        .name = "transformers", .rows = (its_rows), .n_rows = G_N_ELEMENTS(its_rows),              \
        .mark = (its_mark), .practices = (its_practices),                                          \
        .n_practices = G_N_ELEMENTS(its_practices), .read_config = read_config,                    \
        .check_config = check_blocks                                                               \
    }

const EffNetNaming effnet_naming_transformers_mobilenetv1 =
    NAMING(mobilenetv1, mobilenet_practices, "layer.0.convolution.weight");
const EffNetNaming effnet_naming_transformers_mobilenetv2 =
    NAMING(mobilenetv2, mobilenet_practices, "conv_stem.reduce_1x1.convolution.weight");
const EffNetNaming effnet_naming_transformers_resnet =
    NAMING(resnet, resnet_practices, "encoder.stages.0.layers.0.layer.0.convolution.weight");

const EffNetNaming effnet_naming_transformers = {
    .name = "transformers",
    .rows = rows,
    .n_rows = G_N_ELEMENTS(rows),
    .mark = "encoder.blocks.0.depthwise_conv.depthwise_conv.weight",
    .practices = practices,
    .n_practices = G_N_ELEMENTS(practices),
    .read_config = read_config,
    .check_config = check_config,
};
