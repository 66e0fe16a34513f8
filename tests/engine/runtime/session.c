/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <string.h>

#include <effnet/effnet.h>

#include "kernels/kernels.h"

#define RESOLUTION 64
#define CLASSES    37

static EffNetModel *
random_model(const char *name, guint seed, EffNetPrecision precision)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);
    g_autoptr(GError) error = NULL;
    const EffNetModelOptions options = {.resolution = RESOLUTION, .precision = precision};
    EffNetModel *model = effnet_model_new_random(arch, seed, CLASSES, &options, &error);

    g_assert_no_error(error);
    return model;
}

static gboolean
have_bf16(void)
{
    return effnet_kernels_have(effnet_kernels_get(), EFFNET_TYPE_BF16);
}

static float *
random_image(guint seed)
{
    GRand *rand = g_rand_new_with_seed(seed);
    float *image = g_new(float, 3 * RESOLUTION * RESOLUTION);

    for (gsize i = 0; i < 3 * RESOLUTION * RESOLUTION; i++)
        image[i] = g_rand_double_range(rand, -2, 2);
    g_rand_free(rand);
    return image;
}

static float *
infer(EffNetModel *model, guint threads, guint batch, guint place)
{
    g_autoptr(EffNetSession) session = effnet_session_new(model, batch, threads, NULL);

    for (guint i = 0; i < batch; i++) {
        g_autofree float *image = random_image(i == place ? 1000 : i);

        effnet_session_set_tensor(session, i, image);
    }
    effnet_session_run(session, batch);
    return g_memdup2(effnet_session_get_logits(session, place), CLASSES * sizeof(float));
}

/* Results are the same, bit for bit, for any number of threads, batch and place in it. */
static void
check_same_results(EffNetPrecision precision)
{
    g_autoptr(EffNetModel) model = random_model("b0", 1, precision);
    g_autofree float *expected = infer(model, 1, 1, 0);
    float spread = 0;

    for (guint i = 0; i < CLASSES; i++)
        spread = MAX(spread, fabsf(expected[i] - expected[0]));
    g_assert_cmpfloat(spread, >, 0.1);
    for (guint threads = 1; threads <= 4; threads++)
        for (guint batch = 1; batch <= 3; batch++) {
            g_autofree float *found = infer(model, threads, batch, batch - 1);

            g_assert_cmpmem(found, CLASSES * sizeof(float), expected, CLASSES * sizeof(float));
        }
    /* More images than any op takes at once. */
    for (guint place = 0; place < 11; place += 5) {
        g_autofree float *found = infer(model, 2, 11, place);

        g_assert_cmpmem(found, CLASSES * sizeof(float), expected, CLASSES * sizeof(float));
    }
}

static void
test_same_results(void)
{
    check_same_results(EFFNET_PRECISION_FP32);
    if (have_bf16())
        check_same_results(EFFNET_PRECISION_BF16);
}

/* OpenBLAS's kernels, by the names that OPENBLAS_CORETYPE knows, and whether this CPU can run
 * them. */
typedef struct {
    const char *name;
    gboolean runs;
} CoreType;

static GArray *
new_core_types(void)
{
    GArray *types = g_array_new(FALSE, FALSE, sizeof(CoreType));
#ifdef __x86_64__
    const gboolean avx = __builtin_cpu_supports("avx"),
                   fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"),
                   avx512 =
                       __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    const CoreType x86[] = {
        {"Prescott", __builtin_cpu_supports("sse3")},
        {"Core2", __builtin_cpu_supports("ssse3")},
        {"Atom", __builtin_cpu_supports("ssse3")},
        {"Bobcat", __builtin_cpu_supports("ssse3")},
        {"Penryn", __builtin_cpu_supports("sse4.1")},
        {"Nehalem", __builtin_cpu_supports("sse4.2")},
        {"Sandybridge", avx},
        {"Haswell", fma},
        {"Zen", fma},
        {"SkylakeX", avx512},
        {"Cooperlake", avx512 && __builtin_cpu_supports("avx512bf16")},
    };

    g_array_append_vals(types, x86, G_N_ELEMENTS(x86));
#endif
    return types;
}

/* OpenBLAS reads the environment once, when it is loaded, so that each core type needs a
 * process. */
