/* SPDX-License-Identifier: BSD-2-Clause */
#include "activation.h"

#define EFFNET_RULE_NONE                  ((void)t, 0)
#define EFFNET_RULE_CLIP(low, high)       ((void)t, 0)
#define EFFNET_RULE_BUMP(bump, end, zero) (bump)
#define ROW(name, formula, vector, int8, names)                                                    \
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
#define ROW(name, formula, vector, int8, names) [EFFNET_ACT_##name] = {.bump = bump_##name, int8},
        EFFNET_ACTIVATIONS(ROW)
#undef ROW
    };

    g_assert(act < EFFNET_ACTS);
    return &rules[act];
}

#define EFFNET_NAMES(label, onnx, tflite_op, tflite_fused, keras)                                  \
    {                                                                                              \
        label, onnx, tflite_op, tflite_fused, keras                                                \
    }

const EffNetActNames *
effnet_act_get_names(EffNetAct act)
{
    static const EffNetActNames all[EFFNET_ACTS] = {
#define ROW(name, formula, vector, int8, names) [EFFNET_ACT_##name] = names,
        EFFNET_ACTIVATIONS(ROW)
#undef ROW
    };

    g_assert(act < EFFNET_ACTS);
    return &all[act];
}

gboolean
effnet_act_is_bounded(EffNetAct act)
{
    const EffNetActRule *rule = effnet_act_get_rule(act);

    return rule->kind == EFFNET_ACT_RULE_CLIP && rule->low == 0 && isfinite(rule->high);
}
