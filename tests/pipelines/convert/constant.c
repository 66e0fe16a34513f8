/* SPDX-License-Identifier: BSD-2-Clause */
#include "convert/constant.h"

static const guint8 bytes[] = {0, 0x3c, 0, 0xc0, 0xff, 0x7b, 1, 0};

static void
test_sizes(void)
{
    EffNetConstant made = {.n_dims = 2, .dims = {2, 1}, .dtype = EFFNET_DTYPE_F32};
    EffNetConstant huge = {.n_dims = 2, .dims = {G_MAXUINT64, 2}};
    EffNetConstant other = {.n_dims = 1, .dims = {2}, .dtype = EFFNET_DTYPE_OTHER};

    g_assert_false(effnet_constant_set_data(&made, bytes, 7));
    g_assert_null(made.data);
    g_assert_true(effnet_constant_set_data(&made, bytes, 8));
    g_assert_true(made.data == bytes);
    g_assert_cmpuint(effnet_constant_n_elements(&made), ==, 2);
    g_assert_false(effnet_constant_set_data(&huge, bytes, 8));
    g_assert_false(effnet_constant_set_data(&other, bytes, 8));
}

static void
test_read(void)
{
    EffNetConstant half = {.n_dims = 1, .dims = {4}, .dtype = EFFNET_DTYPE_F16};
    float values[4] = {0};

    g_assert_true(effnet_constant_set_data(&half, bytes, sizeof bytes));
    effnet_constant_read(&half, values, 3);
    g_assert_cmpfloat(values[0], ==, 1);
    g_assert_cmpfloat(values[1], ==, -2);
    g_assert_cmpfloat(values[2], ==, 65504);
    g_assert_cmpfloat(values[3], ==, 0);
}

/* Scales 0.5 and 2; zero points 1 and -1. */
static const guint8 scales[] = {0, 0, 0, 0x3f, 0, 0, 0, 0x40};
static const guint8 zeros[] = {1,    0,    0,    0,    0,    0,    0,    0,
                               0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* Six numbers, 3 x 2, with scales for either dimension, or one for all. */
static void
test_dequantise(void)
{
    static const guint8 whole[] = {0, 1, 2, 0xff, 0x80, 0x7f};
    static const struct {
        gboolean is_unsigned;
        guint n, axis;
        float expected[6];
    } cases[] = {
        {FALSE, 1, 0, {-0.5f, 0, 0.5f, -1, -64.5f, 63}},
        {TRUE, 1, 0, {-0.5f, 0, 0.5f, 127, 63.5f, 63}},
        {FALSE, 2, 1, {-0.5f, 4, 0.5f, 0, -64.5f, 256}},
        {TRUE, 2, 0, {-0.5f, 0, 0.5f, 512, 258, 256}},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gboolean by_row = cases[i].n > 1 && cases[i].axis == 0;
        EffNetConstant made = {
            .n_dims = 2,
            .dims = {by_row ? 2 : 3, by_row ? 3 : 2},
            .dtype = EFFNET_DTYPE_OTHER,
            .quantisation = {1, cases[i].is_unsigned, cases[i].n, cases[i].axis, scales, zeros},
        };
        float values[6];

        g_assert_true(effnet_constant_set_data(&made, whole, sizeof whole));
        effnet_constant_read(&made, values, 6);
        for (guint k = 0; k < 6; k++)
            g_assert_cmpfloat(values[k], ==, cases[i].expected[k]);
    }
}

static void
test_widths(void)
{
    static const guint8 whole[] = {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    EffNetConstant made = {.n_dims = 1, .quantisation = {.n = 1, .scales = scales, .zeros = zeros}};

    for (guint n_bytes = 2; n_bytes <= 8; n_bytes *= 2) {
        float value;

        made.quantisation.n_bytes = n_bytes;
        made.dims[0] = 1;
        g_assert_false(effnet_constant_set_data(&made, whole, n_bytes - 1));
        g_assert_true(effnet_constant_set_data(&made, whole, n_bytes));
        effnet_constant_read(&made, &value, 1);
        g_assert_cmpfloat(value, ==, -1.5f);
    }
}

/* A zero point that is as far as can be from the number. */
static void
test_far_zero(void)
{
    static const guint8 whole[] = {1}, least[8] = {0, 0, 0, 0, 0, 0, 0, 0x80};
    EffNetConstant made = {
        .n_dims = 1,
        .dims = {1},
        .quantisation = {.n_bytes = 1, .n = 1, .scales = scales, .zeros = least},
    };
    float value;

    g_assert_true(effnet_constant_set_data(&made, whole, 1));
    effnet_constant_read(&made, &value, 1);
    g_assert_cmpfloat(value, ==, 0x1p62f);
}

static void
test_least(void)
{
    EffNetQuantisation q = {.n_bytes = 1, .n = 1, .scales = scales, .zeros = zeros};

    g_assert_cmpfloat(effnet_quantisation_least(&q), ==, -64.5);
    q.is_unsigned = TRUE;
    g_assert_cmpfloat(effnet_quantisation_least(&q), ==, -0.5);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/convert/constant/sizes", test_sizes);
    g_test_add_func("/convert/constant/read", test_read);
    g_test_add_func("/convert/constant/dequantise", test_dequantise);
    g_test_add_func("/convert/constant/widths", test_widths);
    g_test_add_func("/convert/constant/far-zero", test_far_zero);
    g_test_add_func("/convert/constant/least", test_least);
    return g_test_run();
}
