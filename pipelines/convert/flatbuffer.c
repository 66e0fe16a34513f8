/* SPDX-License-Identifier: BSD-2-Clause */
#include "flatbuffer.h"

static gboolean
lies_within(EffNetFlat *flat, guint64 at, guint64 n)
{
    if (at <= flat->n && n <= flat->n - at)
        return TRUE;
    flat->broken = TRUE;
    return FALSE;
}

/* An unsigned little-endian number of N bytes; 0 outside of the buffer. */
static guint64
read_bytes(EffNetFlat *flat, guint64 at, guint n)
{
    guint64 value = 0;

    if (!lies_within(flat, at, n))
        return 0;
    for (guint i = 0; i < n; i++)
        value |= (guint64)flat->data[at + i] << (8 * i);
    return value;
}

/* Follows the offset at AT, which points forwards. */
static guint32
follow(EffNetFlat *flat, guint32 at)
{
    guint64 to = at + read_bytes(flat, at, 4);

    return to > at && lies_within(flat, to, 4) ? (guint32)to : 0;
}

EffNetFlatTable
effnet_flat_root(EffNetFlat *flat)
{
    if (flat->n > G_MAXINT32) /* as far as offsets reach */
        flat->broken = TRUE;
    return flat->broken ? 0 : follow(flat, 0);
}

/* Where FIELD is; 0 if it has its default. */
static guint32
find_field(EffNetFlat *flat, EffNetFlatTable table, guint field)
{
    gint64 vtable;
    guint64 offset;

    if (!table)
        return 0;
    vtable = (gint64)table - (gint32)read_bytes(flat, table, 4);
    if (vtable < 0 || !lies_within(flat, vtable, 4) ||
        4 + 2 * (guint64)field + 2 > read_bytes(flat, vtable, 2))
        return 0;
    offset = read_bytes(flat, vtable + 4 + 2 * field, 2);
    return offset && lies_within(flat, table + offset, 1) ? (guint32)(table + offset) : 0;
}

gint64
effnet_flat_number(EffNetFlat *flat, EffNetFlatTable table, guint field, guint n_bytes,
                   gint64 fallback)
{
    guint32 at = find_field(flat, table, field);
    guint unused = 64 - 8 * n_bytes;

    if (!at || !lies_within(flat, at, n_bytes))
        return fallback;
    return (gint64)(read_bytes(flat, at, n_bytes) << unused) >> unused;
}

EffNetFlatTable
effnet_flat_table(EffNetFlat *flat, EffNetFlatTable table, guint field)
{
    guint32 at = find_field(flat, table, field);

    return at ? follow(flat, at) : 0;
}

EffNetFlatVector
effnet_flat_vector(EffNetFlat *flat, EffNetFlatTable table, guint field, guint n_bytes)
{
    guint32 at = effnet_flat_table(flat, table, field);
    EffNetFlatVector vector = {.at = at + 4};

    if (!at)
        return (EffNetFlatVector){0};
    vector.n = (guint32)read_bytes(flat, at, 4);
    return lies_within(flat, vector.at, (guint64)vector.n * n_bytes) ? vector
                                                                     : (EffNetFlatVector){0};
}

gint32
effnet_flat_int(EffNetFlat *flat, EffNetFlatVector vector, guint i)
{
    return i < vector.n ? (gint32)read_bytes(flat, vector.at + 4 * (guint64)i, 4) : 0;
}

EffNetFlatTable
effnet_flat_item(EffNetFlat *flat, EffNetFlatVector vector, guint i)
{
    return i < vector.n ? follow(flat, vector.at + 4 * i) : 0;
}
