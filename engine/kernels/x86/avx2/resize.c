/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib.h>
#include <immintrin.h>
#include <string.h>

typedef __m256i V;
typedef gint32 Pair __attribute__((may_alias));
#define VLANES 2

#define v_load(p)          _mm256_loadu_si256((const __m256i *)(p))
#define v_store(p, v)      _mm256_storeu_si256((__m256i *)(p), v)
#define v_set32(x)         _mm256_set1_epi32(x)
#define v_broadcast(p)     _mm256_set1_epi32(*(const Pair *)(p))
#define v_and(a, b)        _mm256_and_si256(a, b)
#define v_add32(a, b)      _mm256_add_epi32(a, b)
#define v_madd16(a, b)     _mm256_madd_epi16(a, b)
#define v_srl16(a, n)      _mm256_srli_epi16(a, n)
#define v_sll32(a, n)      _mm256_slli_epi32(a, n)
#define v_sra32(a, n)      _mm256_srai_epi32(a, n)
#define v_unpacklo8(a, b)  _mm256_unpacklo_epi8(a, b)
#define v_unpackhi8(a, b)  _mm256_unpackhi_epi8(a, b)
#define v_unpacklo16(a, b) _mm256_unpacklo_epi16(a, b)
#define v_unpackhi16(a, b) _mm256_unpackhi_epi16(a, b)
#define v_unpacklo32(a, b) _mm256_unpacklo_epi32(a, b)
#define v_unpackhi32(a, b) _mm256_unpackhi_epi32(a, b)
#define v_unpacklo64(a, b) _mm256_unpacklo_epi64(a, b)
#define v_unpackhi64(a, b) _mm256_unpackhi_epi64(a, b)
#define v_packs32(a, b)    _mm256_packs_epi32(a, b)
#define v_packus16(a, b)   _mm256_packus_epi16(a, b)
#define v_shuffle8(a, b)   _mm256_shuffle_epi8(a, b)
#define v_lanes(...)       _mm256_broadcastsi128_si256(_mm_setr_epi8(__VA_ARGS__))

/* Loads two lanes, STRIDE bytes apart (12 or 16), reading at most N_BYTES; the rest is 0. */
static inline V
v_load_lanes(const guint8 *src, gsize n_bytes, guint stride)
{
    guint8 tail[32] = {0};

    if (n_bytes < sizeof tail) {
        memcpy(tail, src, n_bytes);
        src = tail;
    }
    return _mm256_loadu2_m128i((const __m128i *)(src + stride), (const __m128i *)src);
}

static inline void
v_turn_lanes(V v[2])
{
    V a = v[0], b = v[1];

    v[0] = _mm256_permute2x128_si256(a, b, 0x20);
    v[1] = _mm256_permute2x128_si256(a, b, 0x31);
}

static inline void
v_store_lane(guint8 *p, V v, guint lane)
{
    _mm_storeu_si128((__m128i *)p,
                     lane ? _mm256_extracti128_si256(v, 1) : _mm256_castsi256_si128(v));
}

static inline void
v_store_bytes(guint8 *dst, V words)
{
    V bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(words, words), 0x08);
    _mm_storeu_si128((__m128i *)dst, _mm256_castsi256_si128(bytes));
}

#include "../../resize_tmpl.c"
