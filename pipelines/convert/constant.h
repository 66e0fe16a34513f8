/* SPDX-License-Identifier: BSD-2-Clause */
/* Tensors of numbers that files store. */
#ifndef EFFNET_CONVERT_CONSTANT_H
#define EFFNET_CONVERT_CONSTANT_H

#include "checkpoint/checkpoint.h"

/* Whole numbers that stand for real ones: scale (q - zero). */
typedef struct {
    guint n_bytes; /* of each, little endian; 0: there are none */
    gboolean is_unsigned;
    guint n, axis;        /* one scale for all, or one for each element of the dimension AXIS */
    const guint8 *scales; /* N of float32, little endian; the file's */
    const guint8 *zeros;  /* N of int64, likewise */
} EffNetQuantisation;

float effnet_quantisation_scale(const EffNetQuantisation *quantisation, guint i);
gint64 effnet_quantisation_zero(const EffNetQuantisation *quantisation, guint i);
/* The real number that the least whole one stands for, where there is one scale for all. */
double effnet_quantisation_least(const EffNetQuantisation *quantisation);

typedef struct {
    guint n_dims;
    guint64 dims[EFFNET_MAX_DIMS];
    EffNetDType dtype; /* of what is not quantised */
    EffNetQuantisation quantisation;
    const guint8 *data; /* dense and little endian; the file's. NULL: of integers, not read */
} EffNetConstant;

/* FALSE with nothing changed when N_BYTES are not what the dims and the type ask for. */
gboolean effnet_constant_set_data(EffNetConstant *constant, const guint8 *data, guint64 n_bytes);
guint64 effnet_constant_n_elements(const EffNetConstant *constant);
/* The element I of what is quantised, as it is stored. */
gint64 effnet_constant_get_whole(const EffNetConstant *constant, gsize i);
/* The first N elements. */
void effnet_constant_read(const EffNetConstant *constant, float *dst, gsize n);

#endif
