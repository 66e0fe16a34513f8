/* SPDX-License-Identifier: BSD-2-Clause */
#include "pool.h"

#include "bf16.h"

/* A constant TYPE leaves only its own case in the code. */
static inline __attribute__((always_inline)) void
pool(const EffNetPool *a, EffNetType type)
{
    float *most = a->out, *sum = a->out + a->channels;

    for (guint i = 0; i < a->channels; i++)
        most[i] = sum[i] = effnet_type_get(type, a->in, i);
    for (guint p = 1; p < a->pixels; p++)
        for (guint i = 0; i < a->channels; i++) {
            float x = effnet_type_get(type, a->in, p * a->in_stride + i);

            most[i] = MAX(most[i], x);
            sum[i] += x;
        }
    for (guint i = 0; i < a->channels; i++) {
        most[i] *= a->unit;
        sum[i] *= a->unit / a->pixels;
    }
}

void
effnet_pool(const EffNetPool *a)
{
    if (a->type == EFFNET_TYPE_F32)
        pool(a, EFFNET_TYPE_F32);
    else if (a->type == EFFNET_TYPE_BF16)
        pool(a, EFFNET_TYPE_BF16);
    else
        pool(a, EFFNET_TYPE_S16);
}

/* Channels whose means are all taken before any is stored, so that compilers use vectors. */
#define CHUNK 8

/* Means of four: N numbers, whole panels, and those RIGHT, BELOW, and both elements after them. */
static inline __attribute__((always_inline)) void
average(EffNetType type, gconstpointer in, gsize right, gsize below, gsize n, gpointer out)
{
    for (gsize i = 0; i < n; i += CHUNK) {
        float means[CHUNK];

        for (gsize k = 0; k < CHUNK; k++)
            means[k] = (effnet_type_get(type, in, k) + effnet_type_get(type, in, right + k) +
                        effnet_type_get(type, in, below + k) +
                        effnet_type_get(type, in, below + right + k)) /
                       4;
        for (gsize k = 0; k < CHUNK; k++)
            effnet_type_set(type, out, k, means[k]);
        in = effnet_type_at(type, in, CHUNK);
        out = effnet_type_at(type, out, CHUNK);
    }
}

/* The same, rounded. */
static inline void
average_s16(const gint16 *in, gsize right, gsize below, gsize n, gint16 *out)
{
    for (gsize i = 0; i < n; i += CHUNK, in += CHUNK, out += CHUNK) {
        gint16 means[CHUNK];

        for (gsize k = 0; k < CHUNK; k++)
            means[k] = (in[k] + in[right + k] + in[below + k] + in[below + right + k] + 2) >> 2;
        memcpy(out, means, sizeof means);
    }
}

/* A pixel outside of the map counts as the one at the border once more, which leaves the mean of
 * the others. */
void
effnet_average(const EffNetAverage *a)
{
    gsize n = (gsize)a->panels * EFFNET_LANES;

    for (guint x = 0; x < a->size; x += 2) {
        gconstpointer in = effnet_type_at(a->type, a->in, x * n);
        gpointer out = effnet_type_at(a->type, a->out, x / 2 * a->out_stride);
        gsize right = x + 1 < a->size ? n : 0;

        if (a->type == EFFNET_TYPE_F32)
            average(EFFNET_TYPE_F32, in, right, a->below, n, out);
        else if (a->type == EFFNET_TYPE_BF16)
            average(EFFNET_TYPE_BF16, in, right, a->below, n, out);
        else
            average_s16(in, right, a->below, n, out);
    }
}
