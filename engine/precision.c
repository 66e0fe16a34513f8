/* SPDX-License-Identifier: BSD-2-Clause */
#include "precision.h"

#include <effnet/error.h>

static const char *const names[] = {
    [EFFNET_PRECISION_AUTO] = "auto",
    [EFFNET_PRECISION_FP32] = "fp32",
    [EFFNET_PRECISION_BF16] = "bf16",
    [EFFNET_PRECISION_INT8] = "int8",
};

const char *
effnet_precision_get_name(EffNetPrecision precision)
{
    g_return_val_if_fail(precision < G_N_ELEMENTS(names), NULL);
    return names[precision];
}

const char *
effnet_precision_list(void)
{
    return "auto, fp32, bf16, int8";
}

gboolean
effnet_precision_parse(const char *name, EffNetPrecision *precision, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(name, names[i])) {
            *precision = i;
            return TRUE;
        }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "precision must be one of %s, not \"%s\"", effnet_precision_list(), name);
    return FALSE;
}

static gboolean
settle_quantised(EffNetPrecision wanted, const char *path, EffNetPrecision *settled,
                 const char **why, GError **error)
{
    *settled = EFFNET_PRECISION_INT8;
    *why = wanted == EFFNET_PRECISION_AUTO ? "the weights, which are quantised" : "options";
    if (wanted == EFFNET_PRECISION_AUTO || wanted == EFFNET_PRECISION_INT8)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s is quantised and runs in int8 only, not in %s: use int8, or auto", path,
                effnet_precision_get_name(wanted));
    return FALSE;
}

gboolean
effnet_precision_settle(EffNetPrecision wanted, gboolean quantised, const EffNetKernels *kernels,
                        const char *path, EffNetPrecision *settled, const char **why,
                        GError **error)
{
    if (quantised)
        return settle_quantised(wanted, path, settled, why, error);
    *settled = wanted;
    *why = "options";
    switch (wanted) {
    case EFFNET_PRECISION_AUTO:
        *settled = EFFNET_PRECISION_FP32;
        *why = "the weights, which are floats, and the CPU, which has no AVX512-BF16";
        if (effnet_kernels_have(kernels, EFFNET_TYPE_BF16)) {
            *settled = EFFNET_PRECISION_BF16;
            *why = "the weights, which are floats, and the CPU, which has AVX512-BF16";
        }
        return TRUE;
    case EFFNET_PRECISION_FP32:
        return TRUE;
    case EFFNET_PRECISION_BF16:
        if (effnet_kernels_have(kernels, EFFNET_TYPE_BF16))
            return TRUE;
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "bf16 needs a CPU with AVX512-BF16, and here the kernels are those of \"%s\": "
                    "use fp32, or auto",
                    kernels->name);
        return FALSE;
    case EFFNET_PRECISION_INT8:
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s is not quantised, as int8 needs it: make a quantised model of it with "
                    "`effnet quantize`",
                    path ? path : "a network of random weights");
        return FALSE;
    }
    g_return_val_if_reached(FALSE);
}
