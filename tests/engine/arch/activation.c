/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/activation.h"

/* Against the definitions, not the rows. */
static void
test_formulas(void)
{
    for (float x = -9; x < 9; x += 0.37f) {
        float sigmoid = 1 / (1 + expf(-x));

        g_assert_cmpfloat(effnet_act(EFFNET_ACT_NONE, x), ==, x);
        g_assert_cmpfloat(effnet_act(EFFNET_ACT_RELU, x), ==, x > 0 ? x : 0);
        g_assert_cmpfloat(effnet_act(EFFNET_ACT_RELU6, x), ==, x < 0 ? 0 : x > 6 ? 6 : x);
        g_assert_cmpfloat_with_epsilon(effnet_act(EFFNET_ACT_HARD_SWISH, x),
                                       x < -3  ? 0
                                       : x > 3 ? x
                                               : x * (x + 3) / 6,
                                       1e-6);
        g_assert_cmpfloat_with_epsilon(effnet_act(EFFNET_ACT_HARD_SIGMOID, x),
                                       x < -3  ? 0
                                       : x > 3 ? 1
                                               : (x + 3) / 6,
                                       1e-6);
        g_assert_cmpfloat_with_epsilon(effnet_act(EFFNET_ACT_GELU, x), x * erfc(-x * M_SQRT1_2) / 2,
                                       1e-6);
        g_assert_cmpfloat_with_epsilon(effnet_act(EFFNET_ACT_SIGMOID, x), sigmoid, 1e-6);
        g_assert_cmpfloat_with_epsilon(effnet_act(EFFNET_ACT_SILU, x), x * sigmoid, 2e-6);
        g_assert_cmpfloat_with_epsilon(effnet_act(EFFNET_ACT_SILU_LOG2, x * EFFNET_LOG2_E),
                                       x * sigmoid * EFFNET_LOG2_E, 5e-6);
    }
}

/* For every row, what int8 kernels compute is the formula. */
static void
test_rules(void)
{
    for (EffNetAct act = 0; act < EFFNET_ACTS; act++) {
        const EffNetActRule *rule = effnet_act_get_rule(act);

        for (double x = -12; x < 12; x += 0.173) {
            double expected = effnet_act(act, (float)x);

            if (rule->kind == EFFNET_ACT_RULE_CLIP)
                g_assert_cmpfloat_with_epsilon(CLAMP(x, rule->low, rule->high), expected, 1e-5);
            else if (rule->kind == EFFNET_ACT_RULE_BUMP && fabs(x) <= rule->end)
                g_assert_cmpfloat_with_epsilon(MAX(x, 0) - rule->bump(fabs(x)), expected, 1e-5);
            else if (rule->kind == EFFNET_ACT_RULE_BUMP)
                g_assert_cmpfloat_with_epsilon(MAX(x, 0), expected, 0.003);
        }
        if (rule->kind == EFFNET_ACT_RULE_BUMP)
            g_assert_cmpfloat(fabs(rule->bump(rule->end)), <, 0.003);
    }
    g_assert_true(effnet_act_is_bounded(EFFNET_ACT_RELU6));
    g_assert_false(effnet_act_is_bounded(EFFNET_ACT_RELU));
    g_assert_false(effnet_act_is_bounded(EFFNET_ACT_NONE));
    g_assert_false(effnet_act_is_bounded(EFFNET_ACT_SILU));
}

/* Each line is as exact as promised and, except the last, keeps SiLU's mean. */
static void
test_lines(void)
{
    const int n = 1000; /* points of a line */

    for (int line = 0; line < EFFNET_FALL_LINES; line++) {
        double low = MAX(0, line - 0.5) / EFFNET_FALL_PER_UNIT;
        double high = MIN((line + 0.5) / EFFNET_FALL_PER_UNIT, EFFNET_FALL_END), sum = 0;

        for (int i = 0; i < n; i++) {
            double u = low + (high - low) * (i + 0.5) / n;
            double error =
                effnet_act_fall.offset[line] + u * effnet_act_fall.slope[line] - 1 / (1 + exp(u));

            g_assert_cmpfloat(fabs(error), <, 5.5e-4);
            sum += error * u;
        }
        g_assert_true(line == EFFNET_FALL_LINES - 1 || fabs(sum / n) < 1e-7);
    }
    g_assert_cmpfloat(1 / (1 + exp(EFFNET_FALL_END)), <, 5.5e-4);
}

/* Names are unique: two rows with the same name could not be told apart. */
static void
test_names(void)
{
    for (EffNetAct a = 0; a < EFFNET_ACTS; a++)
        for (EffNetAct b = a + 1; b < EFFNET_ACTS; b++) {
            const EffNetActNames *x = effnet_act_get_names(a), *y = effnet_act_get_names(b);

            g_assert_cmpstr(x->label, !=, y->label);
            g_assert_true(!x->onnx || g_strcmp0(x->onnx, y->onnx) != 0);
            g_assert_true(!x->keras || g_strcmp0(x->keras, y->keras) != 0);
            g_assert_true(!x->torch || g_strcmp0(x->torch, y->torch) != 0);
            g_assert_true(x->tflite_op < 0 || x->tflite_op != y->tflite_op);
            g_assert_true(x->tflite_fused < 0 || x->tflite_fused != y->tflite_fused);
        }
}

static void
test_lists(void)
{
    const char *names = effnet_act_get_names(EFFNET_ACT_SILU)->torch;
    g_autofree char *list = effnet_act_list();

    g_assert_true(effnet_act_names_have(names, "silu"));
    g_assert_true(effnet_act_names_have(names, "swish"));
    g_assert_false(effnet_act_names_have(names, "sil"));
    g_assert_false(effnet_act_names_have(names, "wish"));
    g_assert_false(effnet_act_names_have(names, "silu swish x"));
    g_assert_false(effnet_act_names_have(names, ""));
    g_assert_false(effnet_act_names_have(NULL, "silu"));
    g_assert_true(g_str_has_prefix(list, "none, relu, relu6, swish, "));
    g_assert_true(g_str_has_suffix(list, ", gelu"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/activation/formulas", test_formulas);
    g_test_add_func("/activation/rules", test_rules);
    g_test_add_func("/activation/lines", test_lines);
    g_test_add_func("/activation/names", test_names);
    g_test_add_func("/activation/lists", test_lists);
    return g_test_run();
}
