/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/judge.h"

static void
test_one_label(void)
{
    static const float scores[5 * 3] = {0.8f, 0.1f, 0.1f, 0.2f, 0.7f, 0.1f, 0.6f, 0.3f,
                                        0.1f, 0.1f, 0.1f, 0.8f, 0.4f, 0.4f, 0.2f};
    static const guint8 targets[5 * 3] = {1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0};
    static const guint confusion[9] = {2, 0, 0, 1, 1, 0, 0, 0, 1};
    g_autoptr(EffNetJudgement) j = effnet_judge(scores, targets, 5, 3, FALSE);

    g_assert_cmpuint(j->right, ==, 4);
    g_assert_cmpuint(j->right5, ==, 5);
    for (guint i = 0; i < 9; i++)
        g_assert_cmpuint(j->confusion[i], ==, confusion[i]);
    g_assert_cmpuint(j->classes[0].there, ==, 2);
    g_assert_cmpuint(j->classes[0].told, ==, 3);
    g_assert_cmpuint(j->classes[0].right, ==, 2);
    /* The scores 0.8 (twice), 0.7, 0.6 (wrong) and 0.4 fall into bins of their own. */
    g_assert_cmpfloat_with_epsilon(j->calibration, (0.4 + 0.3 + 0.6 + 0.6) / 5, 1e-6);
}

static void
test_five(void)
{
    static const float scores[7] = {0.1f, 0.2f, 0.3f, 0.2f, 0.05f, 0.05f, 0.1f};

    for (guint target = 0; target < 7; target++) {
        guint8 targets[7] = {0};
        g_autoptr(EffNetJudgement) j = NULL;

        targets[target] = 1;
        j = effnet_judge(scores, targets, 1, 7, FALSE);
        g_assert_cmpuint(j->right5, ==, target != 4 && target != 5);
        g_assert_cmpuint(j->right, ==, target == 2);
    }
}

static void
test_several_labels(void)
{
    static const float scores[3 * 2] = {0.9f, 0.6f, 0.2f, 0.4f, 0.7f, 0.1f};
    static const guint8 targets[3 * 2] = {1, 1, 0, 0, 1, 1};
    g_autoptr(EffNetJudgement) j = effnet_judge(scores, targets, 3, 2, TRUE);

    g_assert_null(j->confusion);
    g_assert_cmpuint(j->right, ==, 2);
    g_assert_cmpuint(j->classes[1].there, ==, 2);
    g_assert_cmpuint(j->classes[1].told, ==, 1);
    g_assert_cmpuint(j->classes[1].right, ==, 1);
}

/* Expected values are from statsmodels' proportion_confint(method="wilson"). */
static void
test_interval(void)
{
    double low, high;

    effnet_judge_interval(96, 100, &low, &high);
    g_assert_cmpfloat_with_epsilon(low, 0.901629, 1e-6);
    g_assert_cmpfloat_with_epsilon(high, 0.984337, 1e-6);
    effnet_judge_interval(10, 10, &low, &high);
    g_assert_cmpfloat_with_epsilon(low, 0.722467, 1e-6);
    g_assert_cmpfloat_with_epsilon(high, 1, 1e-12);
    effnet_judge_interval(0, 0, &low, &high);
    g_assert_cmpfloat(low, ==, 0);
    g_assert_cmpfloat(high, ==, 1);
}

/* Expected values are from scipy's binomtest(a, a + b, 0.5). */
static void
test_difference(void)
{
    g_assert_cmpfloat_with_epsilon(effnet_judge_difference(1, 9), 0.021484375, 1e-12);
    g_assert_cmpfloat_with_epsilon(effnet_judge_difference(9, 1), 0.021484375, 1e-12);
    g_assert_cmpfloat_with_epsilon(effnet_judge_difference(5, 5), 1, 1e-12);
    g_assert_cmpfloat_with_epsilon(effnet_judge_difference(0, 0), 1, 1e-12);
    g_assert_cmpfloat_with_epsilon(effnet_judge_difference(400, 500), 0.000956444, 1e-9);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/learn/judge/one-label", test_one_label);
    g_test_add_func("/learn/judge/five", test_five);
    g_test_add_func("/learn/judge/several-labels", test_several_labels);
    g_test_add_func("/learn/judge/interval", test_interval);
    g_test_add_func("/learn/judge/difference", test_difference);
    return g_test_run();
}
