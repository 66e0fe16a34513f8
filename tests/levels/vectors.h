/* SPDX-License-Identifier: BSD-2-Clause */
/* Vectors in plain C: VF has VF_LANES floats; VI, VS and VB have as many bytes, as 32-bit, 16-bit
 * and 8-bit integers. */
#ifndef EFFNET_TEST_VECTORS_H
#define EFFNET_TEST_VECTORS_H

#include <math.h>
#include <string.h>

#include "kernels/quant.h"

#define VF_BYTES (VF_LANES * 4)
#define VS_LANES (VF_LANES * 2)
#define VB_LANES (VF_LANES * 4)

typedef float vf __attribute__((vector_size(VF_BYTES)));
typedef gint32 vi __attribute__((vector_size(VF_BYTES)));
typedef gint16 vs __attribute__((vector_size(VF_BYTES)));
typedef guint8 vb __attribute__((vector_size(VF_BYTES)));

/* No hints: compilers may do as they like. */
#define keep_address(p) (void)(p)
#define vf_keep(v)      (void)(v)
#define vf_compute(v)   (void)(v)
#define vi_compute(v)   (void)(v)

/* type_load(p), type_store(p, v), and type_set1(x), with x in every lane. */
#define MEMORY(type, element, lanes)                                                               \
    static inline type type##_load(gconstpointer p)                                                \
    {                                                                                              \
        type v = {0};                                                                              \
                                                                                                   \
        memcpy(&v, p, sizeof v);                                                                   \
        return v;                                                                                  \
    }                                                                                              \
    static inline void type##_store(gpointer p, type v)                                            \
    {                                                                                              \
        memcpy(p, &v, sizeof v);                                                                   \
    }                                                                                              \
    static inline type type##_set1(element x)                                                      \
    {                                                                                              \
        type v = {0};                                                                              \
                                                                                                   \
        for (int i = 0; i < (lanes); i++)                                                          \
            v[i] = x;                                                                              \
        return v;                                                                                  \
    }
MEMORY(vf, float, VF_LANES)
MEMORY(vi, gint32, VF_LANES)
MEMORY(vs, gint16, VS_LANES)
#undef MEMORY

/* Functions that apply EXPRESSION to lane I of A, of A and B, or of A, B and C. */
#define EACH_1(name, type, lanes, expression)                                                      \
    static inline type name(type a)                                                                \
    {                                                                                              \
        type v = {0};                                                                              \
                                                                                                   \
        for (int i = 0; i < (lanes); i++)                                                          \
            v[i] = expression;                                                                     \
        return v;                                                                                  \
    }
#define EACH_2(name, type, lanes, expression)                                                      \
    static inline type name(type a, type b)                                                        \
    {                                                                                              \
        type v = {0};                                                                              \
                                                                                                   \
        for (int i = 0; i < (lanes); i++)                                                          \
            v[i] = expression;                                                                     \
        return v;                                                                                  \
    }
#define EACH_3(name, type, lanes, expression)                                                      \
    static inline type name(type a, type b, type c)                                                \
    {                                                                                              \
        type v = {0};                                                                              \
                                                                                                   \
        for (int i = 0; i < (lanes); i++)                                                          \
            v[i] = expression;                                                                     \
        return v;                                                                                  \
    }
EACH_2(vf_add, vf, VF_LANES, a[i] + b[i])
EACH_2(vf_sub, vf, VF_LANES, a[i] - b[i])
EACH_2(vf_mul, vf, VF_LANES, a[i] * b[i])
EACH_2(vf_divide, vf, VF_LANES, a[i] / b[i])
EACH_2(vf_min, vf, VF_LANES, MIN(a[i], b[i]))
EACH_2(vf_max, vf, VF_LANES, MAX(a[i], b[i]))
EACH_3(vf_fma, vf, VF_LANES, fmaf(a[i], b[i], c[i]))
EACH_3(vf_fnma, vf, VF_LANES, fmaf(-a[i], b[i], c[i]))
EACH_1(vf_exp2_and_one, vf, VF_LANES, 1.f + exp2f(CLAMP(a[i], -126.f, 126.f) * -1.f))
EACH_2(vi_add, vi, VF_LANES, a[i] + b[i])
EACH_1(vs_abs, vs, VS_LANES, (gint16)ABS((gint32)a[i]))
EACH_2(vs_min, vs, VS_LANES, MIN(a[i], b[i]))
EACH_2(vs_max, vs, VS_LANES, MAX(a[i], b[i]))
EACH_2(vs_minu, vs, VS_LANES, (gint16)MIN((guint16)a[i], (guint16)b[i]))
EACH_2(vs_add, vs, VS_LANES, (gint16)(a[i] + b[i]))
EACH_2(vs_adds, vs, VS_LANES, effnet_saturate(a[i] + b[i]))
EACH_2(vs_subs, vs, VS_LANES, effnet_saturate(a[i] - b[i]))
EACH_2(vs_mul_q15, vs, VS_LANES, effnet_mul_q15(a[i], b[i]))
EACH_2(vs_mul_highu, vs, VS_LANES, (gint16)((guint32)(guint16)a[i] * (guint16)b[i] >> 16))
#undef EACH_1
#undef EACH_2
#undef EACH_3

