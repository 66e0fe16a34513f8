/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include <effnet/scores.h>

static void
test_softmax(void)
{
    const float logits[] = {1000, 999, 998, -1e30f};
    float scores[4], sum = 0;

    effnet_scores_from_logits(EFFNET_ACTIVATION_AUTO, logits, 4, scores);
    for (int i = 0; i < 4; i++)
        sum += scores[i];
    g_assert_cmpfloat_with_epsilon(sum, 1, 1e-6);
    g_assert_cmpfloat_with_epsilon(scores[0] / scores[1], G_E, 1e-5);
    g_assert_cmpfloat(scores[3], ==, 0);
}

static void
test_others(void)
{
    float scores[] = {0, 2, -200};

    effnet_scores_from_logits(EFFNET_ACTIVATION_NONE, scores, 3, scores);
    g_assert_cmpfloat(scores[1], ==, 2);
    effnet_scores_from_logits(EFFNET_ACTIVATION_SIGMOID, scores, 3, scores);
    g_assert_cmpfloat(scores[0], ==, 0.5);
    g_assert_cmpfloat_with_epsilon(scores[1], 0.880797, 1e-6);
    g_assert_cmpfloat_with_epsilon(scores[2], 0, 1e-30);
}

static void
test_top(void)
{
    const float scores[] = {0.1f, 0.4f, 0.4f, NAN, 0.7f, -3};
    EffNetClass top[6];

    g_assert_cmpuint(effnet_scores_top(scores, 6, 3, -INFINITY, top), ==, 3);
    g_assert_cmpuint(top[0].index, ==, 4);
    g_assert_cmpuint(top[1].index, ==, 1); /* equal scores: the lower index first */
    g_assert_cmpuint(top[2].index, ==, 2);
    g_assert_cmpfloat(top[0].score, ==, 0.7f);
    g_assert_cmpuint(effnet_scores_top(scores, 6, 6, 0.4f, top), ==, 3);
    g_assert_cmpuint(effnet_scores_top(scores, 6, 6, -INFINITY, top), ==, 5);
    g_assert_cmpuint(top[4].index, ==, 5);
    g_assert_cmpuint(effnet_scores_top(scores, 6, 6, 0.9f, top), ==, 0);
    g_assert_cmpuint(effnet_scores_top(scores, 6, 0, 0, top), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scores/softmax", test_softmax);
    g_test_add_func("/scores/others", test_others);
    g_test_add_func("/scores/top", test_top);
    return g_test_run();
}
