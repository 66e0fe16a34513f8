/* SPDX-License-Identifier: BSD-2-Clause */
/* bfloat16: the upper half of a float, rounded to nearest even. */
#ifndef EFFNET_KERNEL_BF16_H
#define EFFNET_KERNEL_BF16_H

#include <string.h>

#include <glib.h>

static inline float
effnet_bf16_to_float(guint16 x)
{
    guint32 bits = (guint32)x << 16;
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* X is a number: a NaN may become an infinity. */
static inline guint16
effnet_bf16_from_float(float x)
{
    guint32 bits;

    memcpy(&bits, &x, sizeof bits);
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

#endif
