/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

/* B0's ops: each of 16 blocks has a depthwise op, squeeze-excite and projection. The first block's
 * depthwise op includes the stem, and twelve include their expansion: eight with large feature
 * maps, four with few pixels. The other three expansions, the head and the classifier are ops of
 * their own. A projection has the gate of its own block; where several of its tasks would each gate
 * the input, squeeze-excite has done so instead. */
static void
test_fusion(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("b0", 224, 1000);
    int gate = EFFNET_NONE, gated = EFFNET_NONE;

    g_assert_cmpuint(plan->n_ops, ==, 16 * 3 + 3 + 2);
    for (guint i = 0; i < plan->n_ops; i++) {
        const EffNetOp *s = &plan->ops[i];

        if (s->kind == EFFNET_OP_SQUEEZE_EXCITE) {
            gate = s->out;
            gated = s->gated;
        } else if (s->layer->role == EFFNET_ROLE_PROJECT) {
            g_assert_cmpint(s->gate, ==, s->panel_blocks == 1 ? gate : EFFNET_NONE);
            g_assert_cmpint(gated, ==, s->panel_blocks == 1 ? EFFNET_NONE : s->in);
        } else
            g_assert_cmpint(s->gate, ==, EFFNET_NONE);
        g_assert_cmpint(s->pool, ==, s->layer->role == EFFNET_ROLE_HEAD);
        g_assert_cmpint(s->residual != EFFNET_NONE, ==, s->layer->residual);
    }
}

/* A residual is the block's input, which has the shape of the output. */
static void
test_residual(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("lite2", 224, 10);
    int block_input = EFFNET_NONE;
    guint seen = 0;

    for (guint i = 0; i < plan->n_ops; i++) {
        const EffNetOp *s = &plan->ops[i];

        if (s->layer->role == EFFNET_ROLE_EXPAND)
            block_input = s->in;
        if (s->residual == EFFNET_NONE)
            continue;
        g_assert_cmpint(s->residual, ==, block_input);
        g_assert_cmpuint(plan->tensors[s->residual].bytes, ==, plan->tensors[s->out].bytes);
        seen++;
    }
    g_assert_cmpuint(seen, >, 5);
}

static void
test_headless(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("lite0", 64, 0);

    g_assert_cmpint(plan->logits, ==, EFFNET_NONE);
    g_assert_cmpuint(plan->tensors[plan->features].channels, ==, 1280);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fusion/fusion", test_fusion);
    g_test_add_func("/fusion/residual", test_residual);
    g_test_add_func("/fusion/headless", test_headless);
    return g_test_run();
}
