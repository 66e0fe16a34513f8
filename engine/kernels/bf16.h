/* SPDX-License-Identifier: BSD-2-Clause */
/* bfloat16: the upper half of a float, rounded to nearest, ties to even; and access to elements of
 * any type. */
#ifndef EFFNET_KERNEL_BF16_H
#define EFFNET_KERNEL_BF16_H

#include <string.h>

#include "type.h"

static inline float
effnet_bf16_to_float(guint16 x)
{
    guint32 bits = (guint32)x << 16;
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* X must not be a NaN, which may become an infinity. */
static inline guint16
effnet_bf16_from_float(float x)
{
    guint32 bits;

    memcpy(&bits, &x, sizeof bits);
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

/* Element I of DATA, of TYPE, as a float. */
static inline float
effnet_type_get(EffNetType type, gconstpointer data, gsize i)
{
    if (type == EFFNET_TYPE_S16)
        return ((const gint16 *)data)[i];
    if (type == EFFNET_TYPE_U8)
        return ((const guint8 *)data)[i];
    return type == EFFNET_TYPE_BF16 ? effnet_bf16_to_float(((const guint16 *)data)[i])
                                    : ((const float *)data)[i];
}

/* Sets element I of DATA, of TYPE: F32 or BF16. */
static inline void
effnet_type_set(EffNetType type, gpointer data, gsize i, float x)
{
    if (type == EFFNET_TYPE_BF16)
        ((guint16 *)data)[i] = effnet_bf16_from_float(x);
    else
        ((float *)data)[i] = x;
}

#endif