static void
test_core_type(gconstpointer data)
{
    const CoreType *type = data;

    if (!type->runs) {
        g_test_skip_printf("this CPU cannot run OpenBLAS' kernels for %s", type->name);
        return;
    }
    if (g_test_subprocess()) {
        g_setenv("OPENBLAS_CORETYPE", type->name, TRUE);
        g_assert_true(effnet_cpu_cap("blas", NULL));
        check_same_results(EFFNET_PRECISION_FP32);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
}

static void
add_core_type_tests(const GArray *types)
{
    for (guint i = 0; i < types->len; i++) {
        const CoreType *type = &g_array_index(types, CoreType, i);
        g_autofree char *path = g_strconcat("/session/openblas/", type->name, NULL);

        g_test_add_data_func(path, type, test_core_type);
    }
}

/* Networks in bf16 are close to fp32, but not the same. Only families that random weights do not
 * make chaotic; tests/parity has them all. */
static void
test_bf16(void)
{
    static const char *const names[] = {"b0",           "lite0",        "es",
                                        "mobilenet-v1", "mobilenet-v2", "resnet50"};

    if (!have_bf16()) {
        g_test_skip("this CPU has no AVX512-BF16");
        return;
    }
    for (gsize n = 0; n < G_N_ELEMENTS(names); n++) {
        g_autoptr(EffNetModel) model = random_model(names[n], 6, EFFNET_PRECISION_BF16);
        g_autoptr(EffNetModel) exact = random_model(names[n], 6, EFFNET_PRECISION_FP32);
        g_autofree float *found = infer(model, 2, 3, 2), *expected = infer(exact, 2, 3, 2);
        double product = 0, found_square = 0, expected_square = 0, cosine;

        for (guint i = 0; i < CLASSES; i++) {
            product += found[i] * expected[i];
            found_square += found[i] * found[i];
            expected_square += expected[i] * expected[i];
        }
        cosine = product / sqrt(found_square * expected_square);
        g_test_message("%s: cosine %.6f", names[n], cosine);
        g_assert_cmpfloat(cosine, >, 0.998);
        g_assert_cmpfloat(cosine, <, 1);
    }
}

/* The input stays: a second inference gives the same. */
static void
test_repeated(void)
{
    g_autoptr(EffNetModel) model = random_model("lite0", 2, EFFNET_PRECISION_FP32);
    g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 0, NULL);
    g_autofree float *image = random_image(5), *first = NULL;

    effnet_session_set_tensor(session, 0, image);
    effnet_session_run(session, 1);
    first = g_memdup2(effnet_session_get_logits(session, 0), CLASSES * sizeof(float));
    for (int i = 0; i < 50; i++) {
        effnet_session_run(session, 1);
        g_assert_cmpmem(effnet_session_get_logits(session, 0), CLASSES * sizeof(float), first,
                        CLASSES * sizeof(float));
    }
}

static gpointer
infer_often(gpointer model)
{
    g_autofree float *first = infer(model, 2, 1, 0);

    for (int i = 0; i < 20; i++) {
        g_autofree float *again = infer(model, 2, 2, 1);

        g_assert_cmpmem(again, CLASSES * sizeof(float), first, CLASSES * sizeof(float));
    }
    return NULL;
}

/* Sessions on several threads share a model. */
static void
test_shared_model(void)
{
    g_autoptr(EffNetModel) model = random_model("b0", 3, EFFNET_PRECISION_AUTO);
    GThread *threads[4];

    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("stream", infer_often, model);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

/* Every level agrees with the reference, with squeeze-excite and without. */
static void
test_levels(void)
{
    static const char *const names[] = {"b0", "lite0"};
    const char *const *levels = effnet_cpu_list();

    for (gsize n = 0; n < G_N_ELEMENTS(names); n++) {
        g_autofree float *expected = NULL;

        for (guint l = 0; levels[l]; l++) {
            g_autoptr(EffNetModel) model = NULL;
            g_autofree float *found = NULL;

            g_assert_true(effnet_cpu_cap(levels[l], NULL));
            model = random_model(names[n], 4, EFFNET_PRECISION_FP32);
            found = infer(model, 2, 1, 0);
            for (guint i = 0; expected && i < CLASSES; i++)
                g_assert_cmpfloat_with_epsilon(found[i], expected[i], 1e-3);
            if (!expected)
                expected = g_steal_pointer(&found);
        }
    }
}

/* A caller's mistake is reported, and nothing else happens. */
static void
test_no_batch(void)
{
    g_autoptr(EffNetModel) model = random_model("b0", 1, EFFNET_PRECISION_FP32);
    GError *error = NULL;

    g_test_expect_message("effnet", G_LOG_LEVEL_CRITICAL, "*max_batch > 0*");
    g_assert_null(effnet_session_new(model, 0, 1, &error));
    g_test_assert_expected_messages();
    g_assert_no_error(error);
}

static void
test_profile(void)
{
    g_autoptr(EffNetModel) model = random_model("b0", 1, EFFNET_PRECISION_FP32);
    g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 1, NULL);
    g_autofree float *image = random_image(1);
    guint64 macs = 0;
    EffNetArchCost cost;
    g_autoptr(EffNetArch) arch = effnet_arch_new("b0", NULL);

    effnet_session_set_tensor(session, 0, image);
    effnet_session_set_profile(session, TRUE);
    effnet_session_run(session, 1);
    effnet_session_run(session, 1);
    for (guint i = 0; i < effnet_session_get_n_ops(session); i++) {
        EffNetOpProfile op;

        effnet_session_get_op(session, i, &op);
        g_assert_cmpuint(op.runs, ==, 2);
        g_assert_nonnull(op.name);
        macs += op.macs;
    }
    effnet_arch_get_cost(arch, RESOLUTION, CLASSES, &cost);
    g_assert_cmpuint(macs, ==, cost.macs);
}

int
main(int argc, char **argv)
{
    g_autoptr(GArray) core_types = new_core_types();

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/same-results", test_same_results);
    if (!g_getenv("EFFNET_ISA")) /* which would cap the level that these set */
        add_core_type_tests(core_types);
    g_test_add_func("/session/bf16", test_bf16);
    g_test_add_func("/session/repeated", test_repeated);
    g_test_add_func("/session/shared-model", test_shared_model);
    g_test_add_func("/session/no-batch", test_no_batch);
    g_test_add_func("/session/profile", test_profile);
    g_test_add_func("/session/levels", test_levels); /* last, since it caps the level */
    return g_test_run();
}
