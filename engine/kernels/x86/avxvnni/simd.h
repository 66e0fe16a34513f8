/* SPDX-License-Identifier: BSD-2-Clause */
/* AVX2's vectors, with products of four unsigned 8-bit numbers and signed weights at once. */
#ifndef EFFNET_SIMD_AVXVNNI_H
#define EFFNET_SIMD_AVXVNNI_H

#include "../avx2/simd.h"

#undef vi_group_dot
#define vs_store_quantum(p, v) vs_store_bytes(p, v)
#ifdef __AVXVNNI__
#define vi_group_dot(s, x, w) _mm256_dpbusd_avx_epi32(s, x, w)
#else /* for tests: AVX-512's encoding, on CPUs that have only that */
#define vi_group_dot(s, x, w) _mm256_dpbusd_epi32(s, x, w)
#endif

#endif
