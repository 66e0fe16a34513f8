/* SPDX-License-Identifier: BSD-2-Clause */
/* Shapes, element types and strides. */
#include <string.h>

#include "formats.h"

#define TILE 16 /* floats: a cache line in either direction */

guint
effnet_dtype_size(EffNetDType dtype)
{
    static const guint sizes[] = {
        [EFFNET_DTYPE_F32] = 4, [EFFNET_DTYPE_F16] = 2, [EFFNET_DTYPE_BF16] = 2,
        [EFFNET_DTYPE_F64] = 8, [EFFNET_DTYPE_I8] = 1,  [EFFNET_DTYPE_OTHER] = 0,
    };

    return sizes[dtype];
}

gboolean
effnet_tensor_set_dense(EffNetTensor *tensor)
{
    guint64 stride = 1;

    for (guint i = tensor->n_dims; i > 0; i--) {
        tensor->strides[i - 1] = stride;
        if (!g_uint64_checked_mul(&stride, stride, MAX(tensor->dims[i - 1], 1)))
            return FALSE;
    }
    return TRUE;
}

gboolean
effnet_tensor_measure(const EffNetTensor *tensor, guint64 *n_elements, guint64 *extent)
{
    gboolean empty = FALSE;
    guint64 n = 1, last = 0, distance;

    for (guint i = 0; i < tensor->n_dims; i++)
        empty = empty || tensor->dims[i] == 0;
    for (guint i = 0; !empty && i < tensor->n_dims; i++)
        if (!g_uint64_checked_mul(&n, n, tensor->dims[i]) ||
            !g_uint64_checked_mul(&distance, tensor->dims[i] - 1, tensor->strides[i]) ||
            !g_uint64_checked_add(&last, last, distance))
            return FALSE;
    *n_elements = empty ? 0 : n;
    *extent = empty ? 0 : last + 1;
    return last < G_MAXUINT64;
}

/* A number of SIZE bytes, little endian. */
static inline guint64
get_bits(const guint8 *p, guint size)
{
    guint64 bits = 0;

    memcpy(&bits, p, size);
    return GUINT64_FROM_LE(bits); /* the bytes after SIZE are 0, and become the upper ones */
}

static inline float
f32_from_bits(guint64 bits)
{
    guint32 word = (guint32)bits;
    float value;

    memcpy(&value, &word, sizeof value);
    return value;
}

static inline float
f32_from_f64_bits(guint64 bits)
{
    double value;

    memcpy(&value, &bits, sizeof value);
    return (float)value;
}

static float
f32_from_f16(guint16 half)
{
    guint32 sign = (guint32)(half & 0x8000) << 16, exponent = half >> 10 & 31;
    guint32 mantissa = half & 1023;
    float value = (float)mantissa * 0x1p-24f; /* subnormal, exact */

    if (exponent == 0)
        return sign ? -value : value;
    return f32_from_bits(sign | (exponent == 31 ? 255u : exponent + 127 - 15) << 23 |
                         mantissa << 13);
}

void
effnet_convert_to_f32(float *dst, const void *src, gsize n, EffNetDType dtype)
{
    const guint8 *from = src;

    switch (dtype) {
    case EFFNET_DTYPE_F32:
        for (gsize i = 0; i < n; i++)
            dst[i] = f32_from_bits(get_bits(from + 4 * i, 4));
        break;
    case EFFNET_DTYPE_F16:
        for (gsize i = 0; i < n; i++)
            dst[i] = f32_from_f16((guint16)get_bits(from + 2 * i, 2));
        break;
    case EFFNET_DTYPE_BF16:
        for (gsize i = 0; i < n; i++)
            dst[i] = f32_from_bits(get_bits(from + 2 * i, 2) << 16);
        break;
    case EFFNET_DTYPE_F64:
        for (gsize i = 0; i < n; i++)
            dst[i] = f32_from_f64_bits(get_bits(from + 8 * i, 8));
        break;
    case EFFNET_DTYPE_I8:
        for (gsize i = 0; i < n; i++)
            dst[i] = (gint8)from[i];
        break;
    case EFFNET_DTYPE_OTHER:
        g_assert_not_reached();
    }
}

typedef struct {
    gsize n, from, to; /* iterations; strides in source and destination */
} Loop;

/* The loops of a permutation, outermost first. Loops of length 1 are dropped; loops that continue
 * one another on both sides are merged. */
static guint
plan_loops(const EffNetTensor *tensor, const guint64 *to, Loop loops[EFFNET_MAX_DIMS])
{
    guint n_loops = 0;

    for (guint i = 0; i < tensor->n_dims; i++) {
        Loop loop = {.n = tensor->dims[i], .from = tensor->strides[i], .to = to[i]};
        Loop *outer = n_loops ? &loops[n_loops - 1] : NULL;

        if (loop.n == 1)
            continue;
        if (outer && outer->from == loop.from * loop.n && outer->to == loop.to * loop.n) {
            loop.n *= outer->n;
            *outer = loop;
        } else {
            loops[n_loops++] = loop;
        }
    }
    return n_loops;
}

/* Copies a plane of two loops in tiles, so that the cache lines of both sides are used up while
 * they are in caches, whichever loop is contiguous on which side. */
static void
copy_plane(float *dst, const float *src, const Loop *a, const Loop *b)
{
    for (gsize i0 = 0; i0 < a->n; i0 += TILE)
        for (gsize j0 = 0; j0 < b->n; j0 += TILE)
            for (gsize i = i0; i < MIN(i0 + TILE, a->n); i++)
                for (gsize j = j0; j < MIN(j0 + TILE, b->n); j++)
                    dst[i * a->to + j * b->to] = src[i * a->from + j * b->from];
}

void
effnet_permute(float *dst, const guint64 *to, const float *src, const EffNetTensor *tensor)
{
    static const Loop once = {.n = 1};
    Loop loops[EFFNET_MAX_DIMS], inner;
    gsize at[EFFNET_MAX_DIMS] = {0};
    guint n = plan_loops(tensor, to, loops), fast = 0;

    for (guint i = 0; i < tensor->n_dims; i++)
        if (tensor->dims[i] == 0)
            return;
    /* The plane: the destination's innermost loop, and the source's. */
    inner = n > 0 ? loops[--n] : once;
    for (guint i = 1; i < n; i++)
        if (loops[i].from <= loops[fast].from)
            fast = i;
    if (n > 0) {
        Loop swap = loops[fast];

        loops[fast] = loops[n - 1];
        loops[--n] = swap;
    } else {
        loops[0] = once;
    }
    for (;;) {
        guint i = n;

        copy_plane(dst, src, &loops[n], &inner);
        while (i > 0 && ++at[i - 1] == loops[i - 1].n) {
            i--;
            src -= (loops[i].n - 1) * loops[i].from;
            dst -= (loops[i].n - 1) * loops[i].to;
            at[i] = 0;
        }
        if (i == 0)
            return;
        src += loops[i - 1].from;
        dst += loops[i - 1].to;
    }
}
