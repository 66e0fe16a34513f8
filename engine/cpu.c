/* SPDX-License-Identifier: BSD-2-Clause */
#include <sched.h>
#include <stdlib.h>

#include <effnet/cpu.h>
#include <effnet/error.h>

#include "kernels/kernels.h"

static gint cap = -1; /* index of the highest level that effnet_cpu_cap() allows */

const char *const *
effnet_cpu_list(void)
{
    return effnet_kernels_list();
}

static int
level_of(const char *isa)
{
    const char *const *list = effnet_kernels_list();

    for (int i = 0; list[i]; i++)
        if (g_str_equal(list[i], isa))
            return i;
    return -1;
}

gboolean
effnet_cpu_cap(const char *isa, GError **error)
{
    g_autofree char *known = NULL;
    int level = level_of(isa);

    if (level >= 0) {
        g_atomic_int_set(&cap, level);
        return TRUE;
    }
    known = g_strjoinv(", ", (char **)effnet_kernels_list());
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "no instruction set is called \"%s\"; known are %s", isa, known);
    return FALSE;
}

static int
highest_allowed(void)
{
    int level = g_strv_length((char **)effnet_kernels_list()) - 1, limit = g_atomic_int_get(&cap);
    const char *environment = g_getenv("EFFNET_ISA");

    if (limit >= 0)
        level = MIN(level, limit);
    if (environment && *environment) {
        limit = level_of(environment);
        if (limit >= 0)
            level = MIN(level, limit);
        else
            g_warning("EFFNET_ISA: no instruction set is called \"%s\"", environment);
    }
    return level;
}

const EffNetKernels *
effnet_kernels_get(void)
{
    const EffNetKernels *kernels = NULL;

    for (int level = highest_allowed(); !kernels; level--)
        kernels = effnet_kernels_find(effnet_kernels_list()[level]);
    return kernels;
}

const char *
effnet_cpu_get(void)
{
    return effnet_kernels_get()->name;
}

double
effnet_cpu_measure_peak(EffNetPrecision precision)
{
    double (*peak)(guint rounds) = effnet_kernels_get()->peak[effnet_precision_get_type(precision)];
    const guint rounds = 1 << 18;
    double best = 0;

    g_return_val_if_fail(peak, 0);
    for (int i = 0; i < 20; i++) {
        gint64 begin = g_get_monotonic_time();
        double operations = peak(rounds);
        gint64 microseconds = MAX(1, g_get_monotonic_time() - begin);

        best = MAX(best, operations / microseconds / 1e3);
    }
    return best;
}

/* The CPUs that the cgroup allows, rounded up, from v2's "MAX PERIOD" or v1's two files; 0: no
 * limit that can be read. */
static guint
cgroup_quota(void)
{
    g_autofree char *text = NULL, *v1_quota = NULL, *v1_period = NULL;
    double quota = 0, period = 0;

    if (g_file_get_contents("/sys/fs/cgroup/cpu.max", &text, NULL, NULL)) {
        char *rest;

        quota = g_ascii_strtod(text, &rest);
        period = g_ascii_strtod(rest, NULL);
    } else if (g_file_get_contents("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", &v1_quota, NULL, NULL) &&
               g_file_get_contents("/sys/fs/cgroup/cpu/cpu.cfs_period_us", &v1_period, NULL,
                                   NULL)) {
        quota = g_ascii_strtod(v1_quota, NULL);
        period = g_ascii_strtod(v1_period, NULL);
    }
    return quota > 0 && period > 0 ? MAX(1, (guint)((quota + period - 1) / period)) : 0;
}

guint
effnet_cpu_get_threads(void)
{
    static gsize threads;

    if (g_once_init_enter(&threads)) {
        cpu_set_t set;
        guint n =
            sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : g_get_num_processors();
        guint quota = cgroup_quota();

        g_once_init_leave(&threads, MAX(1, quota ? MIN(n, quota) : n));
    }
    return threads;
}
