/* SPDX-License-Identifier: BSD-2-Clause */
/* The arithmetic of int8 models. A feature map holds integers of 16 bits or, between layers of
 * ReLU6, of 8. One scale per map says what real number 1 stands for; "in units" means as such
 * integers.
 *
 * A product quantises what it reads to 8 bits, with a factor for each pixel, or one for all where
 * windows overlap; multiplies by 8-bit weights, accumulates in 32 bits, and converts the sums to
 * units of its output.
 *
 * Every kernel does the same operations in the same order as the functions here, so that results
 * are equal bit for bit. */
#ifndef EFFNET_KERNEL_QUANT_H
#define EFFNET_KERNEL_QUANT_H

#include <math.h>

#include "../arch/activation.h"

#define EFFNET_BUMP_SEGMENTS 32

/* An activation of the form max(x, 0) - bump(|x|), EFFNET_ACT_RULE_BUMP, with x in units. The bump
 * is piecewise linear: offset[i] + slope[i] * |x| in segment i. */
typedef struct {
    gint16 offset[EFFNET_BUMP_SEGMENTS];
    gint16 slope[EFFNET_BUMP_SEGMENTS]; /* scaled by 2^15 */
    guint16 end;                        /* where the last segment ends, in units */
    guint16 segments;                   /* segments per unit, scaled by 2^16 */
} EffNetBump;

/* What int8 kernels need beyond what all kernels do. Biases and scales convert to output units, or
 * to real numbers where the output is logits. */
typedef struct {
    EffNetBump bump; /* used if has_bump; otherwise outputs are clipped to low..high, in units */
    gboolean has_bump;
    gint16 low, high;
    float residual; /* output units per unit of the residual */
    float unit;     /* the output's scale: converts sums and means of outputs to real numbers */
    float in_scale; /* for an input of floats: its units per 1.0 */
    guint8 zero;    /* the 8-bit number that 0 is quantised to */
    gint16
        fixed; /* the factor to 8 bits, scaled by 2^15; 0: each pixel has one, from its extremes */
} EffNetQuant;

/* Rounds to nearest, ties to even, and saturates; NaN becomes 0. Instruction sets disagree about
 * values beyond 32 bits, and a comparison per output would cost up to 4 % of a network: kernels may
 * assume that there are none, as scales are at least effnet_quant_least_scale(). */
static inline gint32
effnet_round(float x)
{
    if (isnan(x))
        return 0;
    return x < -0x1p31f ? G_MININT32 : x >= 0x1p31f ? G_MAXINT32 : (gint32)rintf(x);
}

/* The smallest scale at which outputs of up to +-REACH, a real number, fit into 32 bits with room
 * to spare. */
static inline float
effnet_quant_least_scale(double reach)
{
    return (float)MIN(reach / 0x1p30, G_MAXFLOAT);
}

static inline gint16
effnet_saturate(gint32 x)
{
    return CLAMP(x, G_MININT16, G_MAXINT16);
}

/* a * b / 2^15, rounded; wraps around for -32768 * -32768, which does not occur. */
static inline gint16
effnet_mul_q15(gint16 a, gint16 b)
{
    return (gint16)((a * b + 0x4000) >> 15);
}

static inline gint16
effnet_bump_act(const EffNetBump *bump, gint16 x)
{
    guint16 magnitude = (guint16)ABS((gint32)x), t = MIN(magnitude, bump->end);
    guint segment = (guint32)t * bump->segments >> 16;
    gint16 height = bump->offset[segment] + effnet_mul_q15(t, bump->slope[segment]);

    return effnet_saturate(MAX(x, 0) - height);
}

static inline gint16
effnet_quant_act(const EffNetQuant *quant, gint32 x)
{
    gint16 narrow = effnet_saturate(x);

    return quant->has_bump ? effnet_bump_act(&quant->bump, narrow)
                           : CLAMP(narrow, quant->low, quant->high);
}

/* To outputs of 8 bits; this also clips, since their range is the activation's. */
static inline guint8
effnet_quant_byte(gint32 x)
{
    return CLAMP(x, 0, G_MAXUINT8);
}

/* The factor to 8 bits, scaled by 2^15, for a pixel whose values, in units, range from LEAST <= 0
 * to MOST >= 0. */
static inline gint16
effnet_quant_factor(const EffNetQuant *quant, gint32 least, gint32 most)
{
    gint32 factor = G_MAXINT16;

    if (quant->fixed)
        return quant->fixed;
    if (most > 0)
        factor = MIN(factor, ((255 - quant->zero) << 15) / most);
    if (quant->zero && least < 0)
        factor = MIN(factor, (quant->zero << 15) / -least);
    return (gint16)factor;
}

static inline guint8
effnet_quant_value(const EffNetQuant *quant, gint16 x, gint16 factor)
{
    return CLAMP(effnet_mul_q15(x, factor) + quant->zero, 0, 255);
}

/* A gate of 0..1, scaled by 2^15. */
static inline gint16
effnet_quant_gate(float gate)
{
    return CLAMP(effnet_round(gate * 0x1p15f), 0, G_MAXINT16);
}

/* The smallest scale at which 16 bits reach to END, where a bump ends (a real number). */
static inline float
effnet_bump_least_scale(double end)
{
    return (float)end / G_MAXINT16;
}

/* Fills BUMP with the line segments of RULE's bump, for outputs of scale UNIT, which is at least
 * effnet_bump_least_scale(). */
void effnet_bump_init(EffNetBump *bump, const EffNetActRule *rule, float unit);

#endif
