/* SPDX-License-Identifier: BSD-2-Clause */
#include "constant.h"

#include <math.h>

#include "checkpoint/formats.h"

/* An integer of N_BYTES: two's complement unless IS_UNSIGNED. */
static gint64
get_whole(const guint8 *from, guint n_bytes, gboolean is_unsigned)
{
    guint unused = 64 - 8 * n_bytes;
    guint64 bits = 0;

    for (guint i = 0; i < n_bytes; i++)
        bits |= (guint64)from[i] << (8 * i);
    return is_unsigned ? (gint64)bits : (gint64)(bits << unused) >> unused;
}

float
effnet_quantisation_scale(const EffNetQuantisation *quantisation, guint i)
{
    float scale;

    effnet_convert_to_f32(&scale, quantisation->scales + i * sizeof scale, 1, EFFNET_DTYPE_F32);
    return scale;
}

gint64
effnet_quantisation_zero(const EffNetQuantisation *quantisation, guint i)
{
    return get_whole(quantisation->zeros + i * sizeof(gint64), sizeof(gint64), FALSE);
}

double
effnet_quantisation_least(const EffNetQuantisation *quantisation)
{
    double least = quantisation->is_unsigned ? 0 : -ldexp(1, 8 * quantisation->n_bytes - 1);

    return effnet_quantisation_scale(quantisation, 0) *
           (least - effnet_quantisation_zero(quantisation, 0));
}

gboolean
effnet_constant_set_data(EffNetConstant *constant, const guint8 *data, guint64 n_bytes)
{
    guint n_whole = constant->quantisation.n_bytes;
    guint64 bytes = n_whole ? n_whole : effnet_dtype_size(constant->dtype);

    for (guint i = 0; i < constant->n_dims; i++)
        if (!g_uint64_checked_mul(&bytes, bytes, constant->dims[i]))
            return FALSE;
    if (bytes == 0 || bytes != n_bytes)
        return FALSE;
    constant->data = data;
    return TRUE;
}

guint64
effnet_constant_n_elements(const EffNetConstant *constant)
{
    guint64 n = 1;

    for (guint i = 0; i < constant->n_dims; i++)
        n *= constant->dims[i];
    return n;
}

gint64
effnet_constant_get_whole(const EffNetConstant *constant, gsize i)
{
    const EffNetQuantisation *q = &constant->quantisation;

    return get_whole(constant->data + i * q->n_bytes, q->n_bytes, q->is_unsigned);
}

static void
dequantise(const EffNetConstant *constant, float *dst, gsize n)
{
    const EffNetQuantisation *q = &constant->quantisation;
    gsize inner = 1; /* consecutive numbers that share a scale */

    for (guint i = q->axis + 1; i < constant->n_dims; i++)
        inner *= constant->dims[i];
    for (gsize i = 0; i < n; i++) {
        guint at = i / inner % q->n;
        double units = (double)effnet_constant_get_whole(constant, i) -
                       (double)effnet_quantisation_zero(q, at);

        dst[i] = (float)((double)effnet_quantisation_scale(q, at) * units);
    }
}

void
effnet_constant_read(const EffNetConstant *constant, float *dst, gsize n)
{
    if (constant->quantisation.n_bytes)
        dequantise(constant, dst, n);
    else
        effnet_convert_to_f32(dst, constant->data, n, constant->dtype);
}
