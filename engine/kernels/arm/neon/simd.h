/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations on vectors of 4 floats; sizes that suit them are in tiles.h. */
#ifndef EFFNET_SIMD_H
#define EFFNET_SIMD_H

#include <arm_neon.h>

#include "quant.h"

#define VF_LANES 4
typedef float32x4_t vf;

#define vf_load(p)       vld1q_f32(p)
#define vf_store(p, v)   vst1q_f32(p, v)
#define vf_set1(x)       vdupq_n_f32(x)
#define vf_zero()        vdupq_n_f32(0)
#define vf_add(a, b)     vaddq_f32(a, b)
#define vf_sub(a, b)     vsubq_f32(a, b)
#define vf_mul(a, b)     vmulq_f32(a, b)
#define vf_fnma(a, b, c) vfmsq_f32(c, a, b) /* c - a * b */
#define vf_divide(a, b)  vdivq_f32(a, b)
#define vf_min(a, b)     vminq_f32(a, b)
#define vf_max(a, b)     vmaxq_f32(a, b)

/* Hints to compilers. keep_address: P gets a register of its own. vf_keep: V stays in a register.
 * vf_compute, vi_compute: V is computed as written, neither simplified nor merged. */
#define keep_address(p) __asm__("" : "+r"(p))
#define vf_keep(v)      __asm__("" : "+w"(v))
#define vf_compute(v)   __asm__ volatile("" : "+w"(v))
#define vi_compute(v)   __asm__ volatile("" : "+w"(v))

/* a * b + c. With the intrinsic, GCC would give each sum another register and copy between them. */
static inline vf
vf_fma(vf a, vf b, vf c)
{
    __asm__("fmla %0.4s, %1.4s, %2.4s" : "+w"(c) : "w"(a), "w"(b));
    return c;
}

/* 1 + 2^-t, with a relative error below 3e-7. The conversion to 24 fractional bits saturates t at
 * +-128, so that nothing need be clipped. 2^-t is 2^-part, 0 <= part < 1, by a polynomial (minimax
 * in the relative error, 1 at 0), less the whole part in the exponent: (part - fixed) / 2 is minus
 * the whole part at the exponent's position, and the addition saturates at 0. */
static inline vf
vf_exp2_and_one(vf t)
{
    static const float polynomial[] = {-9.44903461e-4f, 9.20579774e-3f, -5.52973579e-2f,
                                       2.40180143e-1f};
    vf by = vld1q_f32(polynomial), p1 = vdupq_n_f32(-6.93143721e-1f), one = vdupq_n_f32(1.f);
    int32x4_t fixed = vcvtq_n_s32_f32(t, 24), part = vandq_s32(fixed, vdupq_n_s32(0xffffff));
    vf f = vcvtq_n_f32_s32(part, 24), square = vmulq_f32(f, f);
    vf high = vfmaq_laneq_f32(vdupq_laneq_f32(by, 1), f, by, 0);
    vf middle = vfmaq_laneq_f32(vdupq_laneq_f32(by, 3), f, by, 2);
    vf low = vfmaq_f32(one, f, p1);
    uint32x4_t power;

    low = vfmaq_f32(low, vfmaq_f32(middle, high, square), square);
    power = vsqaddq_u32(vreinterpretq_u32_f32(low), vhsubq_s32(part, fixed));
    return vaddq_f32(vreinterpretq_f32_u32(power), one);
}

/* Half a panel's vectors. */
typedef struct {
    vf v[2];
} vh;

static inline vh
vh_load(const float *p)
{
    return (vh){{vf_load(p), vf_load(p + VF_LANES)}};
}

/* Vector I of the panel whose lower half is H. */
#define vf_of_half(h, i) ((i) < 2 ? (h).v[(i)&1] : vf_zero())

/* vk: the inputs of one pixel for four k's, or for one. vx: the one at K of them, which products
 * read as an element of the register. */
typedef vf vk;
typedef struct {
    vf values;
    int k;
} vx;

#define vk_load(in)          vld1q_f32(in)
#define vk_load_one(in)      vld1q_dup_f32(in)
#define vx_of(in, values, k) ((vx){values, k})

/* SUM += X * W. X.k must be a constant once loops are unrolled. */
static inline __attribute__((always_inline)) void
vx_accumulate(vf *sum, vx x, vf w)
{
    __asm__("fmla %0.4s, %1.4s, %2.s[%3]" : "+w"(*sum) : "w"(w), "w"(x.values), "i"(x.k));
}

