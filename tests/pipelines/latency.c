/* SPDX-License-Identifier: BSD-2-Clause */
#include "latency.h"

static void
test_measure(void)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new_scaled(
        "lite0", &(EffNetScaling){.width = 0.1, .depth = 0.1, .resolution = 32}, NULL);
    g_autoptr(EffNetModel) model = effnet_model_new_random(arch, 1, 10, NULL, NULL);
    g_autoptr(EffNetSession) session = effnet_session_new(model, 2, 1, NULL);
    g_autoptr(GArray) times = effnet_latency_measure(session, 2, 0, 7, TRUE);
    EffNetOpProfile op;

    g_assert_cmpuint(times->len, ==, 7);
    for (guint i = 0; i < times->len; i++)
        g_assert_cmpfloat(g_array_index(times, double, i), >, 0);
    effnet_session_get_op(session, 0, &op);
    g_assert_cmpuint(op.runs, ==, 7);
}

/* Exactly as many inferences as asked for. */
static void
test_runs(void)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new_scaled(
        "lite0", &(EffNetScaling){.width = 0.1, .depth = 0.1, .resolution = 32}, NULL);
    g_autoptr(EffNetModel) model = effnet_model_new_random(arch, 1, 10, NULL, NULL);
    g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 1, NULL);
    g_autoptr(GArray) times = NULL;
    EffNetOpProfile op;

    effnet_session_set_profile(session, TRUE);
    times = effnet_latency_measure_runs(session, 1, 2, TRUE);
    g_assert_cmpuint(times->len, ==, 2);
    effnet_session_get_op(session, 0, &op);
    g_assert_cmpuint(op.runs, ==, 2);
}

static void
test_percentile(void)
{
    const double values[] = {5, 1, 4, 2, 3};
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(double));

    g_array_append_vals(times, values, G_N_ELEMENTS(values));
    effnet_latency_sort(times);
    g_assert_cmpfloat(effnet_latency_percentile(times, 0), ==, 1);
    g_assert_cmpfloat(effnet_latency_percentile(times, 50), ==, 3);
    g_assert_cmpfloat(effnet_latency_percentile(times, 99), ==, 4);
    g_assert_cmpfloat(effnet_latency_percentile(times, 100), ==, 5);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pipelines/latency/measure", test_measure);
    g_test_add_func("/pipelines/latency/runs", test_runs);
    g_test_add_func("/pipelines/latency/percentile", test_percentile);
    return g_test_run();
}
