/* SPDX-License-Identifier: BSD-2-Clause */
#include "precision.h"

#include <string.h>

#include <effnet/error.h>

static void
test_names(void)
{
    g_auto(GStrv) names = g_strsplit(effnet_precision_list(), ", ", -1);
    g_autoptr(GError) error = NULL;
    EffNetPrecision precision = EFFNET_PRECISION_FP32;

    g_assert_cmpuint(g_strv_length(names), >, EFFNET_PRECISION_INT8);
    for (guint i = 0; names[i]; i++) {
        g_assert_true(effnet_precision_parse(names[i], &precision, NULL));
        g_assert_cmpuint(precision, ==, i);
        g_assert_cmpstr(effnet_precision_get_name(precision), ==, names[i]);
        g_assert_nonnull(effnet_precision_get_summary(precision));
    }
    g_assert_null(effnet_precision_get_name(g_strv_length(names)));
    g_assert_false(effnet_precision_parse("half", &precision, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    g_assert_nonnull(strstr(error->message, "auto, fp32, bf16, int8"));
}

/* With REASON in the words that say why. */
static EffNetPrecision
settle(EffNetPrecision wanted, const EffNetKernels *kernels, const char *reason)
{
    EffNetPrecision settled;
    g_autofree char *why = NULL;

    g_assert_true(effnet_precision_settle(wanted, FALSE, kernels, "x.pth", &settled, &why, NULL));
    g_assert_nonnull(why);
    g_assert_nonnull(strstr(why, reason));
    return settled;
}

static void
refuse(EffNetPrecision wanted, const char *expected)
{
    g_autoptr(GError) error = NULL;
    EffNetPrecision settled;
    char *why;

    g_assert_false(effnet_precision_settle(wanted, FALSE, effnet_kernels_find("c"), "x.pth",
                                           &settled, &why, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    g_assert_nonnull(strstr(error->message, expected));
}

static void
test_settle(void)
{
    EffNetKernels kernels = *effnet_kernels_find("c");

    g_assert_cmpuint(settle(EFFNET_PRECISION_AUTO, &kernels, "no AVX512-BF16"), ==,
                     EFFNET_PRECISION_FP32);
    g_assert_cmpuint(settle(EFFNET_PRECISION_FP32, &kernels, "options"), ==, EFFNET_PRECISION_FP32);
    kernels.conv[EFFNET_TYPE_BF16] = effnet_conv_bf16_c;
    g_assert_cmpuint(settle(EFFNET_PRECISION_AUTO, &kernels, "has AVX512-BF16"), ==,
                     EFFNET_PRECISION_BF16);
    g_assert_cmpuint(settle(EFFNET_PRECISION_BF16, &kernels, "options"), ==, EFFNET_PRECISION_BF16);
    g_assert_cmpuint(settle(EFFNET_PRECISION_FP32, &kernels, "options"), ==, EFFNET_PRECISION_FP32);
    kernels.slow[EFFNET_TYPE_BF16] = TRUE;
    g_assert_cmpuint(settle(EFFNET_PRECISION_AUTO, &kernels, "slower in bf16"), ==,
                     EFFNET_PRECISION_FP32);
    g_assert_cmpuint(settle(EFFNET_PRECISION_BF16, &kernels, "options"), ==, EFFNET_PRECISION_BF16);
    refuse(EFFNET_PRECISION_BF16, "AVX512-BF16");
    refuse(EFFNET_PRECISION_INT8, "effnet quantize");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/precision/names", test_names);
    g_test_add_func("/precision/settle", test_settle);
    return g_test_run();
}