#define vf_zero() vf_set1(0)
#define vi_zero() vi_set1(0)

static inline void
vf_accumulate(vf *sum, vf a, vf b)
{
    *sum = vf_fma(a, b, *sum);
}

/* A vector of half a panel. */
#define VH_VECTORS (8 / VF_LANES)
typedef struct {
    vf v[VH_VECTORS];
} vh;

static inline vh
vh_load(const float *p)
{
    vh h = {{{0}}};

    for (int i = 0; i < VH_VECTORS; i++)
        h.v[i] = vf_load(p + i * VF_LANES);
    return h;
}

static inline vh
vh_of(vf x)
{
    vh h = {{{0}}};

    for (int i = 0; i < VH_VECTORS; i++)
        h.v[i] = x;
    return h;
}

#define vh_set1(x) vh_of(vf_set1(x))

static inline vh
vh_fma(vh a, vh b, vh c)
{
    for (int i = 0; i < VH_VECTORS; i++)
        c.v[i] = vf_fma(a.v[i], b.v[i], c.v[i]);
    return c;
}

/* Vector I of the whole panel. */
static inline vf
vf_of_half(vh h, int i)
{
    return i < VH_VECTORS ? h.v[i] : vf_zero();
}

static inline vf
vi_to_float(vi v)
{
    return __builtin_convertvector(v, vf);
}

static inline vi
vf_round(vf v)
{
    vi rounded = {0};

    for (int i = 0; i < VF_LANES; i++)
        rounded[i] = effnet_round(v[i]);
    return rounded;
}

/* Loads VF_LANES numbers of 16 bits. */
static inline vi
vi_load_narrow(const gint16 *p)
{
    vi v = {0};

    for (int i = 0; i < VF_LANES; i++)
        v[i] = p[i];
    return v;
}

/* A's numbers, then B's, saturated to 16 bits. */
static inline vs
vs_narrow(vi a, vi b)
{
    vs v = {0};

    for (int i = 0; i < VS_LANES; i++)
        v[i] = effnet_saturate(i < VF_LANES ? a[i] : b[i - VF_LANES]);
    return v;
}

/* Loads the first N, which are all. */
static inline vs
vs_load_part(const gint16 *p, guint n)
{
    return vs_load(p);
}

static inline void
vs_store_part(gint16 *p, vs v, guint n)
{
    vs_store(p, v);
}

/* Stores half INDEX (0 or 1). */
static inline void
vs_store_half(gint16 *p, vs v, int index)
{
    for (int i = 0; i < VF_LANES; i++)
        p[i] = v[index * VF_LANES + i];
}

/* Loads VS_LANES numbers of 8 bits. */
static inline vs
vs_load_bytes(const guint8 *p)
{
    vs v = {0};

    for (int i = 0; i < VS_LANES; i++)
        v[i] = p[i];
    return v;
}

static inline void
vs_store_bytes(guint8 *p, vs v)
{
    for (int i = 0; i < VS_LANES; i++)
        p[i] = CLAMP(v[i], 0, G_MAXUINT8);
}

/* The numbers of four vectors, in that order, saturated to 0..255. */
static inline vb
vb_narrow(vi a, vi b, vi c, vi d)
{
    const vi all[] = {a, b, c, d};
    vb v = {0};

    for (int i = 0; i < VB_LANES; i++)
        v[i] = CLAMP(all[i / VF_LANES][i % VF_LANES], 0, G_MAXUINT8);
    return v;
}

/* Stores the PARTth of PARTS equal parts. */
static inline void
vb_store_part(guint8 *p, vb v, int part, int parts)
{
    for (int i = 0; i < VB_LANES / parts; i++)
        p[i] = v[part * (VB_LANES / parts) + i];
}

/* TABLE's numbers at INDEX. */
static inline vs
vs_lookup(const gint16 *table, vs index)
{
    vs v = {0};

    for (int i = 0; i < VS_LANES; i++)
        v[i] = table[index[i]];
    return v;
}

static inline gint16
vs_most(vs v)
{
    gint16 most = v[0];

    for (int i = 1; i < VS_LANES; i++)
        most = MAX(most, v[i]);
    return most;
}

static inline gint16
vs_least(vs v)
{
    gint16 least = v[0];

    for (int i = 1; i < VS_LANES; i++)
        least = MIN(least, v[i]);
    return least;
}

/* Sums of VS_LANES channels, and what they are finished with, in the order in which products of
 * pairs make them. */
typedef struct {
    vi low, high;
} vi2;
typedef struct {
    vf low, high;
} vf2;

#endif
