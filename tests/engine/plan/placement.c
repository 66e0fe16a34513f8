/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan/placement.h"
#include "support.h"

static void
check(EffNetPlanTensor *t, guint n)
{
    gsize ends[] = {effnet_place_in_arena(t, n, FALSE), effnet_place_in_arena(t, n, TRUE)};

    for (guint i = 0; i < n; i++) {
        g_assert_cmpuint(t[i].offset % 64, ==, 0);
        g_assert_cmpuint(t[i].offset + t[i].bytes, <=, ends[t[i].batched]);
        for (guint j = 0; j < i; j++)
            if (t[i].batched == t[j].batched && t[i].first_op < t[j].end_op &&
                t[j].first_op < t[i].end_op)
                g_assert_true(t[i].offset + t[i].bytes <= t[j].offset ||
                              t[j].offset + t[j].bytes <= t[i].offset);
    }
}

static void
test_reuse(void)
{
    EffNetPlanTensor t[] = {
        {.bytes = 1000, .first_op = 0, .end_op = 2},
        {.bytes = 500, .first_op = 1, .end_op = 3},
        {.bytes = 1000, .first_op = 2, .end_op = 4},
        {.bytes = 64, .first_op = 0, .end_op = 4},
    };

    check(t, G_N_ELEMENTS(t));
    g_assert_cmpuint(t[0].offset, ==, t[2].offset); /* never alive at once */
}

static void
test_random(void)
{
    for (guint round = 0; round < 200; round++) {
        EffNetPlanTensor t[30] = {0};

        for (guint i = 0; i < G_N_ELEMENTS(t); i++) {
            t[i].bytes = g_test_rand_int_range(1, 5000);
            t[i].first_op = g_test_rand_int_range(0, 20);
            t[i].batched = g_test_rand_int_range(0, 2);
            t[i].end_op = t[i].first_op + g_test_rand_int_range(1, 8);
        }
        check(t, G_N_ELEMENTS(t));
    }
}

/* In B0, a batch goes together from feature maps of 7 x 7 on; what is alive there exists for every
 * image. */
static void
test_batch(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("b0", 224, 1000);
    const EffNetOp *first = &plan->ops[plan->batch_op];

    g_assert_cmpuint(effnet_op_last_layer(first)->out_size, ==, 7);
    g_assert_true(plan->tensors[plan->input].batched);
    g_assert_true(plan->tensors[plan->logits].batched);
    g_assert_true(plan->tensors[first->in].batched);
    g_assert_false(plan->tensors[plan->ops[0].out].batched);
    g_assert_cmpuint(plan->batch_bytes, <, plan->image_bytes);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/placement/reuse", test_reuse);
    g_test_add_func("/placement/random", test_random);
    g_test_add_func("/placement/batch", test_batch);
    return g_test_run();
}
