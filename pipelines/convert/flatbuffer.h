/* SPDX-License-Identifier: BSD-2-Clause */
/* Flat buffers: tables and vectors at offsets of one another. Whatever lies outside of the buffer
 * is as if it were not there, and makes it broken. */
#ifndef EFFNET_CONVERT_FLATBUFFER_H
#define EFFNET_CONVERT_FLATBUFFER_H

#include <glib.h>

typedef struct {
    const guint8 *data;
    gsize n;
    gboolean broken;
} EffNetFlat;

/* 0 where there is none: the buffer begins with an offset, so that nothing else is at 0. */
typedef guint32 EffNetFlatTable;

typedef struct {
    guint32 at; /* of the first element */
    guint32 n;
} EffNetFlatVector;

EffNetFlatTable effnet_flat_root(EffNetFlat *flat);

/* The field of that number in the schema. Numbers are read as many bytes as they have. */
gint64 effnet_flat_number(EffNetFlat *flat, EffNetFlatTable table, guint field, guint n_bytes,
                          gint64 fallback);
EffNetFlatTable effnet_flat_table(EffNetFlat *flat, EffNetFlatTable table, guint field);
/* Of elements of so many bytes. */
EffNetFlatVector effnet_flat_vector(EffNetFlat *flat, EffNetFlatTable table, guint field,
                                    guint n_bytes);

/* The element I, 0 beyond the end. */
gint32 effnet_flat_int(EffNetFlat *flat, EffNetFlatVector vector, guint i);
EffNetFlatTable effnet_flat_item(EffNetFlat *flat, EffNetFlatVector vector, guint i);

#endif
