/* SPDX-License-Identifier: BSD-2-Clause */
/* Prepares the windows that the int8 convolution reads: quantises them into the scratch, unless
 * products can read the input as it is. Only for conv_int8_tmpl.c. */
#ifndef EFFNET_CONV_INT8_WINDOWS_TMPL_H
#define EFFNET_CONV_INT8_WINDOWS_TMPL_H

#include "conv.h"
#include "quant_tmpl.h"
#include "tiles_tmpl.h"

#define INLINE static inline __attribute__((always_inline))

/* What a product reads: 8-bit numbers less CONV_OFFSET, or the same widened. */
typedef CONV_QUANTUM Quantum;

#define GROUP (CONV_GROUP * (int)sizeof(Quantum)) /* bytes of a group */

/* The quantised windows: in the scratch, or the input itself where that is in 8 bits already. */
typedef struct {
    const guint8 *in;             /* the first pixel's */
    gsize in_stride, span_stride; /* bytes from pixel to pixel, and from span to span */
    guint spans, groups;          /* spans of a window, groups of a span */
    const float *units;           /* per pixel: units of the input per 8-bit number */
} Windows;

static gpointer
take(EffNetConv *a, gsize bytes)
{
    gpointer taken = a->scratch;

    a->scratch = (guint8 *)taken + (bytes + 127) / 64 * 64; /* room for a whole last vector */
    return taken;
}

/* N numbers of the input (EFFNET_LANES or VS_LANES), times the gate if there is one. */
INLINE vs
gated(const gint16 *in, const gint16 *gate, guint n)
{
    vs x = vs_load_part(in, n);

    return gate ? vs_mul_q15(x, vs_load_part(gate, n)) : x;
}

INLINE vs
in_8_bits(const EffNetQuant *q, vs x, vs factor)
{
    return vs_adds(vs_mul_q15(x, factor), vs_set1(q->zero - CONV_OFFSET));
}

/* Quantises N numbers, whole panels, from IN to OUT: times GATE, unless it is NULL, then times
 * FACTOR (scaled by 2^15) to 8 bits, plus the zero, less CONV_OFFSET. May write up to a vector of
 * Quantum beyond. */
INLINE void
quantise(const EffNetQuant *q, Quantum *out, const gint16 *in, const gint16 *gate, gsize n,
         gint16 factor)
{
    const vs factors = vs_set1(factor);
    gsize i = 0;

    for (; i + VS_LANES <= n; i += VS_LANES)
        vs_store_quantum(out + i,
                         in_8_bits(q, gated(in + i, gate ? gate + i : NULL, VS_LANES), factors));
    if (i < n)
        vs_store_quantum(
            out + i, in_8_bits(q, gated(in + i, gate ? gate + i : NULL, EFFNET_LANES), factors));
}

/* The factor to 8 bits, scaled by 2^15, for a pixel of N numbers, whole panels, times GATE unless
 * it is NULL: the fixed one, or by the pixel's extremes. */
INLINE gint16
factor_of(const EffNetQuant *q, const gint16 *in, const gint16 *gate, gsize n)
{
    vs least = vs_set1(0), most = vs_set1(0);
    gsize i = 0;

    if (q->fixed)
        return q->fixed;
    for (; i + VS_LANES <= n; i += VS_LANES) {
        vs x = gated(in + i, gate ? gate + i : NULL, VS_LANES);

        least = vs_min(least, x);
        most = vs_max(most, x);
    }
    if (i < n) {
        vs x = gated(in + i, gate ? gate + i : NULL, EFFNET_LANES);

        least = vs_min(least, x);
        most = vs_max(most, x);
    }
    return effnet_quant_factor(q, q->zero ? vs_least(least) : 0, vs_most(most));
}

