/* SPDX-License-Identifier: BSD-2-Clause */
/* The activation functions, one row each. The enumeration, the C reference, the vector code, the
 * int8 rules and the names in files all come from the rows; tests and benchmarks walk them. */
#ifndef EFFNET_ACTIVATION_H
#define EFFNET_ACTIVATION_H

#include <math.h>

#include <glib.h>

/* ROW(name, formula, vector, coarse, int8, names)
 *   name     EFFNET_ACT_<name>
 *   formula  in C, of x, a float
 *   vector   the same, of x, a vector of simd.h's floats (see kernels/act_tmpl.h)
 *   coarse   the same for bf16 kernels, only as exact as bf16 shows; may use K, the constants that
 *            such forms keep in registers (see kernels/act_bf16_tmpl.h)
 *   int8     how int8 kernels compute it: an EffNetActRule
 *   names    what people and file formats call it: an EffNetActNames
 *
 * SILU_LOG2 is SiLU with inputs and outputs multiplied by EFFNET_LOG2_E: y / (1 + 2^-y). The plan
 * multiplies the weights before it by this factor, and divides those after it. */
#define EFFNET_ACTIVATIONS(ROW)                                                                    \
    ROW(NONE, x, x, x, EFFNET_RULE_CLIP(-INFINITY, INFINITY),                                      \
        EFFNET_NAMES("none", NULL, -1, 0, "linear", "identity"))                                   \
    ROW(RELU, MAX(x, 0.f), vf_max(x, vf_zero()), vf_max(k->zero, x),                               \
        EFFNET_RULE_CLIP(0, INFINITY), EFFNET_NAMES("ReLU", "Relu", 19, 1, "relu", "relu"))        \
    ROW(RELU6, CLAMP(x, 0.f, 6.f), vf_min(vf_max(x, vf_zero()), vf_set1(6.f)),                     \
        vf_min(vf_set1(6.f), vf_max(k->zero, x)), EFFNET_RULE_CLIP(0, 6),                          \
        EFFNET_NAMES("ReLU6", "Clip", 21, 3, "relu6", "relu6"))                                    \
    ROW(SILU, x / (1.f + expf(-x)),                                                                \
        vf_divide(x, vf_exp2_and_one(vf_mul(x, vf_set1(EFFNET_LOG2_E)))), vf_coarse_silu(k, x),    \
        EFFNET_RULE_BUMP(t / (1 + exp(t)), 8, 32),                                                 \
        EFFNET_NAMES("swish", NULL, -1, -1, "swish silu", "silu swish"))                           \
    ROW(SIGMOID, 1.f / (1.f + expf(-x)),                                                           \
        vf_divide(vf_set1(1.f), vf_exp2_and_one(vf_mul(x, vf_set1(EFFNET_LOG2_E)))),               \
        vf_coarse_sigmoid(k, x), EFFNET_RULE_NONE,                                                 \
        EFFNET_NAMES("sigmoid", "Sigmoid", 14, -1, "sigmoid", "sigmoid"))                          \
    ROW(HARD_SWISH, (CLAMP(x / 6.f + 0.5f, 0.f, 1.f) * x),                                         \
        vf_mul(x, vf_fma(vf_clip_abs(x, vf_set1(3.f)), vf_set1(EFFNET_SIXTH),                      \
                         vf_set1(3 * EFFNET_SIXTH))),                                              \
        vf_mul(x, vf_fma(vf_clip_abs(x, vf_set1(3.f)), vf_set1(EFFNET_SIXTH),                      \
                         vf_set1(3 * EFFNET_SIXTH))),                                              \
        EFFNET_RULE_BUMP(t *(3 - t) / 6, 3, 40),                                                   \
        EFFNET_NAMES("hard-swish", "HardSwish", 117, -1, "hard_silu hard_swish",                   \
                     "hard_swish hardswish"))                                                      \
    ROW(HARD_SIGMOID, CLAMP(x / 6.f + 0.5f, 0.f, 1.f),                                             \
        vf_fma(vf_clip_abs(x, vf_set1(3.f)), vf_set1(EFFNET_SIXTH), vf_set1(3 * EFFNET_SIXTH)),    \
        vf_fma(vf_clip_abs(x, vf_set1(3.f)), vf_set1(EFFNET_SIXTH), vf_set1(3 * EFFNET_SIXTH)),    \
        EFFNET_RULE_NONE,                                                                          \
        EFFNET_NAMES("hard-sigmoid", "HardSigmoid", -1, -1, NULL, "hard_sigmoid hardsigmoid"))     \
    ROW(GELU, 0.5f * x * (1.f + erff(x * 0.70710678f)), vf_not_here(x), vf_not_here(x),            \
        EFFNET_RULE_BUMP(t * erfc(t * 0.70710678) / 2, 4, 24),                                     \
        EFFNET_NAMES("GELU", "Gelu", 150, -1, "gelu", "gelu"))                                     \
    ROW(SILU_LOG2, x / (1.f + exp2f(-x)), vf_divide(x, vf_exp2_and_one(x)),                        \
        vf_mul(vf_coarse_silu(k, vf_mul(x, vf_set1(1 / EFFNET_LOG2_E))), vf_set1(EFFNET_LOG2_E)),  \
        EFFNET_RULE_NONE, EFFNET_NAMES(NULL, NULL, -1, -1, NULL, NULL))

