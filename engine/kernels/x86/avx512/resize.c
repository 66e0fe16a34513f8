/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>
#include <immintrin.h>

typedef __m512i V;
typedef gint32 Pair __attribute__((may_alias));
#define VLANES 4

#define v_load(p)          _mm512_loadu_si512(p)
#define v_store(p, v)      _mm512_storeu_si512(p, v)
#define v_set32(x)         _mm512_set1_epi32(x)
#define v_broadcast(p)     _mm512_set1_epi32(*(const Pair *)(p))
#define v_and(a, b)        _mm512_and_si512(a, b)
#define v_add32(a, b)      _mm512_add_epi32(a, b)
#define v_madd16(a, b)     _mm512_madd_epi16(a, b)
#define v_srl16(a, n)      _mm512_srli_epi16(a, n)
#define v_sll32(a, n)      _mm512_slli_epi32(a, n)
#define v_sra32(a, n)      _mm512_srai_epi32(a, n)
#define v_unpacklo8(a, b)  _mm512_unpacklo_epi8(a, b)
#define v_unpackhi8(a, b)  _mm512_unpackhi_epi8(a, b)
#define v_unpacklo16(a, b) _mm512_unpacklo_epi16(a, b)
#define v_unpackhi16(a, b) _mm512_unpackhi_epi16(a, b)
#define v_unpacklo32(a, b) _mm512_unpacklo_epi32(a, b)
#define v_unpackhi32(a, b) _mm512_unpackhi_epi32(a, b)
#define v_unpacklo64(a, b) _mm512_unpacklo_epi64(a, b)
#define v_unpackhi64(a, b) _mm512_unpackhi_epi64(a, b)
#define v_packs32(a, b)    _mm512_packs_epi32(a, b)
#define v_packus16(a, b)   _mm512_packus_epi16(a, b)
#define v_shuffle8(a, b)   _mm512_shuffle_epi8(a, b)
#define v_lanes(...)       _mm512_broadcast_i32x4(_mm_setr_epi8(__VA_ARGS__))

/* Loads four lanes, STRIDE bytes apart (12 or 16), reading at most N_BYTES; the rest is 0. */
static inline V
v_load_lanes(const guint8 *src, gsize n_bytes, guint stride)
{
    __mmask64 mask = n_bytes < 64 ? (1ull << n_bytes) - 1 : ~0ull;
    V v = _mm512_maskz_loadu_epi8(mask, src);

    if (stride == 16)
        return v;
    return _mm512_permutexvar_epi32(
        _mm512_setr_epi32(0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9, 10, 11, 12), v);
}

static inline void
v_turn_lanes(V v[4])
{
    V a = _mm512_shuffle_i32x4(v[0], v[1], 0x44), b = _mm512_shuffle_i32x4(v[2], v[3], 0x44);
    V c = _mm512_shuffle_i32x4(v[0], v[1], 0xee), d = _mm512_shuffle_i32x4(v[2], v[3], 0xee);

    v[0] = _mm512_shuffle_i32x4(a, b, 0x88);
    v[1] = _mm512_shuffle_i32x4(a, b, 0xdd);
    v[2] = _mm512_shuffle_i32x4(c, d, 0x88);
    v[3] = _mm512_shuffle_i32x4(c, d, 0xdd);
}

/* LANE is a constant once loops are unrolled. */
static inline void
v_store_lane(guint8 *p, V v, guint lane)
{
    __m256i half = lane / 2 ? _mm512_extracti64x4_epi64(v, 1) : _mm512_castsi512_si256(v);

    _mm_storeu_si128((__m128i *)p,
                     lane % 2 ? _mm256_extracti128_si256(half, 1) : _mm256_castsi256_si128(half));
}

static inline void
v_store_bytes(guint8 *dst, V words)
{
    words = _mm512_max_epi16(words, _mm512_setzero_si512());
    _mm256_storeu_si256((__m256i *)dst, _mm512_cvtusepi16_epi8(words));
}

#include "../../resize_tmpl.c"
