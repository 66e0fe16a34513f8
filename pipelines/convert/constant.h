/* SPDX-License-Identifier: BSD-2-Clause */
/* Constant tensors in files. */
#ifndef EFFNET_CONVERT_CONSTANT_H
#define EFFNET_CONVERT_CONSTANT_H

#include "checkpoint/checkpoint.h"

/* Integers q that stand for real numbers, scale * (q - zero). */
typedef struct {
    guint n_bytes; /* bytes of each integer, little endian; 0: not quantised */
    gboolean is_unsigned;
    guint n, axis;        /* N scales: one for all, or one for each element of the dimension AXIS */
    const guint8 *scales; /* N of float32, little endian; in the file's memory */
    const guint8 *zeros;  /* N of int64, likewise */
} EffNetQuantisation;

float effnet_quantisation_scale(const EffNetQuantisation *quantisation, guint i);
gint64 effnet_quantisation_zero(const EffNetQuantisation *quantisation, guint i);
/* The real number that the smallest integer stands for, if there is one scale for all. */
double effnet_quantisation_least(const EffNetQuantisation *quantisation);

typedef struct {
    guint n_dims;
    guint64 dims[EFFNET_MAX_DIMS];
    EffNetDType dtype; /* if it is not quantised */
    EffNetQuantisation quantisation;
    const guint8 *data; /* dense, little endian, in the file's memory; NULL: integers, not read */
} EffNetConstant;

/* FALSE, without changing anything, if N_BYTES are not what dims and type need. */
gboolean effnet_constant_set_data(EffNetConstant *constant, const guint8 *data, guint64 n_bytes);
guint64 effnet_constant_n_elements(const EffNetConstant *constant);
/* Element I, as stored, of a quantised constant. */
gint64 effnet_constant_get_whole(const EffNetConstant *constant, gsize i);
/* Reads the first N elements as floats. */
void effnet_constant_read(const EffNetConstant *constant, float *dst, gsize n);

#endif
