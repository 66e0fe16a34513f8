/* SPDX-License-Identifier: BSD-2-Clause */
#include <arm_neon.h>
#include <glib.h>
#include <string.h>

typedef uint8x16_t V;
typedef gint32 Pair __attribute__((may_alias));
#define VLANES 1

/* Operations on signed and unsigned numbers of 8, 16 and 32 bits of V. */
#define S16(v)   vreinterpretq_s16_u8(v)
#define S32(v)   vreinterpretq_s32_u8(v)
#define U16(v)   vreinterpretq_u16_u8(v)
#define U64(v)   vreinterpretq_u64_u8(v)
#define V_S16(v) vreinterpretq_u8_s16(v)
#define V_S32(v) vreinterpretq_u8_s32(v)
#define V_U16(v) vreinterpretq_u8_u16(v)
#define V_U64(v) vreinterpretq_u8_u64(v)

#define v_load(p)                vld1q_u8((const guint8 *)(p))
#define v_store(p, v)            vst1q_u8((guint8 *)(p), v)
#define v_store_lane(p, v, lane) vst1q_u8(p, v)
#define v_set32(x)               V_S32(vdupq_n_s32(x))
#define v_broadcast(p)           V_S32(vdupq_n_s32(*(const Pair *)(p)))
#define v_add32(a, b)            V_S32(vaddq_s32(S32(a), S32(b)))
#define v_srl16(a, n)            V_U16(vshrq_n_u16(U16(a), n))
#define v_sll32(a, n)            V_S32(vshlq_n_s32(S32(a), n))
#define v_sra32(a, n)            V_S32(vshrq_n_s32(S32(a), n))
#define v_unpacklo8(a, b)        vzip1q_u8(a, b)
#define v_unpackhi8(a, b)        vzip2q_u8(a, b)
#define v_unpacklo16(a, b)       V_S16(vzip1q_s16(S16(a), S16(b)))
#define v_unpackhi16(a, b)       V_S16(vzip2q_s16(S16(a), S16(b)))
#define v_unpacklo32(a, b)       V_S32(vzip1q_s32(S32(a), S32(b)))
#define v_unpackhi32(a, b)       V_S32(vzip2q_s32(S32(a), S32(b)))
#define v_unpacklo64(a, b)       V_U64(vzip1q_u64(U64(a), U64(b)))
#define v_unpackhi64(a, b)       V_U64(vzip2q_u64(U64(a), U64(b)))
#define v_packs32(a, b)          V_S16(vqmovn_high_s32(vqmovn_s32(S32(a)), S32(b)))
#define v_packus16(a, b)         vqmovun_high_s16(vqmovun_s16(S16(a)), S16(b))
#define v_shuffle8(a, b)         vqtbl1q_u8(a, b) /* indices above 15 give 0 */
#define v_lanes(...)             vld1q_u8((const guint8[16]){__VA_ARGS__})
#define v_turn_lanes(v)          (void)(v)
#define v_store_bytes(p, v)      vst1_u8(p, vqmovun_s16(S16(v)))

/* As an intrinsic, GCC would make two instructions of it where B is a constant. */
static inline V
v_and(V a, V b)
{
    __asm__("and %0.16b, %1.16b, %2.16b" : "=w"(a) : "w"(a), "w"(b));
    return a;
}

static inline V
v_madd16(V a, V b)
{
    return V_S32(vpaddq_s32(vmull_s16(vget_low_s16(S16(a)), vget_low_s16(S16(b))),
                            vmull_high_s16(S16(a), S16(b))));
}

/* Sums of each product of pairs, of the lower and of the upper elements. */
typedef struct {
    int32x4_t low, high;
} VSum;

static inline VSum
v_sum_of(gint32 x)
{
    int32x4_t pairs = vreinterpretq_s32_u64(vdupq_n_u64((guint32)x));

    return (VSum){pairs, pairs};
}

static inline VSum
v_dot(VSum sum, V a, V b)
{
    __asm__("smlal %0.4s, %1.4h, %2.4h" : "+w"(sum.low) : "w"(a), "w"(b));
    __asm__("smlal2 %0.4s, %1.8h, %2.8h" : "+w"(sum.high) : "w"(a), "w"(b));
    return sum;
}
#define v_dot(sum, a, b)    v_dot(sum, a, b)
#define v_sum_elements(sum) V_S32(vpaddq_s32((sum).low, (sum).high))

/* The only lane, of which N_BYTES may be read. */
static inline V
v_load_lanes(const guint8 *src, gsize n_bytes, guint stride)
{
    guint8 tail[16] = {0};

    if (n_bytes < sizeof tail) {
        memcpy(tail, src, n_bytes);
        src = tail;
    }
    return v_load(src);
}

#include "../../resize_tmpl.c"
