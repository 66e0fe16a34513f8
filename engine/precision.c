/* SPDX-License-Identifier: BSD-2-Clause */
#include "precision.h"

#include <effnet/error.h>

/* One row per EffNetPrecision. A new one takes a row here, a value of the enumeration, and
 * kernels. */
static const struct {
    const char *name, *summary; /* the summary says what it needs and loses, too */
    EffNetType type;            /* feature maps' between layers; there are kernels for it */
    gboolean quantised;         /* for quantised models, and only for them */
    const char *needs;          /* what the CPU must have beyond what every level has, or NULL */
    guint speed;                /* relative: auto takes the fastest that model and CPU support */
} rows[] = {
    [EFFNET_PRECISION_AUTO] = {"auto", "The fastest that model and CPU support"},
    [EFFNET_PRECISION_FP32] = {"fp32", "32-bit floating point, on every CPU", EFFNET_TYPE_F32,
                               .speed = 1},
    [EFFNET_PRECISION_BF16] = {"bf16",
                               "16-bit floating point with sums in fp32, where the CPU has "
                               "AVX512-BF16; scores differ a little",
                               EFFNET_TYPE_BF16, .needs = "AVX512-BF16", .speed = 2},
    [EFFNET_PRECISION_INT8] = {"int8",
                               "8-bit integers, for quantised models, which run in nothing else",
                               EFFNET_TYPE_S16, .quantised = TRUE},
};

const char *
effnet_precision_get_name(EffNetPrecision precision)
{
    return (guint)precision < G_N_ELEMENTS(rows) ? rows[precision].name : NULL;
}

const char *
effnet_precision_get_summary(EffNetPrecision precision)
{
    return (guint)precision < G_N_ELEMENTS(rows) ? rows[precision].summary : NULL;
}

EffNetType
effnet_precision_get_type(EffNetPrecision precision)
{
    return rows[precision].type;
}

const char *
effnet_precision_list(void)
{
    static gsize once;
    static char *list;

    if (g_once_init_enter(&once)) {
        const char *names[G_N_ELEMENTS(rows) + 1] = {NULL};

        for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
            names[i] = rows[i].name;
        list = g_strjoinv(", ", (char **)names);
        g_once_init_leave(&once, 1);
    }
    return list;
}

gboolean
effnet_precision_parse(const char *name, EffNetPrecision *precision, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_equal(name, rows[i].name)) {
            *precision = i;
            return TRUE;
        }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "precision must be one of %s, not \"%s\"", effnet_precision_list(), name);
    return FALSE;
}

/* The fastest that KERNELS have, for floats or for quantised models. */
static EffNetPrecision
find_fastest(gboolean quantised, const EffNetKernels *kernels)
{
    EffNetPrecision fastest = EFFNET_PRECISION_AUTO;

    for (guint i = EFFNET_PRECISION_AUTO + 1; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].quantised == quantised && effnet_kernels_have(kernels, rows[i].type) &&
            !kernels->slow[rows[i].type] &&
            (fastest == EFFNET_PRECISION_AUTO || rows[i].speed > rows[fastest].speed))
            fastest = i;
    return fastest;
}

/* Why: whether the CPU has what a faster one needs. For g_free(). */
static char *
explain(EffNetPrecision settled, const EffNetKernels *kernels)
{
    const char *floats = "the weights, which are floats";

    if (rows[settled].quantised)
        return g_strdup("the weights, which are quantised");
    if (rows[settled].needs)
        return g_strdup_printf("%s, and the CPU, which has %s", floats, rows[settled].needs);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].speed <= rows[settled].speed)
            continue;
        if (effnet_kernels_have(kernels, rows[i].type))
            return g_strdup_printf("%s, and the CPU, which is slower in %s", floats, rows[i].name);
        return g_strdup_printf("%s, and the CPU, which has no %s", floats, rows[i].needs);
    }
    return g_strdup(floats);
}

static gboolean
fail_wanted(EffNetPrecision wanted, gboolean quantised, const EffNetKernels *kernels,
            const char *path, GError **error)
{
    const char *own = rows[find_fastest(quantised, kernels)].name;

    if (quantised)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s is quantised and runs in %s only, not in %s: use %s, or auto", path, own,
                    rows[wanted].name, own);
    else if (rows[wanted].quantised)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s is not quantised, as %s needs it: make a quantised model of it with "
                    "`effnet quantize`",
                    path ? path : "a network of random weights", rows[wanted].name);
    else
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s needs a CPU with %s, and here the kernels are those of \"%s\": use %s, or "
                    "auto",
                    rows[wanted].name, rows[wanted].needs, kernels->name, own);
    return FALSE;
}

gboolean
effnet_precision_settle(EffNetPrecision wanted, gboolean quantised, const EffNetKernels *kernels,
                        const char *path, EffNetPrecision *settled, char **why, GError **error)
{
    if ((guint)wanted >= G_N_ELEMENTS(rows)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "precision must be one of %s",
                    effnet_precision_list());
        return FALSE;
    }
    *settled = wanted == EFFNET_PRECISION_AUTO ? find_fastest(quantised, kernels) : wanted;
    if (rows[*settled].quantised != quantised || !effnet_kernels_have(kernels, rows[*settled].type))
        return fail_wanted(wanted, quantised, kernels, path, error);
    *why = wanted == EFFNET_PRECISION_AUTO ? explain(*settled, kernels) : g_strdup("options");
    return TRUE;
}