/* Loads a row of a panel from P into ROW; returns the address after it. GCC's intrinsic would not
 * increment the address itself. */
static inline const float *
vf_load_panel(vf *row, const float *p)
{
    float32x4x4_t panel;

#ifdef __clang__
    panel = vld1q_f32_x4(p);
    p += 16;
#else
    __asm__("ld1 {%S0.4s - %V0.4s}, [%1], #64"
            : "=w"(panel), "+r"(p)
            : "m"(*(const float(*)[16])p));
#endif
    for (int i = 0; i < 4; i++)
        row[i] = panel.val[i];
    return p;
}
#define vf_load_panel(row, p) vf_load_panel(row, p)

static inline __attribute__((always_inline)) void
vh_accumulate(vh *sum, vx x, vh w)
{
    vx_accumulate(&sum->v[0], x, w.v[0]);
    vx_accumulate(&sum->v[1], x, w.v[1]);
}

#define vh_accumulate_one(sum, in, values, k, w) vh_accumulate(sum, vx_of(in, values, k), w)

/* Integers for the int8 kernels: VI has VF_LANES of 32 bits, VS twice as many of 16, VB four times
 * as many of 8. */
typedef int32x4_t vi;
typedef int16x8_t vs;
typedef uint8x16_t vb;

#define vi_load(p)     vld1q_s32((const gint32 *)(p))
#define vi_store(p, v) vst1q_s32((gint32 *)(p), v)
#define vi_zero()      vdupq_n_s32(0)
#define vi_set1(x)     vdupq_n_s32(x)
#define vi_add(a, b)   vaddq_s32(a, b)
#define vi_to_float(v) vcvtq_f32_s32(v)
/* effnet_round(), for values within 32 bits. */
#define vf_round(v) vcvtnq_s32_f32(v)

/* Loads four vectors of weights from P into ROW; returns the address after them. */
static inline const guint8 *
vi_load_panel(vi *row, const guint8 *p)
{
    int32x4x4_t panel;

#ifdef __clang__
    panel = vld1q_s32_x4((const gint32 *)p);
    p += 64;
#else
    __asm__("ld1 {%S0.4s - %V0.4s}, [%1], #64"
            : "=w"(panel), "+r"(p)
            : "m"(*(const guint8(*)[64])p));
#endif
    for (int i = 0; i < 4; i++)
        row[i] = panel.val[i];
    return p;
}
#define vi_load_panel(row, p) vi_load_panel(row, p)

/* The numbers of a group, at any alignment. */
typedef gint32 Group __attribute__((may_alias, aligned(1)));

#define vi_group(p) vdupq_n_s32(*(const Group *)(p))

/* The sum of two products of 8-bit numbers fits into 16 bits. */
static inline vi
vi_group_dot(vi sum, vi x, vi w)
{
    int8x16_t a = vreinterpretq_s8_s32(x), b = vreinterpretq_s8_s32(w);
    int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(b)), high = vmull_high_s8(a, b);

    return vpadalq_s16(sum, vpaddq_s16(low, high));
}

#define VS_LANES         8
#define vs_set1(x)       vdupq_n_s16(x)
#define vs_min(a, b)     vminq_s16(a, b)
#define vs_max(a, b)     vmaxq_s16(a, b)
#define vs_add(a, b)     vaddq_s16(a, b)
#define vs_adds(a, b)    vqaddq_s16(a, b)
#define vs_subs(a, b)    vqsubq_s16(a, b)
#define vs_abs(a)        vabsq_s16(a)
#define vs_mul_q15(a, b) vqrdmulhq_s16(a, b)
#define vs_most(v)       vmaxvq_s16(v)
#define vs_least(v)      vminvq_s16(v)
/* The first N numbers; N is VS_LANES here. */
#define vs_load_part(p, n)     vld1q_s16(p)
#define vs_store_part(p, v, n) vst1q_s16(p, v)

static inline vs
vs_minu(vs a, vs b)
{
    return vreinterpretq_s16_u16(vminq_u16(vreinterpretq_u16_s16(a), vreinterpretq_u16_s16(b)));
}

static inline vs
vs_mul_highu(vs a, vs b)
{
    uint16x8_t x = vreinterpretq_u16_s16(a), y = vreinterpretq_u16_s16(b);
    uint32x4_t low = vmull_u16(vget_low_u16(x), vget_low_u16(y)), high = vmull_high_u16(x, y);

    return vreinterpretq_s16_u16(
        vuzp2q_u16(vreinterpretq_u16_u32(low), vreinterpretq_u16_u32(high)));
}

