/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "checkasm.h"

#define GUARD 64 /* floats on either side */

static GRand *generator;
static gboolean bench;

typedef struct {
    gsize n;
    guint8 canary[GUARD * sizeof(float) - sizeof(gsize)];
} Front;

void
checkasm_randomize(float *data, gsize n)
{
    for (gsize i = 0; i < n; i++)
        data[i] = g_rand_double_range(generator, -1, 1);
}

guint
checkasm_random(guint low, guint high)
{
    return g_rand_int_range(generator, low, high + 1);
}

float *
checkasm_alloc(gsize n)
{
    Front *front = aligned_alloc(64, ((n + 2 * GUARD) * sizeof(float) + 63) / 64 * 64);
    float *data = (float *)(front + 1);

    front->n = n;
    memset(front->canary, 0xa5, sizeof front->canary);
    memset(data, 0xff, n * sizeof *data); /* NaN: what is read unwritten shows */
    memset(data + n, 0xa5, GUARD * sizeof *data);
    return data;
}

void
checkasm_free(float *data)
{
    Front *front = (Front *)data - 1;
    const guint8 *behind = (const guint8 *)(data + front->n);

    for (gsize i = 0; i < sizeof front->canary; i++)
        g_assert_cmphex(front->canary[i], ==, 0xa5);
    for (gsize i = 0; i < GUARD * sizeof(float); i++)
        g_assert_cmphex(behind[i], ==, 0xa5);
    free(front);
}

void
checkasm_compare_at(const char *file, int line, const char *what, const float *a, const float *b,
                    gsize n, float bound)
{
    for (gsize i = 0; i < n; i++)
        if (!(fabsf(a[i] - b[i]) <= bound * MAX(1.f, fabsf(b[i])))) {
            g_test_message("%s:%d: %s differs at %" G_GSIZE_FORMAT ": %.9g, expected %.9g", file,
                           line, what, i, a[i], b[i]);
            g_test_fail();
            return;
        }
}

static void
run_test(gconstpointer data)
{
    const gconstpointer *pair = data;

    ((CheckasmTest)pair[0])(pair[1]);
}

void
checkasm_add(const char *name, CheckasmTest test)
{
    for (const char *const *level = effnet_kernels_list(); *level; level++) {
        g_autofree char *path = g_strdup_printf("/%s/%s", name, *level);
        const EffNetKernels *kernels = effnet_kernels_find(*level);
        gpointer *pair;

        if (!kernels || g_str_equal(*level, "c"))
            continue;
        pair = g_new(gpointer, 2);
        pair[0] = test;
        pair[1] = (gpointer)kernels;
        g_test_add_data_func_full(path, pair, run_test, g_free);
    }
}

static int
by_value(const void *a, const void *b)
{
    return *(const gint64 *)a < *(const gint64 *)b ? -1 : *(const gint64 *)a > *(const gint64 *)b;
}

void
checkasm_bench(const char *name, const EffNetKernels *kernels, double operations, CheckasmFunc func,
               gconstpointer data)
{
    gint64 times[21];
    guint repeats = CLAMP(2e6 / operations, 1, 10000);

    if (!bench)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        gint64 begin = g_get_monotonic_time();

        for (guint r = 0; r < repeats; r++)
            func(data);
        times[i] = g_get_monotonic_time() - begin;
    }
    qsort(times, G_N_ELEMENTS(times), sizeof *times, by_value);
    g_print("# %-28s %-7s %10.2f us %8.2f GFLOP/s\n", name, kernels->name,
            (double)times[10] / repeats, operations * repeats / MAX(1, times[10]) / 1e3);
}

int
main(int argc, char **argv)
{
    guint32 seed = g_random_int();

    for (int i = 1; i < argc; i++)
        if (g_str_equal(argv[i], "--bench"))
            bench = TRUE;
        else if (g_str_has_prefix(argv[i], "--random="))
            seed = strtoul(argv[i] + strlen("--random="), NULL, 0);
    g_test_init(&argc, &argv, NULL);
    g_print("# checkasm: --random=%u repeats this run\n", seed);
    generator = g_rand_new_with_seed(seed);
    checkasm_conv();
    checkasm_dwconv();
    checkasm_maxpool();
    checkasm_winograd();
    return g_test_run();
}
