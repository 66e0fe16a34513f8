/* SPDX-License-Identifier: BSD-2-Clause */
/* Flat buffers: tables and vectors that refer to each other by offsets. Whatever lies outside of
 * the buffer counts as absent, and marks it as broken. */
#ifndef EFFNET_CONVERT_FLATBUFFER_H
#define EFFNET_CONVERT_FLATBUFFER_H

#include <glib.h>

typedef struct {
    const guint8 *data;
    gsize n;
    gboolean broken;
} EffNetFlat;

/* 0 if there is none: the buffer starts with an offset, so that nothing else is at 0. */
typedef guint32 EffNetFlatTable;

typedef struct {
    guint32 at; /* the first element's offset */
    guint32 n;
} EffNetFlatVector;

EffNetFlatTable effnet_flat_root(EffNetFlat *flat);

/* The number in FIELD (its number in the schema), of N_BYTES; FALLBACK if it is absent. */
gint64 effnet_flat_number(EffNetFlat *flat, EffNetFlatTable table, guint field, guint n_bytes,
                          gint64 fallback);
EffNetFlatTable effnet_flat_table(EffNetFlat *flat, EffNetFlatTable table, guint field);
/* The vector in FIELD, of elements of N_BYTES. */
EffNetFlatVector effnet_flat_vector(EffNetFlat *flat, EffNetFlatTable table, guint field,
                                    guint n_bytes);

/* Element I; 0 beyond the end. */
gint32 effnet_flat_int(EffNetFlat *flat, EffNetFlatVector vector, guint i);
EffNetFlatTable effnet_flat_item(EffNetFlat *flat, EffNetFlatVector vector, guint i);

#endif
