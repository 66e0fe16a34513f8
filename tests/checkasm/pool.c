/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernels/pool.h"

#include "kernels/bf16.h"
#include "checkasm.h"

/* There is one kernel for all levels, so this computes the maxima and means again, in another order
 * and with more digits. */
static void
check(EffNetType type, guint pixels, guint channels)
{
    gsize stride = channels + checkasm_random(0, 20), n = pixels * stride;
    gpointer in = checkasm_alloc(type, n);
    float *expected = checkasm_alloc(EFFNET_TYPE_F32, 2 * channels);
    float *found = checkasm_alloc(EFFNET_TYPE_F32, 2 * channels);
    float unit = type == EFFNET_TYPE_S16 ? 0x1p-15f : 1;

    checkasm_randomize(type, in, n);
    for (guint i = 0; i < channels; i++) {
        double most = -G_MAXDOUBLE, sum = 0;

        for (guint p = pixels; p-- > 0;) {
            double x = effnet_type_get(type, in, p * stride + i);

            most = MAX(most, x);
            sum += x;
        }
        expected[i] = (float)(most * unit);
        expected[channels + i] = (float)(sum / pixels * unit);
    }
    effnet_pool(&(EffNetPool){.type = type,
                              .in = in,
                              .in_stride = stride,
                              .pixels = pixels,
                              .channels = channels,
                              .unit = unit,
                              .out = found});
    checkasm_compare(EFFNET_TYPE_F32, "maxima", found, expected, channels, 0);
    checkasm_compare(EFFNET_TYPE_F32, "means", found + channels, expected + channels, channels,
                     1e-5f);
    checkasm_free(in);
    checkasm_free(expected);
    checkasm_free(found);
}

static void
test_sizes(void)
{
    static const EffNetType types[] = {EFFNET_TYPE_F32, EFFNET_TYPE_BF16, EFFNET_TYPE_S16};

    for (gsize t = 0; t < G_N_ELEMENTS(types); t++) {
        for (guint size = 1; size <= 20; size++)
            check(types[t], size * size, checkasm_random(1, 70));
        check(types[t], 49, 512);
    }
}

void
checkasm_pool(void)
{
    g_test_add_func("/pool/sizes", test_sizes);
}
