/* SPDX-License-Identifier: BSD-2-Clause */
/* The arithmetic of int8 models. A feature map holds whole numbers, of 16 bits or, between layers
 * of ReLU6, of 8; its unit, one for the whole map, is the real value of 1. A product quantises what
 * it reads to 8 bits with a factor of each pixel's own (or one for all, where windows overlap),
 * adds up products with 8-bit weights in 32 bits, and scales these sums to the units of its output.
 *
 * Every kernel does the same operations in the same order as the functions here, so that results
 * are equal bit for bit. */
#ifndef EFFNET_KERNEL_QUANT_H
#define EFFNET_KERNEL_QUANT_H

#include <math.h>

#include "../arch/activation.h"

#define EFFNET_BUMP_SEGMENTS 32

/* An activation of the form max(x, 0) - bump(|x|), EFFNET_ACT_RULE_BUMP, x in units: the bump in
 * straight lines, one a segment. */
typedef struct {
    gint16 offset[EFFNET_BUMP_SEGMENTS];
    gint16 slope[EFFNET_BUMP_SEGMENTS]; /* times 2^15 */
    guint16 end;                        /* of the last segment, in units */
    guint16 segments;                   /* in a unit, times 2^16 */
} EffNetBump;

/* What int8 kernels need besides what all kernels do. Biases and scales give units of the output,
 * or real numbers where the output is logits. */
typedef struct {
    EffNetBump bump; /* where HAS_BUMP; else outputs are clipped to LOW..HIGH, in units */
    gboolean has_bump;
    gint16 low, high;
    float residual; /* the residual's unit in units of the output */
    float unit;     /* of the output: scales sums over it and means */
    float in_scale; /* of an input of floats: units in 1 */
    guint8 zero;    /* what 0 becomes in 8 bits */
    gint16 fixed;   /* the factor to 8 bits, times 2^15; 0: each pixel's, by its extremes */
} EffNetQuant;

/* To nearest, ties to even, saturated; 0 of NaN. Instruction sets differ in what they make of what
 * is beyond 32 bits, and a comparison for each output costs up to 4 % of a network: kernels may
 * take for granted that there is nothing, as units are at least effnet_quant_least_step(). */
static inline gint32
effnet_round(float x)
{
    if (isnan(x))
        return 0;
    return x < -0x1p31f ? G_MININT32 : x >= 0x1p31f ? G_MAXINT32 : (gint32)rintf(x);
}

/* The least unit of outputs of which REACH, a real number, is the farthest that they could be. */
static inline float
effnet_quant_least_step(double reach)
{
    return (float)MIN(reach / 0x1p30, G_MAXFLOAT);
}

static inline gint16
effnet_saturate(gint32 x)
{
    return CLAMP(x, G_MININT16, G_MAXINT16);
}

/* a * b / 2^15, rounded; wraps for -32768 twice, which does not occur. */
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

/* To outputs of 8 bits, whose least and most are what clips them. */
static inline guint8
effnet_quant_byte(gint32 x)
{
    return CLAMP(x, 0, G_MAXUINT8);
}

/* The factor to 8 bits, times 2^15, for a pixel whose values reach from LEAST to MOST, 0 among
 * them. */
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

/* A gate of 0..1 as a factor times 2^15. */
static inline gint16
effnet_quant_gate(float gate)
{
    return CLAMP(effnet_round(gate * 0x1p15f), 0, G_MAXINT16);
}

/* The least unit whose numbers of 16 bits reach to the END of a bump. */
static inline float
effnet_bump_least_step(double end)
{
    return (float)end / G_MAXINT16;
}

/* Lines for RULE's bump, for outputs in units of UNIT, at least effnet_bump_least_step(). */
void effnet_bump_init(EffNetBump *bump, const EffNetActRule *rule, float unit);

#endif
