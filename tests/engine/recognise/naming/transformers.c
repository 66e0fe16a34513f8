/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "../naming.h"

#define TRANSFORMERS (&effnet_naming_transformers)

static void
test_names(void)
{
    EffNetLayer block = {.stage = 2, .block = 1, .sequence = 4, .has_expand = TRUE, .has_se = TRUE};
    static const EffNetLayer stem = {.role = EFFNET_ROLE_STEM}, head = {.role = EFFNET_ROLE_HEAD};

    check_tensor(TRANSFORMERS, &stem, EFFNET_PART_NORM_BETA, "embeddings.batchnorm.bias");
    block.role = EFFNET_ROLE_EXPAND;
    check_tensor(TRANSFORMERS, &block, EFFNET_PART_WEIGHT,
                 "encoder.blocks.4.expansion.expand_conv.weight");
    block.role = EFFNET_ROLE_DEPTHWISE;
    check_tensor(TRANSFORMERS, &block, EFFNET_PART_NORM_MEAN,
                 "encoder.blocks.4.depthwise_conv.depthwise_norm.running_mean");
    block.role = EFFNET_ROLE_SE_REDUCE;
    check_tensor(TRANSFORMERS, &block, EFFNET_PART_BIAS,
                 "encoder.blocks.4.squeeze_excite.reduce.bias");
    block.role = EFFNET_ROLE_PROJECT;
    check_tensor(TRANSFORMERS, &block, EFFNET_PART_NORM_GAMMA,
                 "encoder.blocks.4.projection.project_bn.weight");
    check_tensor(TRANSFORMERS, &head, EFFNET_PART_WEIGHT, "encoder.top_conv.weight");
}

static void
test_others(void)
{
    EffNetLayer block = {
        .role = EFFNET_ROLE_PROJECT, .stage = 2, .block = 1, .sequence = 4, .has_expand = TRUE};

    check_tensor(&effnet_naming_transformers_mobilenetv1, &block, EFFNET_PART_WEIGHT,
                 "layer.9.convolution.weight");
    check_tensor(&effnet_naming_transformers_mobilenetv2, &block, EFFNET_PART_NORM_MEAN,
                 "layer.3.reduce_1x1.normalization.running_mean");
    block.role = EFFNET_ROLE_DEPTHWISE;
    check_tensor(&effnet_naming_transformers_mobilenetv1, &block, EFFNET_PART_WEIGHT,
                 "layer.8.convolution.weight");
    block.sequence = 0;
    block.has_expand = FALSE;
    check_tensor(&effnet_naming_transformers_mobilenetv2, &block, EFFNET_PART_WEIGHT,
                 "conv_stem.conv_3x3.convolution.weight");
    block.role = EFFNET_ROLE_CONV3;
    check_tensor(&effnet_naming_transformers_resnet, &block, EFFNET_PART_NORM_BETA,
                 "encoder.stages.2.layers.1.layer.2.normalization.bias");
}

static EffNetJson *
parse(const char *text)
{
    EffNetJson *json = effnet_json_parse(text, strlen(text), NULL);

    g_assert_nonnull(json);
    return json;
}

static void
test_config(void)
{
    g_autoptr(EffNetJson) json = parse("{\"batch_norm_eps\": 0.002, \"image_size\": 240}");
    EffNetSettings settings = {0};

    TRANSFORMERS->read_config(json, &settings);
    g_assert_cmpfloat(settings.epsilon, ==, 0.002);
    g_assert_cmpuint(settings.resolution, ==, 240);
    g_assert_cmpint(practice_of(TRANSFORMERS, "b0", NULL).padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpint(practice_of(TRANSFORMERS, "b0", NULL).resize, ==, EFFNET_RESIZE_STRETCH);
}

/* B1's block 16 has a stride on an input of odd size at 240 pixels, and of even size at 256. */
static void
test_layers(void)
{
    static const struct {
        guint resolution;
        const char *text, *what;
    } cases[] = {
        {240, "{\"depthwise_padding\": [16], \"hidden_act\": \"swish\"}", NULL},
        {240, "{\"depthwise_padding\": []}", "another resolution than 2"},
        {256, "{\"depthwise_padding\": [16]}", "another resolution than 2"},
        {256, "{}", NULL},
        {255, "{}", "another resolution than 255"},
        {256, "{\"pooling_type\": \"max\"}", "pooling_type \"max\""},
        {256, "{\"hidden_act\": \"relu\"}", "hidden_act \"relu\""},
        {256, "{\"strides\": [1, 2, 2, 2, 1, 2, 1]}", NULL},
        {256, "{\"strides\": [1, 2, 2, 1, 2, 2, 1]}", "a stride of 1 in stage 3"},
    };
    g_autoptr(EffNetArch) arch = effnet_arch_new("b1", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(EffNetJson) json = parse(cases[i].text);
        g_autoptr(EffNetNetwork) network =
            effnet_network_new(arch, cases[i].resolution, 3, 10, EFFNET_PADDING_SAME);
        g_autofree char *what = TRANSFORMERS->check_config(json, network);

        if (cases[i].what)
            g_assert_nonnull(what ? strstr(what, cases[i].what) : NULL);
        else
            g_assert_cmpstr(what, ==, NULL);
    }
}

/* What the configs of MobileNets and ResNets may ask for, and ours do not have. */
static void
test_blocks(void)
{
    static const struct {
        const char *text, *what;
    } cases[] = {
        {"{\"hidden_act\": \"relu\", \"downsample_in_bottleneck\": false}", NULL},
        {"{\"first_layer_is_expansion\": true, \"output_stride\": 32}", NULL},
        {"{\"hidden_act\": \"silu\"}", "hidden_act \"silu\""},
        {"{\"downsample_in_bottleneck\": true}", "downsample_in_bottleneck that is true"},
        {"{\"downsample_in_first_stage\": true}", "downsample_in_first_stage that is true"},
        {"{\"first_layer_is_expansion\": false}", "first_layer_is_expansion that is false"},
        {"{\"output_stride\": 16}", "an output_stride of 16"},
    };
    g_autoptr(EffNetArch) arch = effnet_arch_new("resnet18", NULL);
    g_autoptr(EffNetNetwork) network =
        effnet_network_new(arch, 224, 3, 10, EFFNET_PADDING_SYMMETRIC);
    g_autoptr(EffNetJson) padded = parse("{\"tf_padding\": true, \"layer_norm_eps\": 0.001}");
    EffNetSettings settings = {0};

    effnet_naming_transformers_mobilenetv1.read_config(padded, &settings);
    g_assert_cmpint(settings.padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpfloat(settings.epsilon, ==, 0.001);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(EffNetJson) json = parse(cases[i].text);
        g_autofree char *what = effnet_naming_transformers_resnet.check_config(json, network);

        if (cases[i].what)
            g_assert_nonnull(what ? strstr(what, cases[i].what) : NULL);
        else
            g_assert_null(what);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/naming/transformers/names", test_names);
    g_test_add_func("/naming/transformers/others", test_others);
    g_test_add_func("/naming/transformers/blocks", test_blocks);
    g_test_add_func("/naming/transformers/config", test_config);
    g_test_add_func("/naming/transformers/layers", test_layers);
    return g_test_run();
}
