/* SPDX-License-Identifier: BSD-2-Clause */
/* Random weights, scales and biases like those of int8 models. */
#ifndef CHECKASM_INT8_H
#define CHECKASM_INT8_H

#include "checkasm.h"

static inline float *
int8_weights(gsize n)
{
    float *data = checkasm_alloc(EFFNET_TYPE_F32, n);

    for (gsize i = 0; i < n; i++)
        data[i] = checkasm_random(0, 3) ? (float)checkasm_random(0, 254) - 127 : 127;
    return data;
}

/* Scales with which sums of K products fall inside and outside of an output's range, within 32
 * bits. */
static inline float *
int8_scales(gsize n, gsize k)
{
    float *data = checkasm_alloc(EFFNET_TYPE_F32, n);

    checkasm_randomize(EFFNET_TYPE_F32, data, n);
    for (gsize i = 0; i < n; i++)
        data[i] = (i % 5 ? 1 : 100) * ABS(data[i]) / (k + 1);
    return data;
}

static inline float *
int8_biases(gsize n)
{
    float *data = checkasm_alloc(EFFNET_TYPE_F32, n);

    checkasm_randomize(EFFNET_TYPE_F32, data, n);
    for (gsize i = 0; i < n; i++)
        data[i] *= i % 7 ? 10000 : 1e9f;
    return data;
}

#endif
