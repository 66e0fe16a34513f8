/* SPDX-License-Identifier: BSD-2-Clause */
/* Tensors of numbers that files store. */
#ifndef EFFNET_CONVERT_CONSTANT_H
#define EFFNET_CONVERT_CONSTANT_H

#include "model/checkpoint.h"

typedef struct {
    guint n_dims;
    guint64 dims[EFFNET_MAX_DIMS];
    EffNetDType dtype;
    const guint8 *data; /* dense and little endian; the file's. NULL: of integers, not read */
} EffNetConstant;

/* FALSE with nothing changed when N_BYTES are not what the dims and DTYPE ask for. */
gboolean effnet_constant_set_data(EffNetConstant *constant, const guint8 *data, guint64 n_bytes);
guint64 effnet_constant_n_elements(const EffNetConstant *constant);
/* The first N elements. */
void effnet_constant_read(const EffNetConstant *constant, float *dst, gsize n);

#endif
