/* SPDX-License-Identifier: BSD-2-Clause */
/* The activation functions: one row each, from which the enumeration, the C reference, the vector
 * code, the int8 rules and the converter's names come. Tests and benchmarks walk the rows. */
#ifndef EFFNET_ACTIVATION_H
#define EFFNET_ACTIVATION_H

#include <math.h>

#include <glib.h>

/* ROW(name, formula, vector, int8, names)
 *   name     EFFNET_ACT_<name>
 *   formula  of x, a float, in C
 *   vector   the same of x, a vector of simd.h's floats (see kernels/act_tmpl.h)
 *   int8     how kernels of whole numbers compute it: an EffNetActRule
 *   names    what people and file formats call it: an EffNetActNames
 *
 * SILU_LOG2 is SiLU of numbers that are EFFNET_LOG2_E times as large, and as large itself: of y it
 * is y / (1 + 2^-y). The plan puts the factor into the weights before it and takes it out of those
 * behind it. */
#define EFFNET_ACTIVATIONS(ROW)                                                                    \
    ROW(NONE, x, x, EFFNET_RULE_CLIP(-INFINITY, INFINITY),                                         \
        EFFNET_NAMES("none", NULL, -1, 0, "linear"))                                               \
    ROW(RELU, MAX(x, 0.f), vf_max(x, vf_zero()), EFFNET_RULE_CLIP(0, INFINITY),                    \
        EFFNET_NAMES("ReLU", "Relu", 19, 1, "relu"))                                               \
    ROW(RELU6, CLAMP(x, 0.f, 6.f), vf_min(vf_max(x, vf_zero()), vf_set1(6.f)),                     \
        EFFNET_RULE_CLIP(0, 6), EFFNET_NAMES("ReLU6", "Clip", 21, 3, "relu6"))                     \
    ROW(SILU, x / (1.f + expf(-x)),                                                                \
        vf_divide(x, vf_exp2_and_one(vf_mul(x, vf_set1(EFFNET_LOG2_E)))),                          \
        EFFNET_RULE_BUMP(t / (1 + exp(t)), 8, 32), EFFNET_NAMES("swish", NULL, -1, -1, "swish"))   \
    ROW(SIGMOID, 1.f / (1.f + expf(-x)),                                                           \
        vf_divide(vf_set1(1.f), vf_exp2_and_one(vf_mul(x, vf_set1(EFFNET_LOG2_E)))),               \
        EFFNET_RULE_NONE, EFFNET_NAMES("sigmoid", "Sigmoid", 14, -1, "sigmoid"))                   \
    ROW(SILU_LOG2, x / (1.f + exp2f(-x)), vf_divide(x, vf_exp2_and_one(x)), EFFNET_RULE_NONE,      \
        EFFNET_NAMES(NULL, NULL, -1, -1, NULL))

#define EFFNET_LOG2_E 1.44269504f

typedef enum {
#define ROW(name, formula, vector, int8, names) EFFNET_ACT_##name,
    EFFNET_ACTIVATIONS(ROW)
#undef ROW
        EFFNET_ACTS, /* how many there are */
} EffNetAct;

/* Sets of them, as kernels declare what they can finish. */
typedef guint32 EffNetActSet;

#define EFFNET_ACT_BIT(act) (1u << (act))
#define EFFNET_ACTS_ALL     (EFFNET_ACT_BIT(EFFNET_ACTS) - 1)

/* How kernels of whole numbers, which are steps of a real size, compute an activation. */
typedef enum {
    EFFNET_ACT_RULE_NONE, /* not at all: gates are floats */
    EFFNET_ACT_RULE_CLIP, /* to low..high */
    EFFNET_ACT_RULE_BUMP, /* max(x, 0) - bump(|x|) */
} EffNetActRuleKind;

typedef struct {
    EffNetActRuleKind kind;
    double low, high;         /* CLIP, real numbers; or infinite */
    double (*bump)(double t); /* BUMP, of t >= 0 */
    double end;               /* of the bump: it is next to 0 from there on */
    guint8 zero;              /* of BUMP: what 0 becomes in 8 bits, for what is below it */
} EffNetActRule;

/* NULL and -1: the format has no such operation. */
typedef struct {
    const char *label;           /* for people */
    const char *onnx;            /* operator */
    int tflite_op, tflite_fused; /* BuiltinOperator; ActivationFunctionType */
    const char *keras;           /* serialised name */
} EffNetActNames;

/* Static; ACT is below EFFNET_ACTS. */
const EffNetActRule *effnet_act_get_rule(EffNetAct act);
const EffNetActNames *effnet_act_get_names(EffNetAct act);

/* Whether ACT leaves values of 0 to some most alone. */
gboolean effnet_act_is_bounded(EffNetAct act);

static inline float
effnet_act(EffNetAct act, float x)
{
    switch (act) {
#define ROW(name, formula, vector, int8, names)                                                    \
    case EFFNET_ACT_##name:                                                                        \
        return formula;
        EFFNET_ACTIVATIONS(ROW)
#undef ROW
    case EFFNET_ACTS:
        break;
    }
    g_assert_not_reached();
}

#endif
