/* SPDX-License-Identifier: BSD-2-Clause */
/* What the numbers of a tensor are in memory. */
#ifndef EFFNET_KERNEL_TYPE_H
#define EFFNET_KERNEL_TYPE_H

#include <glib.h>

#include <effnet/precision.h>

typedef enum {
    EFFNET_TYPE_F32,
    EFFNET_TYPE_BF16, /* the upper half of a float */
    EFFNET_TYPE_S16,  /* units of int8 models' feature maps */
    EFFNET_TYPE_U8,   /* their input */
    EFFNET_TYPES,     /* how many there are */
} EffNetType;

static inline gsize
effnet_type_bytes(EffNetType type)
{
    static const guint8 bytes[EFFNET_TYPES] = {4, 2, 2, 1};

    return bytes[type];
}

/* What is ELEMENTS of TYPE behind P. */
static inline gpointer
effnet_type_at(EffNetType type, gconstpointer p, gsize elements)
{
    return (guint8 *)p + elements * effnet_type_bytes(type);
}

/* The type of the feature maps between the layers; PRECISION not AUTO. */
EffNetType effnet_precision_get_type(EffNetPrecision precision);

#endif
