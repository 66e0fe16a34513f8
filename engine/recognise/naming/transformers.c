/* SPDX-License-Identifier: BSD-2-Clause */
/* Hugging Face's transformers: EfficientNetForImageClassification. How images become its input is
 * in a preprocessor_config.json. */
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

static const EffNetPractice practices[] = {
    {NULL, NULL, NULL, {EFFNET_SAYS_SAME, EFFNET_SAYS_IMAGENET, EFFNET_SAYS_STRETCH}},
};

static void
read_config(const EffNetJson *config, EffNetSettings *settings)
{
    double number;
    guint64 size;

    if (effnet_json_number(effnet_json_member(config, "batch_norm_eps"), &number))
        settings->epsilon = number;
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

static char *
check_config(const EffNetJson *config, const EffNetNetwork *network)
{
    const char *pooling = effnet_json_string(effnet_json_member(config, "pooling_type"));
    const char *act = effnet_json_string(effnet_json_member(config, "hidden_act"));
    const EffNetLayer *stem = &network->layers[0];
    char *what = NULL;

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
