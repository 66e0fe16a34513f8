/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkasm.h"

static gint16
greatest(const EffNetMaxpool *a, guint x, gsize lane)
{
    gint16 most = G_MININT16;

    for (guint ky = 0; ky < a->kernel; ky++)
        for (guint kx = 0; kx < a->kernel; kx++) {
            guint column = x * a->stride + kx - a->pad;

            if (a->rows[ky] && column < a->in_size)
                most = MAX(most, ((const gint16 *)a->rows[ky])[column * a->in_stride + lane]);
        }
    return most;
}

/* int8 has only one kernel, so this computes the maxima again. */
static void
maxpool_int8(const EffNetMaxpool *a)
{
    for (guint x = 0; x < a->out_size; x++)
        for (gsize lane = 0; lane < (gsize)a->panels * EFFNET_LANES; lane++)
            ((gint16 *)a->out)[x * a->out_stride + lane] = greatest(a, x, lane);
}

static const EffNetMaxpoolKernel twins[EFFNET_TYPES] = {
    [EFFNET_TYPE_F32] = effnet_maxpool_f32_c,
    [EFFNET_TYPE_BF16] = effnet_maxpool_bf16_c,
    [EFFNET_TYPE_S16] = maxpool_int8,
};

/* Checks rows at, above and below the map's edges, and every width. */
static void
check(const EffNetKernels *kernels, EffNetType type, guint size, guint kernel, guint stride,
      guint channels)
{
    guint panels = effnet_panels(channels), pad = (kernel - 1) / 2;
    gsize padded = panels * EFFNET_LANES, step = padded + EFFNET_LANES * checkasm_random(0, 2);
    guint out = (size + 2 * pad - kernel) / stride + 1;
    gsize n_in = size * size * step, n_out = out * padded;
    gpointer in = checkasm_alloc(type, n_in), expected = checkasm_alloc(type, n_out),
             found = checkasm_alloc(type, n_out);
    EffNetMaxpool a = {.in_stride = step,
                       .in_size = size,
                       .out_size = out,
                       .kernel = kernel,
                       .stride = stride,
                       .pad = pad,
                       .out_stride = padded,
                       .panels = panels};

    checkasm_randomize(type, in, n_in);
    for (guint row = 0; row < out; row++) {
        for (guint tap = 0; tap < kernel; tap++) {
            guint at = row * stride + tap - pad;

            a.rows[tap] = at < size ? effnet_type_at(type, in, at * size * step) : NULL;
        }
        a.out = expected;
        twins[type](&a);
        a.out = found;
        kernels->maxpool[type](&a);
        checkasm_compare(type, "max", found, expected, n_out, 0);
    }
    checkasm_free(in);
    checkasm_free(expected);
    checkasm_free(found);
}

static void
test_sizes(const EffNetKernels *kernels, EffNetType type)
{
    for (guint size = 1; size <= 20; size++) {
        check(kernels, type, size, 3, 2, checkasm_random(1, 70));
        check(kernels, type, size, 3, 1, checkasm_random(1, 70));
    }
    check(kernels, type, 9, 5, 2, 16);
}

static void
run_maxpool(gconstpointer data)
{
    const gconstpointer *pair = data;

    (*(const EffNetMaxpoolKernel *)pair[0])(pair[1]);
}

/* ResNet's shape. */
static void
test_bench(const EffNetKernels *kernels, EffNetType type)
{
    gpointer in = checkasm_alloc(type, 3 * 112 * 64), out = checkasm_alloc(type, 56 * 64);
    EffNetMaxpool a = {
        .rows = {in, effnet_type_at(type, in, 112 * 64), effnet_type_at(type, in, 2 * 112 * 64)},
        .in_stride = 64,
        .in_size = 112,
        .out_size = 56,
        .kernel = 3,
        .stride = 2,
        .pad = 1,
        .out = out,
        .out_stride = 64,
        .panels = 4};

    checkasm_randomize(type, in, 3 * 112 * 64);
    checkasm_bench("maxpool_3x3s2_112_64", kernels, type, 9.0 * 56 * 64, run_maxpool,
                   (gconstpointer[]){&kernels->maxpool[type], &a});
    checkasm_free(in);
    checkasm_free(out);
}

void
checkasm_maxpool(void)
{
    checkasm_add("maxpool/sizes", test_sizes);
    checkasm_add("maxpool/shapes", test_bench);
    checkasm_add_int8("maxpool/sizes", test_sizes);
    checkasm_add_int8("maxpool/shapes", test_bench);
}
