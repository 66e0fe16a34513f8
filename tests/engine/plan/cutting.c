/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

/* Tasks cover each output once, in whole blocks except for the last. */
static void
test_tasks(void)
{
    for (const char *const *name = effnet_arch_list(); *name; name++) {
        g_autoptr(EffNetPlan) plan = lay_out(*name, 97, 1000);

        for (guint i = 0; i < plan->n_ops; i++) {
            const EffNetOp *s = &plan->ops[i];
            const EffNetLayer *last = effnet_op_last_layer(s);
            guint pixels = effnet_op_pixels(s), panels = effnet_panels(last->out_channels);

            if (s->kind == EFFNET_OP_SQUEEZE_EXCITE) {
                g_assert_cmpuint(s->pixel_blocks * s->panel_blocks, ==, 1);
                continue;
            }
            g_assert_cmpuint((s->pixel_blocks - 1) * s->block_pixels, <, pixels);
            g_assert_cmpuint(s->pixel_blocks * s->block_pixels, >=, pixels);
            g_assert_cmpuint((s->panel_blocks - 1) * s->block_panels, <, panels);
            g_assert_cmpuint(s->panel_blocks * s->block_panels, >=, panels);
            if (s->pool)
                g_assert_cmpuint(s->pixel_blocks, ==, 1);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cutting/tasks", test_tasks);
    return g_test_run();
}
