/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <string.h>

#include "checkpoint/formats.h"
#include "../support.h"

static void
test_measure(void)
{
    EffNetTensor tensor = {.n_dims = 2, .dims = {3, 5}, .strides = {1, 3}};
    guint64 n, extent;

    g_assert_true(effnet_tensor_measure(&tensor, &n, &extent));
    g_assert_cmpuint(n, ==, 15);
    g_assert_cmpuint(extent, ==, 15);
    tensor.strides[1] = 100;
    g_assert_true(effnet_tensor_measure(&tensor, &n, &extent));
    g_assert_cmpuint(extent, ==, 403);
    tensor.strides[0] = tensor.strides[1] = 0;
    g_assert_true(effnet_tensor_measure(&tensor, &n, &extent));
    g_assert_cmpuint(extent, ==, 1);
    tensor.dims[0] = 0;
    g_assert_true(effnet_tensor_measure(&tensor, &n, &extent));
    g_assert_cmpuint(n, ==, 0);
    g_assert_cmpuint(extent, ==, 0);
    tensor = (EffNetTensor){.n_dims = 2, .dims = {G_MAXUINT64, 2}, .strides = {0, 0}};
    g_assert_false(effnet_tensor_measure(&tensor, &n, &extent));
    tensor = (EffNetTensor){.n_dims = 1, .dims = {3}, .strides = {G_MAXUINT64}};
    g_assert_false(effnet_tensor_measure(&tensor, &n, &extent));
    tensor = (EffNetTensor){.n_dims = 1, .dims = {2}, .strides = {G_MAXUINT64}};
    g_assert_false(effnet_tensor_measure(&tensor, &n, &extent));
    tensor.n_dims = 0;
    g_assert_true(effnet_tensor_measure(&tensor, &n, &extent));
    g_assert_cmpuint(n, ==, 1);
}

static void
test_dense(void)
{
    EffNetTensor tensor = {.n_dims = 3, .dims = {2, 3, 4}};

    g_assert_true(effnet_tensor_set_dense(&tensor));
    g_assert_cmpuint(tensor.strides[0], ==, 12);
    g_assert_cmpuint(tensor.strides[1], ==, 4);
    g_assert_cmpuint(tensor.strides[2], ==, 1);
    tensor.dims[0] = tensor.dims[1] = G_MAXUINT32;
    tensor.dims[2] = G_MAXUINT32;
    g_assert_false(effnet_tensor_set_dense(&tensor));
}

static void
test_f16(void)
{
    static const struct {
        guint16 half;
        float value;
    } cases[] = {
        {0x0000, 0},        {0x3c00, 1},           {0xc000, -2},       {0x7bff, 65504},
        {0x0001, 0x1p-24f}, {0x83ff, -0x3ffp-24f}, {0x0400, 0x1p-14f}, {0x3555, 0x1.554p-2f},
        {0x7c00, INFINITY}, {0xfc00, -INFINITY},
    };
    guint16 nan = GUINT16_TO_LE(0x7e00);
    float value;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint16 half = GUINT16_TO_LE(cases[i].half);

        effnet_convert_to_f32(&value, &half, 1, EFFNET_DTYPE_F16);
        g_assert_true(value == cases[i].value);
    }
    effnet_convert_to_f32(&value, &nan, 1, EFFNET_DTYPE_F16);
    g_assert_true(isnan(value));
}

static void
test_convert(void)
{
    static const guint8 bf16[] = {0x80, 0x3f, 0x49, 0xc0};
    static const guint8 f32[] = {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0};
    static const guint8 f64[] = {0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0};
    float values[2];

    effnet_convert_to_f32(values, bf16, 2, EFFNET_DTYPE_BF16);
    g_assert_cmpfloat(values[0], ==, 1);
    g_assert_cmpfloat(values[1], ==, -3.140625f);
    effnet_convert_to_f32(values, f32, 2, EFFNET_DTYPE_F32);
    g_assert_cmpfloat(values[1], ==, -2);
    effnet_convert_to_f32(values, f64, 2, EFFNET_DTYPE_F64);
    g_assert_cmpfloat(values[0], ==, 1.5);
    g_assert_cmpfloat(values[1], ==, -2);
    g_assert_cmpuint(effnet_dtype_size(EFFNET_DTYPE_F64), ==, 8);
    g_assert_cmpuint(effnet_dtype_size(EFFNET_DTYPE_OTHER), ==, 0);
}

/* Checks every element. */
static void
check_permute(const EffNetTensor *tensor)
{
    EffNetTensor dense = *tensor;
    guint64 n, extent;
    g_autofree float *src = NULL, *dst = NULL;

    g_assert_true(effnet_tensor_measure(tensor, &n, &extent));
    effnet_tensor_set_dense(&dense);
    src = g_new(float, extent);
    dst = g_new0(float, n);
    for (guint64 i = 0; i < extent; i++)
        src[i] = (float)i + 1;
    effnet_permute(dst, dense.strides, src, tensor);
    for (guint64 i = 0; i < n; i++) {
        guint64 at = 0;

        for (guint d = 0; d < tensor->n_dims; d++)
            at += i / dense.strides[d] % tensor->dims[d] * tensor->strides[d];
        g_assert_cmpfloat(dst[i], ==, (float)at + 1);
    }
}

static void
test_permute(void)
{
    static const EffNetTensor cases[] = {
        {.n_dims = 0},
        {.n_dims = 1, .dims = {7}, .strides = {1}},
        {.n_dims = 1, .dims = {7}, .strides = {3}},
        {.n_dims = 1, .dims = {7}, .strides = {0}},
        {.n_dims = 2, .dims = {3, 5}, .strides = {1, 3}},
        {.n_dims = 2, .dims = {100, 37}, .strides = {1, 100}},
        {.n_dims = 2, .dims = {17, 33}, .strides = {40, 1}},
        {.n_dims = 4, .dims = {32, 3, 3, 3}, .strides = {1, 32, 288, 96}},
        {.n_dims = 4, .dims = {24, 1, 5, 5}, .strides = {1, 1, 120, 24}},
        {.n_dims = 4, .dims = {16, 32, 1, 1}, .strides = {1, 16, 512, 512}},
        {.n_dims = 4, .dims = {2, 3, 4, 5}, .strides = {60, 20, 5, 1}},
        {.n_dims = 4, .dims = {5, 4, 3, 2}, .strides = {0, 6, 0, 1}},
        {.n_dims = 5, .dims = {2, 3, 2, 3, 2}, .strides = {1, 2, 6, 12, 36}},
        {.n_dims = 8, .dims = {2, 2, 2, 2, 2, 2, 2, 2}, .strides = {1, 4, 2, 8, 64, 16, 32, 128}},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check_permute(&cases[i]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/tensor/measure", test_measure);
    g_test_add_func("/model/tensor/dense", test_dense);
    g_test_add_func("/model/tensor/f16", test_f16);
    g_test_add_func("/model/tensor/convert", test_convert);
    g_test_add_func("/model/tensor/permute", test_permute);
    return g_test_run();
}
