/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <string.h>

#include "plan/fold.h"
#include "plan/pack_op.h"
#include "plan/placement.h"

/* Values that are different everywhere. */
static gboolean
counting_read(EffNetWeights *weights, const EffNetLayer *layer, EffNetPart part, float *dst,
              GError **error)
{
    for (gsize i = 0; i < effnet_part_size(layer, part); i++)
        dst[i] = part * 1000 + i + 1;
    return TRUE;
}

static EffNetWeights counting = {.read = counting_read};

static gboolean
always_folded(EffNetWeights *weights, const EffNetLayer *layer)
{
    return TRUE;
}

static float
scale_of(guint channel)
{
    float gamma = EFFNET_PART_NORM_GAMMA * 1000 + channel + 1;
    float variance = EFFNET_PART_NORM_VARIANCE * 1000 + channel + 1;

    return gamma / sqrt(variance + 0.5);
}

static void
pack(const EffNetLayer *layer, float *packed, float *bias)
{
    const EffNetPlan plan = {.type = EFFNET_TYPE_F32};
    const EffNetOp op = {
        .layer = layer, .n_layers = 1, .conv = &effnet_conv_f32_c, .dwconv = &effnet_dwconv_f32_c};
    float rows[1024];

    memset(bias, 0, effnet_layer_lane_bytes(layer));
    g_assert_true(effnet_layer_fold(&counting, layer, 0.5, rows, bias, NULL, NULL));
    effnet_op_pack(&plan, &op, 0, rows, packed);
}

/* A 3x3 convolution from 2 channels to 3: taps first, then channels, as in the feature map. */
static void
test_conv(void)
{
    const EffNetLayer layer = {.role = EFFNET_ROLE_STEM,
                               .kernel = 3,
                               .stride = 2,
                               .in_channels = 2,
                               .out_channels = 3,
                               .has_norm = TRUE};
    float packed[18 * 16], bias[16];

    pack(&layer, packed, bias);
    for (guint o = 0; o < 16; o++)
        for (guint tap = 0; tap < 9; tap++)
            for (guint c = 0; c < 2; c++) {
                float stored = (o * 2 + c) * 9 + tap + 1;
                float expected = o < 3 ? stored * scale_of(o) : 0;

                g_assert_cmpfloat_with_epsilon(packed[(tap * 2 + c) * 16 + o], expected, 1e-3);
            }
    for (guint o = 0; o < 16; o++) {
        float beta = EFFNET_PART_NORM_BETA * 1000 + o + 1,
              mean = EFFNET_PART_NORM_MEAN * 1000 + o + 1;

        g_assert_cmpfloat_with_epsilon(bias[o], o < 3 ? beta - mean * scale_of(o) : 0, 0.01);
    }
}

static void
test_depthwise(void)
{
    const EffNetLayer layer = {.role = EFFNET_ROLE_DEPTHWISE,
                               .kernel = 3,
                               .stride = 1,
                               .in_channels = 20,
                               .out_channels = 20,
                               .has_norm = TRUE};
    float packed[2 * 9 * 16], bias[32];

    pack(&layer, packed, bias);
    for (guint c = 0; c < 32; c++)
        for (guint tap = 0; tap < 9; tap++)
            g_assert_cmpfloat_with_epsilon(packed[(c / 16 * 9 + tap) * 16 + c % 16],
                                           c < 20 ? (c * 9 + tap + 1) * scale_of(c) : 0, 1e-3);
    g_assert_cmpfloat(bias[20], ==, 0);
}

static void
test_linear(void)
{
    const EffNetLayer layer = {.role = EFFNET_ROLE_CLASSIFIER,
                               .kernel = 1,
                               .stride = 1,
                               .in_channels = 5,
                               .out_channels = 17};
    float packed[2 * 5 * 16], bias[32];

    pack(&layer, packed, bias);
    g_assert_cmpfloat(packed[0], ==, 1);
    g_assert_cmpfloat(packed[16], ==, 2);              /* k 1 of output 0 */
    g_assert_cmpfloat(packed[1], ==, 6);               /* k 0 of output 1 */
    g_assert_cmpfloat(packed[5 * 16], ==, 16 * 5 + 1); /* the second panel's only output */
    g_assert_cmpfloat(packed[5 * 16 + 1], ==, 0);
    g_assert_cmpfloat(bias[16], ==, EFFNET_PART_BIAS * 1000 + 17);
    g_assert_cmpfloat(bias[17], ==, 0);
}

static const EffNetLayer projection = {.role = EFFNET_ROLE_PROJECT,
                                       .kernel = 1,
                                       .stride = 1,
                                       .in_channels = 5,
                                       .out_channels = 3,
                                       .has_norm = TRUE};

/* The batch norm that was folded is returned. */
static void
test_norm(void)
{
    const EffNetPart parts[] = {EFFNET_PART_NORM_GAMMA, EFFNET_PART_NORM_BETA,
                                EFFNET_PART_NORM_MEAN, EFFNET_PART_NORM_VARIANCE};
    g_autofree float *norm = NULL;
    float rows[15], bias[3];

    g_assert_true(effnet_layer_fold(&counting, &projection, 0.5, rows, bias, &norm, NULL));
    for (guint i = 0; i < 12; i++)
        g_assert_cmpfloat(norm[i], ==, parts[i / 3] * 1000 + i % 3 + 1);
}

/* A batch norm that is folded already left a bias, like that of a layer without one. */
static void
test_folded(void)
{
    float packed[5 * 16], bias[16];

    counting.is_folded = always_folded;
    pack(&projection, packed, bias);
    counting.is_folded = NULL;
    g_assert_cmpfloat(packed[0], ==, 1);
    g_assert_cmpfloat(packed[1], ==, 6);
    g_assert_cmpfloat(bias[2], ==, EFFNET_PART_BIAS * 1000 + 3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fold/conv", test_conv);
    g_test_add_func("/fold/depthwise", test_depthwise);
    g_test_add_func("/fold/linear", test_linear);
    g_test_add_func("/fold/norm", test_norm);
    g_test_add_func("/fold/folded", test_folded);
    return g_test_run();
}
