/* SPDX-License-Identifier: BSD-2-Clause */
#include "activation.h"

#include <string.h>

#define EFFNET_RULE_NONE                  ((void)t, 0)
#define EFFNET_RULE_CLIP(low, high)       ((void)t, 0)
#define EFFNET_RULE_BUMP(bump, end, zero) (bump)
#define ROW(name, formula, vector, coarse, int8, names)                                            \
    static double bump_##name(double t)                                                            \
    {                                                                                              \
        return int8;                                                                               \
    }
EFFNET_ACTIVATIONS(ROW)
#undef ROW
#undef EFFNET_RULE_NONE
#undef EFFNET_RULE_CLIP
#undef EFFNET_RULE_BUMP

#define EFFNET_RULE_NONE                    .kind = EFFNET_ACT_RULE_NONE
#define EFFNET_RULE_CLIP(least, most)       .kind = EFFNET_ACT_RULE_CLIP, .low = least, .high = most
#define EFFNET_RULE_BUMP(formula, at, at_0) .kind = EFFNET_ACT_RULE_BUMP, .end = at, .zero = at_0

const EffNetActRule *
effnet_act_get_rule(EffNetAct act)
{
    static const EffNetActRule rules[EFFNET_ACTS] = {
#define ROW(name, formula, vector, coarse, int8, names)                                            \
    [EFFNET_ACT_##name] = {.bump = bump_##name, int8},
        EFFNET_ACTIVATIONS(ROW)
#undef ROW
    };

    g_assert(act < EFFNET_ACTS);
    return &rules[act];
}

#define EFFNET_NAMES(label, onnx, tflite_op, tflite_fused, keras, torch)                           \
    {                                                                                              \
        label, onnx, tflite_op, tflite_fused, keras, torch                                         \
    }

const EffNetActNames *
effnet_act_get_names(EffNetAct act)
{
    static const EffNetActNames all[EFFNET_ACTS] = {
#define ROW(name, formula, vector, coarse, int8, names) [EFFNET_ACT_##name] = names,
        EFFNET_ACTIVATIONS(ROW)
#undef ROW
    };

    g_assert(act < EFFNET_ACTS);
    return &all[act];
}

gboolean
effnet_act_names_have(const char *names, const char *name)
{
    gsize n = strlen(name);

    for (const char *at = names; at && n > 0; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, name, n) == 0 && (at[n] == ' ' || at[n] == '\0'))
            return TRUE;
    }
    return FALSE;
}

char *
effnet_act_list(void)
{
    GString *list = g_string_new(NULL);

    for (EffNetAct act = 0; act < EFFNET_ACTS; act++) {
        const char *label = effnet_act_get_names(act)->label;

        if (label)
            g_string_append_printf(list, "%s%s", list->len ? ", " : "", label);
    }
    return g_string_free(g_string_ascii_down(list), FALSE);
}

gboolean
effnet_act_is_bounded(EffNetAct act)
{
    const EffNetActRule *rule = effnet_act_get_rule(act);

    return rule->kind == EFFNET_ACT_RULE_CLIP && rule->low == 0 && isfinite(rule->high);
}

const EffNetActLines effnet_act_fall = {
    .offset =
        {
            0.49997854f,   0.49924353f,  0.49486837f,  0.48403665f,  0.46535245f,  0.4389152f,
            0.40603155f,   0.36871648f,  0.32918477f,  0.28946552f,  0.25118187f,  0.21547799f,
            0.18304536f,   0.15420143f,  0.12898433f,  0.10724246f,  0.08870866f,  0.07305644f,
            0.059939485f,  0.049017653f, 0.039972547f, 0.0325158f,   0.026392354f, 0.021380587f,
            0.017290538f,  0.013961123f, 0.011256914f, 0.009064839f, 0.007291044f, 0.0058579925f,
            0.0047018933f, 0.030246953f,
        },
    .slope =
        {
            -0.24954726f,    -0.24540709f,   -0.23436621f,   -0.21735373f,   -0.19617665f,
            -0.17277327f,    -0.14890695f,   -0.12596501f,   -0.10488705f,   -0.08619314f,
            -0.07006761f,    -0.056458924f,  -0.04517102f,   -0.03593476f,   -0.028457817f,
            -0.022455817f,   -0.017669527f,  -0.013872403f,  -0.010872191f,  -0.008509136f,
            -0.006652522f,   -0.0051966263f, -0.00405668f,   -0.003165168f,  -0.0024685867f,
            -0.0019247036f,  -0.0015002827f, -0.0011692285f, -0.0009110893f, -0.0007098589f,
            -0.00055302354f, -0.0039028325f,
        },
};
