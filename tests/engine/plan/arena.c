/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan/plan.h"

static void
check(EffNetTensorPlan *t, guint n)
{
    gsize ends[] = {effnet_arena_plan(t, n, FALSE), effnet_arena_plan(t, n, TRUE)};

    for (guint i = 0; i < n; i++) {
        g_assert_cmpuint(t[i].offset % 64, ==, 0);
        g_assert_cmpuint(t[i].offset + t[i].bytes, <=, ends[t[i].batched]);
        for (guint j = 0; j < i; j++)
            if (t[i].batched == t[j].batched && t[i].first_step < t[j].end_step &&
                t[j].first_step < t[i].end_step)
                g_assert_true(t[i].offset + t[i].bytes <= t[j].offset ||
                              t[j].offset + t[j].bytes <= t[i].offset);
    }
}

static void
test_reuse(void)
{
    EffNetTensorPlan t[] = {
        {.bytes = 1000, .first_step = 0, .end_step = 2},
        {.bytes = 500, .first_step = 1, .end_step = 3},
        {.bytes = 1000, .first_step = 2, .end_step = 4},
        {.bytes = 64, .first_step = 0, .end_step = 4},
    };

    check(t, G_N_ELEMENTS(t));
    g_assert_cmpuint(t[0].offset, ==, t[2].offset); /* never alive at once */
}

static void
test_random(void)
{
    for (guint round = 0; round < 200; round++) {
        EffNetTensorPlan t[30] = {0};

        for (guint i = 0; i < G_N_ELEMENTS(t); i++) {
            t[i].bytes = g_test_rand_int_range(1, 5000);
            t[i].first_step = g_test_rand_int_range(0, 20);
            t[i].batched = g_test_rand_int_range(0, 2);
            t[i].end_step = t[i].first_step + g_test_rand_int_range(1, 8);
        }
        check(t, G_N_ELEMENTS(t));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arena/reuse", test_reuse);
    g_test_add_func("/arena/random", test_random);
    return g_test_run();
}
