/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan/pack_op.h"

#include "plan/placement.h"

/* A quantised stem of 3 channels: each pixel of the filter becomes four bytes, the last of them
 * 0. */
static void
test_filled_pixels(void)
{
    const EffNetLayer layer = {
        .role = EFFNET_ROLE_STEM, .kernel = 3, .stride = 2, .in_channels = 3, .out_channels = 2};
    const EffNetPlan plan = {.type = EFFNET_TYPE_S16};
    const EffNetOp op = {.layer = &layer, .n_layers = 1, .conv = &effnet_conv_int8_c};
    float rows[2 * 3 * 9];
    gint8 packed[9 * EFFNET_LANES * 4];

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        rows[i] = i + 1; /* output, channel, tap */
    g_assert_cmpuint(effnet_op_packed_bytes(&plan, &op, 0), ==, sizeof packed);
    effnet_op_pack(&plan, &op, 0, rows, packed);
    for (guint tap = 0; tap < 9; tap++)
        for (guint lane = 0; lane < EFFNET_LANES; lane++)
            for (guint c = 0; c < 4; c++) {
                gint expected = lane < 2 && c < 3 ? (lane * 3 + c) * 9 + tap + 1 : 0;

                g_assert_cmpint(packed[(tap * EFFNET_LANES + lane) * 4 + c], ==, expected);
            }
}

/* Point after point, the weights of the products: those of each output's and channel's filter. */
static void
test_winograd(void)
{
    const guint channels = EFFNET_LANES, out = 40; /* two panels packed together, then one */
    const EffNetLayer layer = {.role = EFFNET_ROLE_CONV1,
                               .kernel = 3,
                               .stride = 1,
                               .in_channels = channels,
                               .out_channels = out};
    const EffNetPlan plan = {.type = EFFNET_TYPE_F32};
    const EffNetOp op = {
        .kind = EFFNET_OP_WINOGRAD, .layer = &layer, .n_layers = 1, .conv = &effnet_conv_f32_c};
    const gsize panel = channels * EFFNET_LANES;
    g_autofree float *rows = g_new(float, out *channels * 9);
    g_autofree float *kept = NULL;
    g_autofree float *packed = g_malloc(effnet_op_packed_bytes(&plan, &op, 0));

    for (guint i = 0; i < out * channels * 9; i++)
        rows[i] = i * 37 % 101 - 50.f;
    kept = g_memdup2(rows, out * channels * 9 * sizeof *rows);
    effnet_op_pack(&plan, &op, 0, rows, packed);
    for (guint o = 0; o < out; o++)
        for (guint c = 0; c < channels; c++) {
            guint pair = o / (2 * EFFNET_LANES), panels = pair ? 1 : 2;
            float points[EFFNET_WINOGRAD_POINTS];

            effnet_winograd_filter(points, kept + (o * channels + c) * 9, 1);
            for (guint p = 0; p < EFFNET_WINOGRAD_POINTS; p++) {
                gsize at = pair * 2 * EFFNET_WINOGRAD_POINTS * panel +
                           (p * panels + o / EFFNET_LANES % 2) * panel + c * EFFNET_LANES +
                           o % EFFNET_LANES;

                g_assert_cmpfloat(packed[at], ==, points[p]);
            }
        }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pack-op/filled-pixels", test_filled_pixels);
    g_test_add_func("/pack-op/winograd", test_winograd);
    return g_test_run();
}
