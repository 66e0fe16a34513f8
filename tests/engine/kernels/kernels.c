/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernels/kernels.h"

#include <string.h>

/* All ops of a type, or none. */
static void
check_complete(const EffNetKernels *kernels, EffNetType type)
{
    gboolean has = effnet_kernels_have(kernels, type);

    g_assert_cmpint(kernels->conv[type].pack != NULL, ==, has);
    g_assert_cmpint(kernels->conv[type].group > 0, ==, has);
    g_assert_cmpint(kernels->conv[type].tile_pixels > 0, ==, has);
    g_assert_cmpint(kernels->dwconv[type].pack != NULL, ==, has);
    g_assert_cmpint(kernels->dwconv[type].packed_bytes != NULL, ==, has);
    g_assert_cmpint(kernels->dwconv[type].run != NULL, ==, has);
    g_assert_cmpint(kernels->maxpool[type] != NULL, ==, has);
    g_assert_cmpint(kernels->peak[type] != NULL, ==, has);
    if (has)
        g_assert_cmpfloat(kernels->peak[type](10), >, 0);
}

/* Products of int8 models read and write them, but have the type of the other pictures. */
static void
check_bytes(const EffNetKernels *kernels)
{
    g_assert_false(effnet_kernels_have(kernels, EFFNET_TYPE_U8));
    g_assert_nonnull(kernels->dwconv[EFFNET_TYPE_U8].pack);
    g_assert_nonnull(kernels->dwconv[EFFNET_TYPE_U8].packed_bytes);
    g_assert_nonnull(kernels->dwconv[EFFNET_TYPE_U8].run);
}

static gboolean
overrides(const EffNetKernels *kernels, const EffNetKernels *reference)
{
    for (EffNetType type = 0; type < EFFNET_TYPES; type++)
        if (kernels->conv[type].run != reference->conv[type].run)
            return TRUE;
    return FALSE;
}

static void
test_levels(void)
{
    const char *const *list = effnet_kernels_list();
    const EffNetKernels *reference = effnet_kernels_find("c");

    g_assert_cmpstr(list[0], ==, "c");
    g_assert_cmpstr(list[1], ==, "blas");
    g_assert_null(effnet_kernels_find("none"));
    for (; *list; list++) {
        const EffNetKernels *kernels = effnet_kernels_find(*list);

        if (!kernels)
            continue; /* not on this CPU */
        g_assert_true(kernels == effnet_kernels_find(*list));
        g_assert_cmpstr(kernels->name, ==, *list);
        g_assert_true(effnet_kernels_have(kernels, EFFNET_TYPE_F32));
        for (EffNetType type = 0; type < EFFNET_TYPES; type++)
            if (type != EFFNET_TYPE_U8)
                check_complete(kernels, type);
        check_bytes(kernels);
        g_assert_nonnull(kernels->resize.horizontal);
        /* A level that overrides nothing would test nothing. */
        g_assert_true(kernels == reference || overrides(kernels, reference));
    }
}

/* The system has looked at the CPU by itself; older ones do not know the name. */
static void
test_avxvnni(void)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL) || !strstr(text, " avx_vnni ")) {
        g_test_skip("this CPU has no AVX-VNNI");
        return;
    }
    g_assert_nonnull(effnet_kernels_find("avxvnni"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kernels/levels", test_levels);
    g_test_add_func("/kernels/avxvnni", test_avxvnni);
    return g_test_run();
}
