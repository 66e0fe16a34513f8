/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "checkasm.h"
#include "kernels/bf16.h"

#define GUARD 256 /* bytes on either side */

static GRand *generator;
static gboolean bench;

typedef struct {
    gsize bytes;
    guint8 canary[GUARD - sizeof(gsize)];
} Front;

static const char *const type_names[EFFNET_TYPES] = {"f32", "bf16", "int8", "u8"};

guint
checkasm_random(guint low, guint high)
{
    return g_rand_int_range(generator, low, high + 1);
}

/* Mostly small numbers, with extremes among them. */
static gint16
random_steps(void)
{
    guint kind = checkasm_random(0, 15), reach = kind > 2 ? 2000 : 32767;

    if (kind < 2)
        return kind == 0 ? G_MAXINT16 : G_MININT16;
    return (gint16)((gint)checkasm_random(0, 2 * reach) - (gint)reach);
}

void
checkasm_randomize(EffNetType type, gpointer data, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (type == EFFNET_TYPE_S16)
            ((gint16 *)data)[i] = random_steps();
        else if (type == EFFNET_TYPE_U8)
            ((guint8 *)data)[i] = checkasm_random(0, 3) ? checkasm_random(0, 255) : 255;
        else
            effnet_type_set(type, data, i, g_rand_double_range(generator, -1, 1));
}

gpointer
checkasm_alloc(EffNetType type, gsize n)
{
    gsize bytes = n * effnet_type_bytes(type);
    Front *front = aligned_alloc(64, (bytes + 2 * GUARD + 63) / 64 * 64);
    guint8 *data = (guint8 *)(front + 1);

    front->bytes = bytes;
    memset(front->canary, 0xa5, sizeof front->canary);
    memset(data, 0xff, bytes); /* NaN, so that reads of what was never written show */
    memset(data + bytes, 0xa5, GUARD);
    return data;
}

void
checkasm_free(gpointer data)
{
    Front *front = (Front *)data - 1;
    const guint8 *behind = (const guint8 *)data + front->bytes;

    for (gsize i = 0; i < sizeof front->canary; i++)
        g_assert_cmphex(front->canary[i], ==, 0xa5);
    for (gsize i = 0; i < GUARD; i++)
        g_assert_cmphex(behind[i], ==, 0xa5);
    free(front);
}

void
checkasm_compare_at(const char *file, int line, EffNetType type, const char *what, gconstpointer a,
                    gconstpointer b, gsize n, float bound)
{
    for (gsize i = 0; i < n; i++) {
        float found = effnet_type_get(type, a, i), expected = effnet_type_get(type, b, i);

        if (!(fabsf(found - expected) <= bound * MAX(1.f, fabsf(expected)))) {
            g_test_message("%s:%d: %s differs at %" G_GSIZE_FORMAT ": %.9g, expected %.9g", file,
                           line, what, i, found, expected);
            g_test_fail();
            return;
        }
    }
}

typedef struct {
    CheckasmTest test;
    const EffNetKernels *kernels;
    EffNetType type;
} Run;

static void
run_test(gconstpointer data)
{
    const Run *run = data;

    run->test(run->kernels, run->type);
}

static gboolean
same_kernels(const EffNetKernels *a, const EffNetKernels *b, EffNetType type)
{
    return a->conv[type].run == b->conv[type].run && a->dwconv[type].run == b->dwconv[type].run &&
           a->maxpool[type] == b->maxpool[type] &&
           (type != EFFNET_TYPE_F32 || a->winograd.input == b->winograd.input);
}

/* The kernels that are tested as LEVEL; NULL if this machine can run none. */
static const EffNetKernels *
find_kernels(const char *level)
{
    const EffNetKernels *kernels = effnet_kernels_find(level);

#ifdef __x86_64__
    if (!kernels && g_str_equal(level, "avxvnni"))
        kernels = checkasm_evex_kernels();
#endif
    return kernels;
}

/* A level inherits what it does not override; only new kernels are tested. */
static gboolean
is_new(const char *const *level, const EffNetKernels *kernels, EffNetType type)
{
    for (const char *const *earlier = effnet_kernels_list(); earlier < level; earlier++) {
        const EffNetKernels *other = find_kernels(*earlier);

        if (other && same_kernels(kernels, other, type))
            return FALSE;
    }
    return TRUE;
}

static void
add_run(const char *name, const Run *run)
{
    g_autofree char *path =
        g_strdup_printf("/%s/%s/%s", name, type_names[run->type], run->kernels->name);

    g_test_add_data_func_full(path, g_memdup2(run, sizeof *run), run_test, g_free);
}

static void
add_type(const char *name, CheckasmTest test, EffNetType type)
{
    const EffNetKernels *plain;

    /* The first level is C. */
    for (const char *const *level = effnet_kernels_list() + 1; *level; level++) {
        const EffNetKernels *kernels = find_kernels(*level);

        if (kernels && kernels->dwconv[type].run && is_new(level, kernels, type))
            add_run(name, &(Run){test, kernels, type});
    }
    for (guint i = 0; type == EFFNET_TYPE_BF16 && (plain = checkasm_c4_bf16(i)); i++)
        add_run(name, &(Run){test, plain, type});
}

void
checkasm_add(const char *name, CheckasmTest test)
{
    add_type(name, test, EFFNET_TYPE_F32);
    add_type(name, test, EFFNET_TYPE_BF16);
}

void
checkasm_add_floats(const char *name, CheckasmTest test)
{
    add_type(name, test, EFFNET_TYPE_F32);
}

void
checkasm_add_bf16(const char *name, CheckasmTest test)
{
    add_type(name, test, EFFNET_TYPE_BF16);
}

void
checkasm_add_int8(const char *name, CheckasmTest test)
{
    add_type(name, test, EFFNET_TYPE_S16);
}

void
checkasm_add_bytes(const char *name, CheckasmTest test)
{
    add_type(name, test, EFFNET_TYPE_U8);
}

static int
by_value(const void *a, const void *b)
{
    return *(const gint64 *)a < *(const gint64 *)b ? -1 : *(const gint64 *)a > *(const gint64 *)b;
}

void
checkasm_bench(const char *name, const EffNetKernels *kernels, EffNetType type, double operations,
               CheckasmFunc func, gconstpointer data)
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
    g_print("# %-28s %-4s %-10s %10.2f us %8.2f GFLOP/s\n", name, type_names[type], kernels->name,
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
    checkasm_conv_int8();
    checkasm_dwconv();
    checkasm_maxpool();
    checkasm_network();
    checkasm_pool();
    checkasm_quant();
    checkasm_winograd();
    return g_test_run();
}
