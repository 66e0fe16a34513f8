/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernels/kernels.h"

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
        g_assert_nonnull(kernels->conv.pack);
        g_assert_nonnull(kernels->dwconv);
        g_assert_nonnull(kernels->maxpool);
        g_assert_nonnull(kernels->resize.horizontal);
        g_assert_cmpfloat(kernels->peak(10), >, 0);
        /* A level that overrides nothing would test nothing. */
        g_assert_true(kernels == reference || kernels->conv.run != reference->conv.run);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kernels/levels", test_levels);
    return g_test_run();
}
