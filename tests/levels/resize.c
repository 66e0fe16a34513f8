/* SPDX-License-Identifier: BSD-2-Clause */
/* resize_tmpl.c's operations in plain C, on VF_LANES / 4 lanes of 128 bits. */
#include "simd.h"

#define VLANES (VF_LANES / 4)
#define VSIZE  (16 * VLANES)

typedef union {
    guint8 b[VSIZE];
    gint16 h[VSIZE / 2];
    gint32 w[VSIZE / 4];
} V;

static inline V
v_load(gconstpointer p)
{
    V v;

    memcpy(&v, p, VSIZE);
    return v;
}

static inline void
v_store(gpointer p, V v)
{
    memcpy(p, &v, VSIZE);
}

static inline void
v_store_lane(gpointer p, V v, guint lane)
{
    memcpy(p, v.b + 16 * lane, 16);
}

static inline V
v_set32(gint32 x)
{
    V v;

    for (guint i = 0; i < VSIZE / 4; i++)
        v.w[i] = x;
    return v;
}

/* Two 16-bit numbers, in every element. */
static inline V
v_broadcast(const gint16 *p)
{
    gint32 pair;

    memcpy(&pair, p, sizeof pair);
    return v_set32(pair);
}

static inline V
v_and(V a, V b)
{
    for (guint i = 0; i < VSIZE; i++)
        a.b[i] &= b.b[i];
    return a;
}

static inline V
v_add32(V a, V b)
{
    for (guint i = 0; i < VSIZE / 4; i++)
        a.w[i] = (gint32)((guint32)a.w[i] + (guint32)b.w[i]);
    return a;
}

static inline V
v_madd16(V a, V b)
{
    V v;

    for (guint i = 0; i < VSIZE / 4; i++)
        v.w[i] = (gint32)((guint32)(a.h[2 * i] * b.h[2 * i]) +
                          (guint32)(a.h[2 * i + 1] * b.h[2 * i + 1]));
    return v;
}

static inline V
v_srl16(V a, int n)
{
    for (guint i = 0; i < VSIZE / 2; i++)
        a.h[i] = (gint16)((guint16)a.h[i] >> n);
    return a;
}

static inline V
v_sll32(V a, int n)
{
    for (guint i = 0; i < VSIZE / 4; i++)
        a.w[i] = (gint32)((guint32)a.w[i] << n);
    return a;
}

static inline V
v_sra32(V a, int n)
{
    for (guint i = 0; i < VSIZE / 4; i++)
        a.w[i] >>= n;
    return a;
}

/* In each lane, elements of SIZE bytes, alternately from one half of A and of B. */
static inline V
unpack(V a, V b, guint size, gboolean high)
{
    V v;

    for (guint lane = 0; lane < VSIZE; lane += 16)
        for (guint i = 0; i < 8; i += size) {
            memcpy(v.b + lane + 2 * i, a.b + lane + i + 8 * high, size);
            memcpy(v.b + lane + 2 * i + size, b.b + lane + i + 8 * high, size);
        }
    return v;
}

#define v_unpacklo8(a, b)  unpack(a, b, 1, FALSE)
#define v_unpackhi8(a, b)  unpack(a, b, 1, TRUE)
#define v_unpacklo16(a, b) unpack(a, b, 2, FALSE)
#define v_unpackhi16(a, b) unpack(a, b, 2, TRUE)
#define v_unpacklo32(a, b) unpack(a, b, 4, FALSE)
#define v_unpackhi32(a, b) unpack(a, b, 4, TRUE)
#define v_unpacklo64(a, b) unpack(a, b, 8, FALSE)
#define v_unpackhi64(a, b) unpack(a, b, 8, TRUE)

/* In each lane, A's elements, then B's, saturated to half of their bits. */
static inline V
v_packs32(V a, V b)
{
    V v;

    for (guint i = 0; i < VSIZE / 2; i++) {
        guint at = i / 8 * 4 + i % 4;

        v.h[i] = effnet_saturate(i % 8 < 4 ? a.w[at] : b.w[at]);
    }
    return v;
}

static inline V
v_packus16(V a, V b)
{
    V v;

    for (guint i = 0; i < VSIZE; i++) {
        guint at = i / 16 * 8 + i % 8;

        v.b[i] = CLAMP(i % 16 < 8 ? a.h[at] : b.h[at], 0, G_MAXUINT8);
    }
    return v;
}

/* In each lane, the bytes of A with the given NUMBERS; 0 where a number's highest bit is set. */
static inline V
v_shuffle8(V a, V numbers)
{
    V v;

    for (guint i = 0; i < VSIZE; i++)
        v.b[i] = numbers.b[i] & 0x80 ? 0 : a.b[i / 16 * 16 + numbers.b[i] % 16];
    return v;
}

static inline V
in_every_lane(const guint8 *bytes)
{
    V v;

    for (guint i = 0; i < VSIZE; i++)
        v.b[i] = bytes[i % 16];
    return v;
}

#define v_lanes(...) in_every_lane((const guint8[16]){__VA_ARGS__})

/* Loads lanes STRIDE bytes apart, reading at most N_BYTES; the rest is 0. */
static inline V
v_load_lanes(const guint8 *src, gsize n_bytes, guint stride)
{
    V v = v_set32(0);

    for (guint i = 0; i < VSIZE; i++)
        if (i / 16 * stride + i % 16 < n_bytes)
            v.b[i] = src[i / 16 * stride + i % 16];
    return v;
}

/* Lane J of vector I becomes lane I of vector J. */
static inline void
v_turn_lanes(V v[VLANES])
{
    V turned[VLANES];

    for (guint i = 0; i < VLANES; i++)
        for (guint j = 0; j < VLANES; j++)
            memcpy(turned[j].b + 16 * i, v[i].b + 16 * j, 16);
    memcpy(v, turned, sizeof turned);
}

static inline void
v_store_bytes(guint8 *dst, V words)
{
    for (guint i = 0; i < VSIZE / 2; i++)
        dst[i] = CLAMP(words.h[i], 0, G_MAXUINT8);
}

#include "kernels/resize_tmpl.c"
