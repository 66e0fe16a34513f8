/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkasm.h"

/* Rows above, below and on the picture's edges, at every width. */
static void
check(const EffNetKernels *kernels, guint size, guint kernel, guint stride, guint channels)
{
    guint panels = effnet_panels(channels), pad = (kernel - 1) / 2;
    gsize padded = panels * EFFNET_LANES, step = padded + EFFNET_LANES * checkasm_random(0, 2);
    guint out = (size + 2 * pad - kernel) / stride + 1;
    gsize n_in = size * size * step, n_out = out * padded;
    float *in = checkasm_alloc(n_in), *expected = checkasm_alloc(n_out),
          *found = checkasm_alloc(n_out);
    EffNetMaxpool a = {.in_step = step,
                       .in_size = size,
                       .out_size = out,
                       .kernel = kernel,
                       .stride = stride,
                       .pad = pad,
                       .out_step = padded,
                       .panels = panels};

    checkasm_randomize(in, n_in);
    for (guint row = 0; row < out; row++) {
        for (guint tap = 0; tap < kernel; tap++) {
            guint at = row * stride + tap - pad;

            a.rows[tap] = at < size ? in + at * size * step : NULL;
        }
        a.out = expected;
        effnet_maxpool_f32_c(&a);
        a.out = found;
        kernels->maxpool[EFFNET_TYPE_F32](&a);
        checkasm_compare("max", found, expected, n_out, 0);
    }
    checkasm_free(in);
    checkasm_free(expected);
    checkasm_free(found);
}

static void
test_sizes(const EffNetKernels *kernels)
{
    for (guint size = 1; size <= 20; size++) {
        check(kernels, size, 3, 2, checkasm_random(1, 70));
        check(kernels, size, 3, 1, checkasm_random(1, 70));
    }
    check(kernels, 9, 5, 2, 16);
}

static void
run_maxpool(gconstpointer data)
{
    const gconstpointer *pair = data;

    ((const EffNetKernels *)pair[0])->maxpool[EFFNET_TYPE_F32](pair[1]);
}

/* ResNet's. */
static void
test_bench(const EffNetKernels *kernels)
{
    float *in = checkasm_alloc(3 * 112 * 64), *out = checkasm_alloc(56 * 64);
    EffNetMaxpool a = {.rows = {in, in + 112 * 64, in + 2 * 112 * 64},
                       .in_step = 64,
                       .in_size = 112,
                       .out_size = 56,
                       .kernel = 3,
                       .stride = 2,
                       .pad = 1,
                       .out = out,
                       .out_step = 64,
                       .panels = 4};

    checkasm_randomize(in, 3 * 112 * 64);
    checkasm_bench("maxpool_3x3s2_112_64", kernels, 9.0 * 56 * 64, run_maxpool,
                   (gconstpointer[]){kernels, &a});
    checkasm_free(in);
    checkasm_free(out);
}

void
checkasm_maxpool(void)
{
    checkasm_add("maxpool/sizes", test_sizes);
    checkasm_add("maxpool/shapes", test_bench);
}
