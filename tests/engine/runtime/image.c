/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "runtime/image.h"

#define SIZE 8
#define SIDE (SIZE + 3) /* with borders of 1 and 2 pixels */

static EffNetLayer layer = {.in_size = SIZE, .in_channels = 3, .pad_before = 1, .pad_after = 2};
static EffNetNetwork network = {.n_layers = 1, .layers = &layer};
static const EffNetModelInfo info = {
    .resolution = SIZE,
    .in_channels = 3,
    .mean = {0.5f, 0.25f, 0},
    .std = {0.5f, 0.25f, 1},
};

static EffNetPlan
plan_of(EffNetPlanTensor *input, EffNetType type)
{
    guint channels = type == EFFNET_TYPE_U8 ? EFFNET_INPUT_BYTES : 3;

    *input = (EffNetPlanTensor){.type = type, .size = SIDE, .channels = channels};
    input->bytes = SIDE * SIDE * channels * effnet_type_bytes(type);
    return (EffNetPlan){.network = &network, .n_tensors = 1, .tensors = input};
}

static void
test_floats(void)
{
    float image[SIDE * SIDE * 3], chw[3 * SIZE * SIZE], back[3 * SIZE * SIZE];
    EffNetPlanTensor input;
    EffNetPlan plan = plan_of(&input, EFFNET_TYPE_F32);

    for (gsize i = 0; i < G_N_ELEMENTS(chw); i++)
        chw[i] = i;
    memset(image, 0xff, sizeof image);
    effnet_image_clear(&plan, &info, image);
    effnet_image_set_tensor(&plan, &info, image, chw);
    for (guint y = 0; y < SIDE; y++)
        for (guint x = 0; x < SIDE; x++)
            for (guint c = 0; c < 3; c++) {
                gboolean inside = y >= 1 && x >= 1 && y <= SIZE && x <= SIZE;
                float expected = inside ? chw[(c * SIZE + y - 1) * SIZE + x - 1] : 0;

                g_assert_cmpfloat(image[(y * SIDE + x) * 3 + c], ==, expected);
            }
    effnet_image_get_tensor(&plan, &info, image, back);
    g_assert_cmpmem(back, sizeof back, chw, sizeof chw);
}

/* Pixels are restored to what they were before normalisation; the border becomes what normalises to
 * nearly 0. */
static void
test_bytes(void)
{
    guint8 image[SIDE * SIDE * EFFNET_INPUT_BYTES], before[sizeof image];
    float chw[3 * SIZE * SIZE];
    EffNetPlanTensor input;
    EffNetPlan plan = plan_of(&input, EFFNET_TYPE_U8);

    for (guint i = 0; i < G_N_ELEMENTS(chw); i++) {
        guint c = i / SIZE / SIZE;

        chw[i] = (i % 256 / 255.f - info.mean[c]) / info.std[c];
    }
    effnet_image_clear(&plan, &info, image);
    effnet_image_set_tensor(&plan, &info, image, chw);
    g_assert_cmpint(image[0], ==, 128);
    g_assert_cmpint(image[1], ==, 64);
    g_assert_cmpint(image[2], ==, 0);
    g_assert_cmpint(image[3], ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(chw); i++) {
        guint c = i / SIZE / SIZE, y = i / SIZE % SIZE + 1, x = i % SIZE + 1;

        g_assert_cmpint(image[(y * SIDE + x) * EFFNET_INPUT_BYTES + c], ==, i % 256);
    }
    memcpy(before, image, sizeof image);
    effnet_image_get_tensor(&plan, &info, image, chw);
    effnet_image_set_tensor(&plan, &info, image, chw);
    g_assert_cmpmem(image, sizeof image, before, sizeof before);
}

static void
test_far_values(void)
{
    guint8 image[SIDE * SIDE * EFFNET_INPUT_BYTES];
    float chw[3 * SIZE * SIZE] = {1000, -1000};
    EffNetPlanTensor input;
    EffNetPlan plan = plan_of(&input, EFFNET_TYPE_U8);

    effnet_image_clear(&plan, &info, image);
    effnet_image_set_tensor(&plan, &info, image, chw);
    g_assert_cmpint(image[(SIDE + 1) * EFFNET_INPUT_BYTES], ==, 255);
    g_assert_cmpint(image[(SIDE + 2) * EFFNET_INPUT_BYTES], ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/image/floats", test_floats);
    g_test_add_func("/image/bytes", test_bytes);
    g_test_add_func("/image/far-values", test_far_values);
    return g_test_run();
}