/* A's numbers, then B's, saturated. */
static inline vs
vs_narrow(vi a, vi b)
{
    return vqmovn_high_s32(vqmovn_s32(a), b);
}

/* Stores the half of V with this INDEX, 0 or 1. */
static inline void
vs_store_half(gint16 *p, vs v, int index)
{
    vst1_s16(p, index ? vget_high_s16(v) : vget_low_s16(v));
}

/* Loads VS_LANES unsigned numbers of 8 bits. */
static inline vs
vs_load_bytes(const guint8 *p)
{
    return vreinterpretq_s16_u16(vmovl_u8(vld1_u8(p)));
}

static inline void
vs_store_bytes(guint8 *p, vs v)
{
    vst1_u8(p, vqmovun_s16(v));
}

/* Stores V's numbers, which are within 8 bits. */
static inline void
vs_store_quantum(gint8 *p, vs v)
{
    vst1_s8(p, vqmovn_s16(v));
}

/* The numbers of four vectors, saturated to 0..255. */
static inline vb
vb_narrow(vi a, vi b, vi c, vi d)
{
    return vqmovun_high_s16(vqmovun_s16(vs_narrow(a, b)), vs_narrow(c, d));
}

/* Stores part PART of PARTS (1, 2 or 4) equal parts of V. */
static inline void
vb_store_part(guint8 *p, vb v, int part, int parts)
{
    uint64x2_t halves = vreinterpretq_u64_u8(v);

    if (parts == 1)
        vst1q_u8(p, v);
    else if (parts == 2)
        vst1_u8(p, vreinterpret_u8_u64(part ? vget_high_u64(halves) : vget_low_u64(halves)));
    else
        vst1q_lane_u32((guint32 *)p, vreinterpretq_u32_u8(v), part);
}

/* Loads VF_LANES numbers of 16 bits. */
static inline vi
vi_load_narrow(const gint16 *p)
{
    return vmovl_s16(vld1_s16(p));
}

/* The numbers of TABLE, which has 32, at INDEX. */
static inline vs
vs_lookup(const gint16 *table, vs index)
{
    uint8x16x4_t bytes = vld1q_u8_x4((const guint8 *)table);
    vs at = vmlaq_s16(vdupq_n_s16(0x100), index, vdupq_n_s16(0x202));

    return vreinterpretq_s16_u8(vqtbl4q_u8(bytes, vreinterpretq_u8_s16(at)));
}

/* VS2: numbers of two rows and VS_LANES channels. VI2 and VF2: sums for these channels, and what
 * they are finished with. */
typedef struct {
    vs upper, lower;
} vs2;
typedef struct {
    vi low, high;
} vi2;
typedef struct {
    vf low, high;
} vf2;

#define vs2_pair(a, b) ((vs2){a, b})

static inline vs2
vs2_load(const gint16 *p)
{
    return (vs2){vld1q_s16(p), vld1q_s16(p + VS_LANES)};
}

static inline void
vs2_store(gint16 *p, vs2 v)
{
    vst1q_s16(p, v.upper);
    vst1q_s16(p + VS_LANES, v.lower);
}

/* GCC's intrinsics move halves of vectors about. */
#define SMLAL(sum, a, w)  __asm__("smlal %0.4s, %1.4h, %2.4h" : "+w"(sum) : "w"(a), "w"(w))
#define SMLAL2(sum, a, w) __asm__("smlal2 %0.4s, %1.8h, %2.8h" : "+w"(sum) : "w"(a), "w"(w))

static inline vi2
vi2_dot(vi2 sum, vs2 a, vs2 w)
{
    SMLAL(sum.low, a.upper, w.upper);
    SMLAL2(sum.high, a.upper, w.upper);
    SMLAL(sum.low, a.lower, w.lower);
    SMLAL2(sum.high, a.lower, w.lower);
    return sum;
}

/* The sums in the order of the channels, saturated. */
static inline vs
vs_of_sums(vi2 v)
{
    return vs_narrow(v.low, v.high);
}

/* From vectors A and B, in the order of the channels. */
#define vf2_of(a, b) ((vf2){a, b})

static inline void
vf2_split(vf2 v, vf *a, vf *b)
{
    *a = v.low;
    *b = v.high;
}

#endif