#define EFFNET_LOG2_E 1.44269504f
/* 1/6 with a bit less, so that 3 times as much is a float: the hard swish below -3 is exactly 0. */
#define EFFNET_SIXTH 0x1.555554p-3f

typedef enum {
#define ROW(name, formula, vector, coarse, int8, names) EFFNET_ACT_##name,
    EFFNET_ACTIVATIONS(ROW)
#undef ROW
        EFFNET_ACTS, /* how many there are */
} EffNetAct;

/* A set of activations: those that a kernel can apply. */
typedef guint32 EffNetActSet;

#define EFFNET_ACT_BIT(act) (1u << (act))
#define EFFNET_ACTS_ALL     (EFFNET_ACT_BIT(EFFNET_ACTS) - 1)
/* GELU, which only a head's hidden layer has, is left to the references. */
#define EFFNET_ACTS_VECTOR (EFFNET_ACTS_ALL & ~EFFNET_ACT_BIT(EFFNET_ACT_GELU))

/* How int8 kernels, whose numbers are multiples of a scale, compute an activation. */
typedef enum {
    EFFNET_ACT_RULE_NONE, /* not at all: gates stay floats */
    EFFNET_ACT_RULE_CLIP, /* clip to low..high */
    EFFNET_ACT_RULE_BUMP, /* max(x, 0) - bump(|x|) */
} EffNetActRuleKind;

typedef struct {
    EffNetActRuleKind kind;
    double low, high;         /* CLIP: real numbers, or infinite */
    double (*bump)(double t); /* BUMP: for t of 0 to end */
    double end;               /* BUMP: where it ends, being nearly 0 from there on */
    guint8 zero;              /* BUMP: what 0 becomes in 8 bits, leaving room for outputs below 0 */
} EffNetActRule;

/* NULL or -1 where the format has no such operation, or one that differs: Keras' hard sigmoid did
 * before version 3. */
typedef struct {
    const char *label;           /* for people */
    const char *onnx;            /* operator */
    int tflite_op, tflite_fused; /* BuiltinOperator; ActivationFunctionType */
    const char *keras;           /* names in its configurations, with spaces between them */
    const char *torch;           /* likewise those in timm's and transformers' */
} EffNetActNames;

/* 1 / (1 + e^u) for u >= 0, piecewise linear, within 5.5e-4: OFFSET + u * SLOPE of the line whose
 * number is nearest to EFFNET_FALL_PER_UNIT * u. The last line reaches 0 at EFFNET_FALL_END, which
 * stands for all larger u. SiLU multiplies by u: along each other line, the errors times u cancel
 * out, so that SiLU's mean is kept; among such lines, these have the least squared error. */
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

/* Whether NAME is among NAMES, which have spaces between them; NULL: there are none. */
gboolean effnet_act_names_have(const char *names, const char *name);

/* What people call them, in lower case, with ", " between them. For g_free(). */
char *effnet_act_list(void);

/* Whether ACT only clips, to a range from 0 to a finite bound. */
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
