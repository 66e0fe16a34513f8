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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/convert/constant/sizes", test_sizes);
    g_test_add_func("/convert/constant/read", test_read);
    return g_test_run();
}
