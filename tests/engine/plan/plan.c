/* SPDX-License-Identifier: BSD-2-Clause */
#include <effnet/error.h>

#include "plan/plan.h"

static EffNetPlan *
lay_out_for(const EffNetKernels *kernels, EffNetType type, const char *name, guint resolution,
            guint n_classes)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);

    return effnet_plan_new(effnet_network_new(arch, resolution, 3, n_classes, EFFNET_PADDING_SAME),
                           kernels, type);
}

static EffNetPlan *
lay_out(const char *name, guint resolution, guint n_classes)
{
    return lay_out_for(effnet_kernels_find("c"), EFFNET_TYPE_F32, name, resolution, n_classes);
}

/* Tasks cover each output once: whole blocks but for the last. */
static void
test_tasks(void)
{
    for (const char *const *name = effnet_arch_list(); *name; name++) {
        g_autoptr(EffNetPlan) plan = lay_out(*name, 97, 1000);

        for (guint i = 0; i < plan->n_steps; i++) {
            const EffNetStep *s = &plan->steps[i];
            const EffNetLayer *last = effnet_step_last_layer(s);
            guint pixels = effnet_step_pixels(s), panels = effnet_panels(last->out_channels);

            if (s->kind == EFFNET_STEP_SQUEEZE_EXCITE) {
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

/* B0: 16 blocks of squeeze-excite and projection behind a depthwise step, of which the first takes
 * the stem along and twelve their expansion, eight whose picture is large and four whose pixels are
 * few; three expansions, head, classifier; a projection has the gate of its own block, or its input
 * went through it where several tasks would have to. */
static void
test_fusion(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("b0", 224, 1000);
    int gate = EFFNET_NONE, gated = EFFNET_NONE;

    g_assert_cmpuint(plan->n_steps, ==, 16 * 3 + 3 + 2);
    for (guint i = 0; i < plan->n_steps; i++) {
        const EffNetStep *s = &plan->steps[i];

        if (s->kind == EFFNET_STEP_SQUEEZE_EXCITE) {
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

/* A residual's activation is the block's input, of the same shape as the output. */
static void
test_residual(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("lite2", 224, 10);
    int block_input = EFFNET_NONE;
    guint seen = 0;

    for (guint i = 0; i < plan->n_steps; i++) {
        const EffNetStep *s = &plan->steps[i];

        if (s->layer->role == EFFNET_ROLE_EXPAND)
            block_input = s->in;
        if (s->residual == EFFNET_NONE)
            continue;
        g_assert_cmpint(s->residual, ==, block_input);
        g_assert_cmpuint(plan->activations[s->residual].bytes, ==, plan->activations[s->out].bytes);
        seen++;
    }
    g_assert_cmpuint(seen, >, 5);
}

/* What a batch goes through together begins with 7 x 7 pictures in B0, and what is alive there is
 * there for every picture. */
static void
test_batch(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("b0", 224, 1000);
    const EffNetStep *first = &plan->steps[plan->batch_step];

    g_assert_cmpuint(effnet_step_last_layer(first)->out_size, ==, 7);
    g_assert_true(plan->activations[plan->input].batched);
    g_assert_true(plan->activations[plan->logits].batched);
    g_assert_true(plan->activations[first->in].batched);
    g_assert_false(plan->activations[plan->steps[0].out].batched);
    g_assert_cmpuint(plan->batch_bytes, <, plan->picture_bytes);
}

static void
test_headless(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("lite0", 64, 0);

    g_assert_cmpint(plan->logits, ==, EFFNET_NONE);
    g_assert_cmpuint(plan->activations[plan->features].channels, ==, 1280);
}

/* There is room for what is placed, and for nothing else, which nobody would write: ResNet has a
 * layer without weights. */
static void
test_weight_bytes(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("resnet18", 32, 5);
    EffNetWeights *weights = effnet_weights_new_random(1);
    const EffNetStep *last = &plan->steps[plan->n_steps - 1];

    g_assert_true(effnet_plan_pack(plan, weights, 1e-3, NULL));
    g_assert_true((const guint8 *)(last->packed[0].bias + EFFNET_LANES) ==
                  plan->weights + plan->weight_bytes);
    effnet_weights_free(weights);
}

static gboolean
failing_read(EffNetWeights *weights, const EffNetLayer *layer, EffNetPart part, float *dst,
             GError **error)
{
    if (part == EFFNET_PART_WEIGHT && layer->role != EFFNET_ROLE_CLASSIFIER) {
        for (gsize i = 0; i < effnet_part_size(layer, part); i++)
            dst[i] = 0;
        return TRUE;
    }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "torn");
    return FALSE;
}

static void
test_failing_weights(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("lite0", 32, 5);
    g_autoptr(GError) error = NULL;
    EffNetWeights weights = {.read = failing_read};

    g_assert_false(effnet_plan_pack(plan, &weights, 1e-3, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT);
}

/* In bf16 Lite0's first depthwise layer has floats, whether the stem is fused with it or not, what
 * is behind has not; B0's has not either. */
static void
test_exact(void)
{
    const EffNetKernels *kernels = effnet_kernels_find("avx512bf16");
    EffNetType type = EFFNET_TYPE_BF16;

    if (!kernels) {
        g_test_skip("this CPU has no AVX512-BF16");
        return;
    }
    for (guint resolution = 32; resolution <= 224; resolution += 192) {
        g_autoptr(EffNetPlan) lite = lay_out_for(kernels, type, "lite0", resolution, 1000);
        g_autoptr(EffNetPlan) b0 = lay_out_for(kernels, type, "b0", resolution, 1000);
        const EffNetStep *step = lite->steps;

        while (effnet_step_last_layer(step)->role != EFFNET_ROLE_DEPTHWISE)
            step++;
        g_assert_cmpint(step->depthwise_type, ==, EFFNET_TYPE_F32);
        g_assert_cmpint(lite->activations[step[1].in].type, ==, EFFNET_TYPE_F32);
        for (step++; !step->pool; step++)
            g_assert_cmpint(step->depthwise_type, ==, EFFNET_TYPE_BF16);
        g_assert_cmpint(b0->steps[0].depthwise_type, ==, EFFNET_TYPE_BF16);
    }
}

/* A batch norm that tells of sums far above those that a layer makes of any input: 1 goes out on
 * average. */
static gboolean
steady_read(EffNetWeights *weights, const EffNetLayer *layer, EffNetPart part, float *dst,
            GError **error)
{
    for (gsize i = 0; i < effnet_part_size(layer, part); i++)
        dst[i] = part == EFFNET_PART_WEIGHT ? 1 / 3.f : part == EFFNET_PART_NORM_MEAN ? 1e4 : 1;
    return TRUE;
}

/* Thirds, which bf16 has rounded up, take from the bias of every layer that has them and knows its
 * inputs, whether it is fused with those before or not. */
static void
test_rounded(void)
{
    const EffNetKernels *kernels = effnet_kernels_find("avx512bf16");
    EffNetWeights weights = {.read = steady_read};

    if (!kernels) {
        g_test_skip("this CPU has no AVX512-BF16");
        return;
    }
    for (guint resolution = 32; resolution <= 224; resolution += 192) {
        g_autoptr(EffNetPlan) plan =
            lay_out_for(kernels, EFFNET_TYPE_BF16, "lite0", resolution, 1000);

        g_assert_true(effnet_plan_pack(plan, &weights, 0, NULL));
        for (guint i = 0; i < plan->n_steps; i++)
            for (guint p = 0; p < plan->steps[i].n_layers; p++) {
                const EffNetStep *step = &plan->steps[i];
                float bias = step->packed[p].bias[0];

                if (step->layer[p].role == EFFNET_ROLE_CLASSIFIER)
                    g_assert_cmpfloat(bias, ==, 1);
                else if (effnet_step_type(plan, step, p) == EFFNET_TYPE_F32 ||
                         step->layer[p].role == EFFNET_ROLE_STEM)
                    g_assert_cmpfloat(bias, ==, -9999);
                else
                    g_assert_cmpfloat(bias, <, -9999);
            }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plan/tasks", test_tasks);
    g_test_add_func("/plan/fusion", test_fusion);
    g_test_add_func("/plan/residual", test_residual);
    g_test_add_func("/plan/batch", test_batch);
    g_test_add_func("/plan/headless", test_headless);
    g_test_add_func("/plan/weight-bytes", test_weight_bytes);
    g_test_add_func("/plan/exact", test_exact);
    g_test_add_func("/plan/rounded", test_rounded);
    g_test_add_func("/plan/failing-weights", test_failing_weights);
    return g_test_run();
}
