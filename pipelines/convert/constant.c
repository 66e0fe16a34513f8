/* SPDX-License-Identifier: BSD-2-Clause */
#include "constant.h"

#include "model/formats.h"

gboolean
effnet_constant_set_data(EffNetConstant *constant, const guint8 *data, guint64 n_bytes)
{
    guint64 bytes = effnet_dtype_size(constant->dtype);

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

void
effnet_constant_read(const EffNetConstant *constant, float *dst, gsize n)
{
    effnet_convert_to_f32(dst, constant->data, n, constant->dtype);
}
