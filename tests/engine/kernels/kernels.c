/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernels/kernels.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>

/* The reference does what a contract lacks; it can do everything. */
static void
check_contracts(const EffNetKernels *kernels, EffNetType type)
{
    for (EffNetAct act = 0; act < EFFNET_ACTS; act++) {
        const EffNetConvKernel *conv = effnet_kernels_get_conv(kernels, type, EFFNET_ACT_BIT(act));
        gboolean own = kernels->conv[type].acts >> act & 1;

        g_assert_true((conv == &kernels->conv[type]) == own);
        g_assert_true(conv->acts >> act & 1);
        for (guint kernel = 3; kernel <= EFFNET_DWCONV_MAX; kernel += 2) {
            const EffNetDwconvKernel *dwconv =
                effnet_kernels_get_dwconv(kernels, type, kernel, 1, act);

            g_assert_true(dwconv->acts >> act & 1);
            g_assert_true(!dwconv->has_shape || dwconv->has_shape(kernel, 1));
        }
    }
    g_assert_cmpuint(kernels->conv[type].group_bytes, >, 0);
    g_assert_cmpuint(kernels->dwconv[type].unit, >, 0);
}

/* A level has all kernels of a type, or none. */
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
        check_contracts(kernels, type);
    if (has)
        g_assert_cmpfloat(kernels->peak[type](10), >, 0);
}

/* The U8 kernels: products read and write U8, but are of the type of the other feature maps. */
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
    g_assert_cmpstr(list[1], ==, "c4"); /* the tests' own two, which no level builds on */
    g_assert_cmpstr(list[2], ==, "c8");
    g_assert_cmpstr(list[3], ==, "blas");
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

#ifdef __x86_64__
/* If /proc/cpuinfo names AVX-VNNI, the level runs. Older systems do not know the name. */
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
#endif

#ifdef __aarch64__
static sigjmp_buf illegal;

static void
jump_back(int signal)
{
    siglongjmp(illegal, 1);
}

static void
try_dot(void)
{
    __asm__ volatile(".inst 0x4e809400" ::: "v0"); /* sdot v0.4s, v0.16b, v0.16b */
}

static void
try_matrix(void)
{
    __asm__ volatile(".inst 0x4e80a400" ::: "v0"); /* smmla v0.4s, v0.16b, v0.16b */
}

/* Whether the CPU can execute TRY. */
static gboolean
runs(void (*try)(void))
{
    struct sigaction action = {.sa_handler = jump_back}, before;
    volatile gboolean done = FALSE;

    sigaction(SIGILL, &action, &before);
    if (sigsetjmp(illegal, TRUE) == 0) {
        try();
        done = TRUE;
    }
    sigaction(SIGILL, &before, NULL);
    return done;
}

/* The detected levels are those that the CPU can execute. */
static void
test_detection(void)
{
    g_assert_nonnull(effnet_kernels_find("neon"));
    g_assert_cmpint(effnet_kernels_find("neondot") != NULL, ==, runs(try_dot));
    g_assert_cmpint(effnet_kernels_find("neoni8mm") != NULL, ==, runs(try_matrix));
}
#endif

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kernels/levels", test_levels);
#ifdef __x86_64__
    g_test_add_func("/kernels/avxvnni", test_avxvnni);
#endif
#ifdef __aarch64__
    g_test_add_func("/kernels/detection", test_detection);
#endif
    return g_test_run();
}
