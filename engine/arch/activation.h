/* SPDX-License-Identifier: BSD-2-Clause */
/* The activation functions: one row each, from which the enumeration, the C reference, the vector
 * code, the int8 rules and the converter's names come. Tests and benchmarks walk the rows. */
#ifndef EFFNET_ACTIVATION_H
#define EFFNET_ACTIVATION_H

#include <math.h>

#include <glib.h>

/* ROW(name, formula, vector, coarse, int8, names)
 *   name     EFFNET_ACT_<name>
 *   formula  of x, a float, in C
 *   vector   the same of x, a vector of simd.h's floats (see kernels/act_tmpl.h)
 *   coarse   the same for kernels of bf16, which need not be more exact than bf16 shows; may use K,
 *            what such forms keep in registers (see kernels/act_bf16_tmpl.h)
 *   int8     how kernels of whole numbers compute it: an EffNetActRule
 *   names    what people and file formats call it: an EffNetActNames
 *
 * SILU_LOG2 is SiLU of numbers that are EFFNET_LOG2_E times as large, and as large itself: of y it
 * is y / (1 + 2^-y). The plan puts the factor into the weights before it and takes it out of those
 * behind it. */
#define EFFNET_ACTIVATIONS(ROW)                                                                    \
    ROW(NONE, x, x, x, EFFNET_RULE_CLIP(-INFINITY, INFINITY),                                      \
        EFFNET_NAMES("none", NULL, -1, 0, "linear"))                                               \
    ROW(RELU, MAX(x, 0.f), vf_max(x, vf_zero()), vf_max(k->zero, x),                               \
        EFFNET_RULE_CLIP(0, INFINITY), EFFNET_NAMES("ReLU", "Relu", 19, 1, "relu"))                \
    ROW(RELU6, CLAMP(x, 0.f, 6.f), vf_min(vf_max(x, vf_zero()), vf_set1(6.f)),                     \
        vf_min(vf_set1(6.f), vf_max(k->zero, x)), EFFNET_RULE_CLIP(0, 6),                          \
        EFFNET_NAMES("ReLU6", "Clip", 21, 3, "relu6"))                                             \
    ROW(SILU, x / (1.f + expf(-x)),                                                                \
        vf_divide(x, vf_exp2_and_one(vf_mul(x, vf_set1(EFFNET_LOG2_E)))), vf_coarse_silu(k, x),    \
        EFFNET_RULE_BUMP(t / (1 + exp(t)), 8, 32), EFFNET_NAMES("swish", NULL, -1, -1, "swish"))   \
    ROW(SIGMOID, 1.f / (1.f + expf(-x)),                                                           \
        vf_divide(vf_set1(1.f), vf_exp2_and_one(vf_mul(x, vf_set1(EFFNET_LOG2_E)))),               \
        vf_coarse_sigmoid(k, x), EFFNET_RULE_NONE,                                                 \
        EFFNET_NAMES("sigmoid", "Sigmoid", 14, -1, "sigmoid"))                                     \
    ROW(SILU_LOG2, x / (1.f + exp2f(-x)), vf_divide(x, vf_exp2_and_one(x)),                        \
        vf_mul(vf_coarse_silu(k, vf_mul(x, vf_set1(1 / EFFNET_LOG2_E))), vf_set1(EFFNET_LOG2_E)),  \
        EFFNET_RULE_NONE, EFFNET_NAMES(NULL, NULL, -1, -1, NULL))

#define EFFNET_LOG2_E 1.44269504f

typedef enum {
#define ROW(name, formula, vector, coarse, int8, names) EFFNET_ACT_##name,
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

/* 1 / (1 + e^u), u >= 0, within 5.5e-4 by straight lines: OFFSET + u * SLOPE of the line whose
 * number is nearest to EFFNET_FALL_PER_UNIT * u. The last line meets 0 at EFFNET_FALL_END, which
 * stands for all u beyond. SiLU multiplies by u: the errors times u cancel out along each other
 * line, so that its mean is kept, and have the least squares among lines that do so. */
#define EFFNET_FALL_LINES    32
#define EFFNET_FALL_PER_UNIT 4.f
#define EFFNET_FALL_END      ((EFFNET_FALL_LINES - 1) / EFFNET_FALL_PER_UNIT)

typedef struct {
    float offset[EFFNET_FALL_LINES], slope[EFFNET_FALL_LINES];
} EffNetActLines;

extern const EffNetActLines effnet_act_fall;

/* Static; ACT is below EFFNET_ACTS. */
const EffNetActRule *effnet_act_get_rule(EffNetAct act);
const EffNetActNames *effnet_act_get_names(EffNetAct act);

/* Whether ACT leaves values of 0 to some most alone. */
gboolean effnet_act_is_bounded(EffNetAct act);

static inline float
effnet_act(EffNetAct act, float x)
{
    switch (act) {
#define ROW(name, formula, vector, coarse, int8, names)                                            \
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
