/* SPDX-License-Identifier: BSD-2-Clause */
/* The arithmetic that every int8 kernel consists of, against real numbers. */
#include <math.h>

#include "checkasm.h"

/* With lines, the activation is everywhere within 0.003 plus one unit of its formula. */
static void
check_bump(EffNetAct act, const EffNetActRule *rule)
{
    for (float scale = effnet_bump_least_scale(rule->end); scale < 0.1f; scale *= 3) {
        EffNetBump bump;

        effnet_bump_init(&bump, rule, scale);
        for (gint x = G_MININT16; x <= G_MAXINT16; x++) {
            double expected = effnet_act(act, x * scale);
            double found = effnet_bump_act(&bump, x) * (double)scale;

            g_assert_cmpfloat_with_epsilon(found, expected, 0.003 + scale);
        }
    }
}

static void
test_bumps(void)
{
    guint n = 0;

    for (EffNetAct act = 0; act < EFFNET_ACTS; act++) {
        const EffNetActRule *rule = effnet_act_get_rule(act);

        if (rule->kind != EFFNET_ACT_RULE_BUMP)
            continue;
        check_bump(act, rule);
        n++;
    }
    g_assert_cmpuint(n, >, 0);
}

/* No value of a pixel is clipped, and the largest comes close to the end of the range. */
static void
test_factor(void)
{
    static const guint8 zeros[] = {0, 32, 128};

    for (guint i = 0; i < 20000; i++) {
        EffNetQuant quant = {.zero = zeros[i % 3]};
        gint most = checkasm_random(0, 32767), least = i % 3 ? -(gint)checkasm_random(0, 32767) : 0;
        gint16 factor = effnet_quant_factor(&quant, least, most);
        gint high = effnet_mul_q15(most, factor) + quant.zero;
        gint low = effnet_mul_q15(least, factor) + quant.zero;

        g_assert_cmpint(factor, >, 0);
        g_assert_cmpint(high, <=, 255);
        g_assert_cmpint(low, >=, 0);
        if (most > 1000 || least < -1000)
            g_assert_true(high > 240 || (quant.zero && low < quant.zero / 8 + 1));
    }
}

static void
test_rounding(void)
{
    g_assert_cmpint(effnet_round(2.5f), ==, 2);
    g_assert_cmpint(effnet_round(-3.5f), ==, -4);
    g_assert_cmpint(effnet_round(2147483520), ==, 2147483520);
    g_assert_cmpint(effnet_round(0x1p31f), ==, G_MAXINT32);
    g_assert_cmpint(effnet_round(-0x1p31f), ==, G_MININT32);
    g_assert_cmpint(effnet_round(3e9f), ==, G_MAXINT32);
    g_assert_cmpint(effnet_round(-3e9f), ==, G_MININT32);
    g_assert_cmpint(effnet_round(INFINITY), ==, G_MAXINT32);
    g_assert_cmpint(effnet_round(-INFINITY), ==, G_MININT32);
    g_assert_cmpint(effnet_round(NAN), ==, 0);
    g_assert_cmpint(effnet_saturate(40000), ==, 32767);
    g_assert_cmpint(effnet_saturate(-40000), ==, -32768);
    g_assert_cmpint(effnet_quant_gate(1), ==, 32767);
    g_assert_cmpint(effnet_quant_gate(0.5f), ==, 16384);
}

void
checkasm_quant(void)
{
    g_test_add_func("/quant/bumps", test_bumps);
    g_test_add_func("/quant/factor", test_factor);
    g_test_add_func("/quant/rounding", test_rounding);
}
