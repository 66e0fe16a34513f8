/* SPDX-License-Identifier: BSD-2-Clause */
#include "latency.h"

#include <time.h>

#define WARM_UP_RUNS 3
#define SEED         1

static double
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void
fill_batch(EffNetSession *session, guint batch)
{
    const EffNetModelInfo *info = effnet_model_get_info(effnet_session_get_model(session));
    gsize size = (gsize)info->in_channels * info->resolution * info->resolution;
    g_autofree float *chw = g_new(float, size);
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);

    for (guint i = 0; i < batch; i++) {
        for (gsize j = 0; j < size; j++)
            chw[j] = g_rand_double_range(rand, -1, 1);
        effnet_session_set_tensor(session, i, chw);
    }
}

/* Runs one inference and appends its milliseconds to TIMES; returns the time after it. */
static double
measure_run(EffNetSession *session, guint batch, GArray *times)
{
    double begin = now_ms(), end, ms;

    effnet_session_run(session, batch);
    end = now_ms();
    ms = end - begin;
    g_array_append_val(times, ms);
    return end;
}

GArray *
effnet_latency_measure(EffNetSession *session, guint batch, double seconds, guint min_runs,
                       gboolean profile)
{
    GArray *times = g_array_new(FALSE, FALSE, sizeof(double));
    double end, stop;

    fill_batch(session, batch);
    for (guint i = 0; i < MIN(WARM_UP_RUNS, min_runs); i++)
        effnet_session_run(session, batch);
    effnet_session_set_profile(session, profile);
    stop = now_ms() + seconds * 1e3;
    do
        end = measure_run(session, batch, times);
    while (end < stop || times->len < min_runs);
    return times;
}

GArray *
effnet_latency_measure_runs(EffNetSession *session, guint batch, guint runs, gboolean profile)
{
    GArray *times = g_array_new(FALSE, FALSE, sizeof(double));

    fill_batch(session, batch);
    effnet_session_set_profile(session, profile);
    while (times->len < runs)
        measure_run(session, batch, times);
    return times;
}

static int
compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void
effnet_latency_sort(GArray *times)
{
    g_array_sort(times, compare_doubles);
}

double
effnet_latency_percentile(const GArray *sorted, guint percent)
{
    return g_array_index(sorted, double, (gsize)(sorted->len - 1) * percent / 100);
}
