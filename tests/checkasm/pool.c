/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernels/pool.h"

#include <math.h>

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

/* The mean of the pixels of a square that are in a row of SIZE pixels, and in the row below if
 * there is one, whose channel 0 is at IN. */
static double
mean_of(EffNetType type, gconstpointer in, guint x, guint size, gsize stride, gsize below)
{
    double sum = 0;
    guint n = 0;

    for (guint row = 0; row < (below ? 2 : 1); row++)
        for (guint column = x; column < MIN(size, x + 2); column++, n++)
            sum += effnet_type_get(type, in, row * below + column * stride);
    return sum / n;
}

/* HAS_LOWER: whether there is a row below. */
static void
check_average(EffNetType type, guint size, guint panels, gboolean has_lower)
{
    gsize channels = panels * EFFNET_LANES, out_stride = channels + checkasm_random(0, 40);
    gsize row = size * channels, below = has_lower ? row + checkasm_random(0, 9) : 0;
    guint means = (size + 1) / 2;
    gpointer in = checkasm_alloc(type, row + below), out = checkasm_alloc(type, means * out_stride);

    checkasm_randomize(type, in, row + below);
    effnet_average(&(EffNetAverage){.type = type,
                                    .in = in,
                                    .below = below,
                                    .size = size,
                                    .panels = panels,
                                    .out = out,
                                    .out_stride = out_stride});
    for (guint x = 0; x < means; x++)
        for (guint i = 0; i < channels; i++) {
            double expected =
                mean_of(type, effnet_type_at(type, in, i), 2 * x, size, channels, below);
            double found = effnet_type_get(type, out, x * out_stride + i);
            double digit = type == EFFNET_TYPE_BF16 ? 0x1p-8 : 1e-6; /* of a number */

            g_assert_cmpfloat(fabs(found - expected), <=,
                              type == EFFNET_TYPE_S16 ? 0.5 : fabs(expected) * digit + 1e-6);
        }
    checkasm_free(in);
    checkasm_free(out);
}

static void
test_average(void)
{
    static const EffNetType types[] = {EFFNET_TYPE_F32, EFFNET_TYPE_BF16, EFFNET_TYPE_S16};

    for (gsize t = 0; t < G_N_ELEMENTS(types); t++)
        for (guint size = 1; size <= 9; size++)
            for (guint panels = 1; panels <= 5; panels++) {
                check_average(types[t], size, panels, FALSE);
                check_average(types[t], size, panels, TRUE);
            }
}

void
checkasm_pool(void)
{
    g_test_add_func("/pool/sizes", test_sizes);
    g_test_add_func("/pool/average", test_average);
}
