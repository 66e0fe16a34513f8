/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include "plan/plan.h"

#define SCALE 0.01f
#define BIAS  0.5f

static float huge_bias; /* the stem's, if not 0 */

/* The network of these tests: weights are 1, 2, 3, 1, 2, 3, …; ranges depend on the role. */
static float
range_of(const EffNetLayer *layer)
{
    return layer->role == EFFNET_ROLE_PROJECT ? 3 : 6;
}

static gboolean
read_part(EffNetWeights *weights, const EffNetLayer *layer, EffNetPart part, float *dst,
          GError **error)
{
    for (gsize i = 0; i < effnet_part_size(layer, part); i++)
        dst[i] = part == EFFNET_PART_WEIGHT  ? (float)(i % 3 + 1)
                 : part == EFFNET_PART_SCALE ? SCALE
                 : part == EFFNET_PART_BIAS  ? BIAS
                                             : range_of(layer);
    if (part == EFFNET_PART_BIAS && layer->role == EFFNET_ROLE_STEM && huge_bias != 0)
        dst[0] = huge_bias;
    return TRUE;
}

static EffNetPlan *
new_plan(const char *name)
{
    static EffNetWeights weights = {.read = read_part};
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);
    g_autoptr(GError) error = NULL;
    EffNetPlan *plan = effnet_plan_new(effnet_network_new(arch, 64, 3, 10, EFFNET_PADDING_SAME),
                                       effnet_kernels_find("c"), EFFNET_TYPE_S16);

    effnet_plan_pack(plan, &weights, 1e-3, &error);
    g_assert_no_error(error);
    return plan;
}

static const EffNetOp *
find_op(const EffNetPlan *plan, EffNetRole role, guint after)
{
    for (guint i = after; i < plan->n_ops; i++)
        if (plan->ops[i].layer->role == role)
            return &plan->ops[i];
    g_assert_not_reached();
}

/* Checks the scales, output units per unit of a sum, and the starts, which compensate for a zero
 * that is not 0. */
static void
check_lanes(const EffNetPlan *plan, const EffNetOp *op, float in_step, float out_step)
{
    const EffNetQuantParams *in = &plan->tensors[op->in].quantisation;
    guint n = op->layer->in_channels;

    g_assert_cmpuint(in->zero, ==, 128);
    g_assert_cmpfloat_with_epsilon(in->scale, in_step, 1e-9);
    for (guint i = 0; i < op->layer->out_channels; i++) {
        gint sum = 0;

        for (guint k = 0; k < n; k++)
            sum += (i * n + k) % 3 + 1;
        g_assert_cmpint(op->packed[0].start[i], ==, -128 * sum);
        g_assert_cmpfloat_with_epsilon(op->packed[0].scale[i], SCALE * in->scale / out_step, 1e-6);
        g_assert_cmpfloat_with_epsilon(op->packed[0].bias[i], BIAS / out_step, 0.01);
    }
    g_assert_false(op->packed[0].quant->has_bump);
    g_assert_cmpint(op->packed[0].quant->low, ==, 0);
    g_assert_cmpint(op->packed[0].quant->high, ==, lrintf(6 / out_step));
    g_assert_cmpint(op->packed[0].quant->fixed, ==, 0);
}

/* The head's outputs, which are pooled, have 16 bits. */
static void
test_lanes(void)
{
    g_autoptr(EffNetPlan) plan = new_plan("lite0");
    const EffNetOp *head = find_op(plan, EFFNET_ROLE_HEAD, 0);

    check_lanes(plan, head, 3.f / (G_MAXINT16 / 2), 6.f / (G_MAXINT16 / 2));
}

/* Feature maps within a block have 8 bits where its layers have ReLU6. */
static void
test_bytes(void)
{
    g_autoptr(EffNetPlan) plan = new_plan("lite0");
    const EffNetOp *project = find_op(plan, EFFNET_ROLE_PROJECT, 0), *expand;

    g_assert_cmpint(plan->tensors[project->in].type, ==, EFFNET_TYPE_U8);
    g_assert_cmpfloat_with_epsilon(plan->tensors[project->in].quantisation.scale, 6.f / 255, 1e-9);
    g_assert_cmpuint(plan->tensors[project->in].quantisation.zero, ==, 0);
    for (guint i = 0; i < plan->n_ops; i++)
        if (plan->ops[i].layer->role == EFFNET_ROLE_PROJECT)
            g_assert_cmpint(plan->tensors[plan->ops[i].out].type, ==, EFFNET_TYPE_S16);
    expand = find_op(plan, EFFNET_ROLE_EXPAND, 0);
    g_assert_cmpint(plan->tensors[expand->in].type, ==, EFFNET_TYPE_S16);
    check_lanes(plan, expand, 3.f / (G_MAXINT16 / 2), 6.f / 255);
}

