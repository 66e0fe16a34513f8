/* SPDX-License-Identifier: BSD-2-Clause */
/* The type of a tensor's elements in memory. */
#ifndef EFFNET_KERNEL_TYPE_H
#define EFFNET_KERNEL_TYPE_H

#include <glib.h>

#include <effnet/precision.h>

typedef enum {
    EFFNET_TYPE_F32,
    EFFNET_TYPE_BF16, /* bfloat16, the upper half of a float */
    EFFNET_TYPE_S16,  /* int8 models: feature maps */
    EFFNET_TYPE_U8,   /* int8 models: the input, and maps between layers of bounded activations */
    EFFNET_TYPES,     /* how many there are */
} EffNetType;

static inline gsize
effnet_type_bytes(EffNetType type)
{
    static const guint8 bytes[EFFNET_TYPES] = {4, 2, 2, 1};

    return bytes[type];
}

/* The address ELEMENTS of TYPE after P. */
static inline gpointer
effnet_type_at(EffNetType type, gconstpointer p, gsize elements)
{
    return (guint8 *)p + elements * effnet_type_bytes(type);
}

/* The type of a model's feature maps between layers; PRECISION is not AUTO. */
EffNetType effnet_precision_get_type(EffNetPrecision precision);

#endif
