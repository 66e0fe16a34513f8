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