/* With SiLU and squeeze-excite, all feature maps have 16 bits. */
static void
test_no_bytes(void)
{
    g_autoptr(EffNetPlan) plan = new_plan("b0");

    for (guint i = 0; i < plan->n_ops; i++)
        g_assert_cmpint(plan->tensors[plan->ops[i].out].type, !=, EFFNET_TYPE_U8);
}

static void
test_zeros(void)
{
    g_autoptr(EffNetPlan) lite = new_plan("lite0"), b0 = new_plan("b0");

    g_assert_cmpuint(find_op(lite, EFFNET_ROLE_PROJECT, 0)->packed[0].quant->zero, ==, 0);
    g_assert_cmpuint(find_op(b0, EFFNET_ROLE_PROJECT, 0)->packed[0].quant->zero, ==, 32);
    g_assert_cmpuint(find_op(b0, EFFNET_ROLE_HEAD, 0)->packed[0].quant->zero, ==, 128);
    g_assert_cmpint(b0->tensors[b0->input].type, ==, EFFNET_TYPE_U8);
    g_assert_cmpint(b0->tensors[b0->features].type, ==, EFFNET_TYPE_F32);
    g_assert_cmpint(b0->tensors[b0->logits].type, ==, EFFNET_TYPE_F32);
}

/* Logits are real numbers; a residual with the same range is added as it is. */
static void
test_ends(void)
{
    g_autoptr(EffNetPlan) plan = new_plan("lite0");
    const EffNetOp *op = find_op(plan, EFFNET_ROLE_CLASSIFIER, 0);
    guint residuals = 0;

    g_assert_cmpfloat(op->packed[0].bias[0], ==, BIAS);
    for (guint i = 0; i < plan->n_ops; i++)
        if (plan->ops[i].residual != EFFNET_NONE) {
            g_assert_cmpfloat(plan->ops[i].packed[0].quant->residual, ==, 1);
            residuals++;
        }
    g_assert_cmpuint(residuals, ==, 9);
}

/* Overlapping windows have one factor, which maps the range to 8 bits. */
static void
test_fixed(void)
{
    g_autoptr(EffNetPlan) plan = new_plan("es");
    const EffNetOp *op = find_op(plan, EFFNET_ROLE_EXPAND, 2);
    const EffNetQuantParams *in = &plan->tensors[op->in].quantisation;
    gint16 range = (gint16)(in->range / in->scale), fixed = op->packed[0].quant->fixed;

    g_assert_cmpuint(op->layer->kernel, ==, 3);
    g_assert_cmpint(effnet_quant_value(op->packed[0].quant, range, fixed), >=, 254);
}

/* Nothing that kernels round to integers is beyond 32 bits, whatever a file says. */
static void
test_reach(void)
{
    static const float huge[] = {0, 1e4f, -1e12f, 3e38f};

    for (gsize i = 0; i < G_N_ELEMENTS(huge); i++) {
        g_autoptr(EffNetPlan) plan = NULL;
        const EffNetOp *stem;

        huge_bias = huge[i];
        plan = new_plan("es");
        stem = find_op(plan, EFFNET_ROLE_STEM, 0);
        if (fabsf(huge_bias) < 1e5f)
            g_assert_cmpfloat_with_epsilon(plan->tensors[stem->out].quantisation.scale,
                                           6.f / (G_MAXINT16 / 2), 1e-9);
        for (guint s = 0; s < plan->n_ops; s++) {
            const EffNetOp *op = &plan->ops[s];

            for (guint l = 0; l < op->layer->out_channels; l++) {
                double farthest =
                    0x1p16 * effnet_layer_row_length(op->layer) * 3 * op->packed[0].scale[l] +
                    fabsf(op->packed[0].bias[l]);

                if (op->layer->role != EFFNET_ROLE_CLASSIFIER)
                    g_assert_cmpfloat(farthest, <, 0x1p31);
            }
        }
    }
    huge_bias = 0;
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/int8/lanes", test_lanes);
    g_test_add_func("/int8/bytes", test_bytes);
    g_test_add_func("/int8/no-bytes", test_no_bytes);
    g_test_add_func("/int8/zeros", test_zeros);
    g_test_add_func("/int8/ends", test_ends);
    g_test_add_func("/int8/fixed", test_fixed);
    g_test_add_func("/int8/reach", test_reach);
    return g_test_run();
}