static void
quantise_pixels(EffNetConv *a, Windows *windows, const gint16 *gate)
{
    gsize n = effnet_panels(a->span) * EFFNET_LANES, stride = (n + VS_LANES - 1) & -VS_LANES;
    float *units = take(a, a->pixels * sizeof *units);
    Quantum *out = take(a, a->pixels * stride * sizeof *out);
    const gint16 *in = a->in;

    windows->in = (const guint8 *)out;
    windows->in_stride = stride * sizeof *out;
    windows->units = units;
    for (guint p = 0; p < a->pixels; p++, in += a->in_stride, out += stride) {
        gint16 factor = factor_of(a->quant, in, gate, n);

        quantise(a->quant, out, in, gate, n, factor);
        units[p] = 0x1p15f / factor;
    }
}

static const float *
equal_units(EffNetConv *a, float unit)
{
    float *units = take(a, a->pixels * sizeof *units);

    for (guint p = 0; p < a->pixels; p++)
        units[p] = unit;
    return units;
}

/* Quantises the rows under overlapping windows, each row once, by the fixed factor. */
static void
quantise_rows(EffNetConv *a, Windows *windows)
{
    const gsize whole = MAX(VS_LANES, EFFNET_LANES);
    gsize n = (a->pixels - 1) * a->in_stride + a->span, stride = (n + whole) & -whole;
    gint16 factor = a->quant->fixed;
    Quantum *out;

    windows->units = equal_units(a, 0x1p15f / factor);
    out = take(a, a->spans * stride * sizeof *out);
    windows->in = (const guint8 *)out;
    windows->in_stride = a->in_stride * sizeof *out;
    windows->span_stride = stride * sizeof *out;
    /* In whole panels: this reads up to 15 numbers beyond the last span, where the band has its
     * scratch; none of them is used. */
    for (guint r = 0; r < a->spans; r++)
        quantise(a->quant, out + r * stride, (const gint16 *)a->in + r * a->span_stride, NULL,
                 effnet_panels(n) * EFFNET_LANES, factor);
}

static void
copy_bytes(Quantum *restrict out, const guint8 *restrict in, gsize n)
{
    for (gsize i = 0; i < n; i++)
        out[i] = in[i] - CONV_OFFSET;
}

/* Uses a U8 input as it is, or copies it if products read it widened or with an offset. */
static void
take_bytes(EffNetConv *a, Windows *windows)
{
    windows->units = equal_units(a, 1);
    gsize n = (a->pixels - 1) * a->in_stride + a->span;
    Quantum *out;

    if (sizeof(Quantum) == 1 && CONV_OFFSET == 0) {
        windows->in = a->in;
        windows->in_stride = a->in_stride;
        windows->span_stride = a->span_stride;
        return;
    }
    out = take(a, a->spans * n * sizeof *out);
    windows->in = (const guint8 *)out;
    windows->in_stride = a->in_stride * sizeof *out;
    windows->span_stride = n * sizeof *out;
    for (guint r = 0; r < a->spans; r++, out += n)
        copy_bytes(out, (const guint8 *)a->in + r * a->span_stride, n);
}

/* Converts an input of F32, whose pixels are adjacent, to units. */
static void
take_floats(EffNetConv *a)
{
    gsize n = a->pixels * (gsize)effnet_panels(a->span) * EFFNET_LANES;
    gint16 *out = take(a, n * sizeof *out);

    for (gsize i = 0; i < n; i++)
        out[i] = effnet_saturate(effnet_round(((const float *)a->in)[i] * a->quant->in_scale));
    a->in = out;
}

static Windows
make_windows(EffNetConv *a)
{
    Windows windows = {.spans = a->spans, .groups = effnet_conv_groups(a->span, CONV_GROUP)};
    gint16 *gate = NULL;

    if (a->in_type == EFFNET_TYPE_F32)
        take_floats(a);
    if (a->gate)
        gate = take(a, effnet_panels(a->span) * EFFNET_LANES * sizeof *gate);
    for (guint k = 0; gate && k < effnet_panels(a->span) * EFFNET_LANES; k++)
        gate[k] = effnet_quant_gate(a->gate[k]);
    if (a->in_type == EFFNET_TYPE_U8)
        take_bytes(a, &windows);
    else if (a->spans > 1)
        quantise_rows(a, &windows);
    else
        quantise_pixels(a, &windows, gate);
    return windows;
}

#endif
