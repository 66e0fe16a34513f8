/* SPDX-License-Identifier: BSD-2-Clause */
#include "kept.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MOST 4095 /* of 12 bits */
#define BITS 12
/* A range below this would need a scale that is no normal number. */
#define LEAST_RANGE (FLT_MIN * (MOST + 1))

/* The header of a row, little-endian; a value is least + scale * its 12-bit integer. */
typedef struct {
    float least, scale;
} Header;

/* SCALE is the smallest power of two that covers the row, and LEAST a multiple of it, so that
 * reading and writing again changes nothing. */
static Header
header_of(const float *row, guint n)
{
    float least = row[0], most = row[0], scale;

    for (guint i = 1; i < n; i++) {
        least = MIN(least, row[i]);
        most = MAX(most, row[i]);
    }
    if (!(most - least >= LEAST_RANGE))
        return (Header){least, 0};
    scale = ldexpf(1, ilogbf(most - least) - BITS);
    while (ceilf(most / scale) - floorf(least / scale) > MOST)
        scale *= 2;
    return (Header){floorf(least / scale) * scale, scale};
}

static guint
to_whole(Header h, float value)
{
    return h.scale > 0 ? (guint)CLAMP(lrintf((value - h.least) / h.scale), 0, MOST) : 0;
}

static float
from_whole(Header h, guint whole)
{
    return h.least + h.scale * whole;
}

static gsize
row_bytes(guint n_features)
{
    return sizeof(Header) + ((gsize)n_features + 1) / 2 * 3;
}

static void
write_row(guint8 *out, const float *row, guint n)
{
    Header h = header_of(row, n);

    memcpy(out, &h, sizeof h);
    out += sizeof h;
    for (guint i = 0; i < n; i += 2, out += 3) {
        guint32 pair = to_whole(h, row[i]);

        if (i + 1 < n)
            pair |= to_whole(h, row[i + 1]) << BITS;
        out[0] = (guint8)pair;
        out[1] = (guint8)(pair >> 8);
        out[2] = (guint8)(pair >> 16);
    }
}

/* FALSE if the row's header is not one that write_row() writes. */
static gboolean
read_row(const guint8 *in, float *row, guint n)
{
    Header h;

    memcpy(&h, in, sizeof h);
    if (!isfinite(from_whole(h, MOST)) || !isfinite(h.least) || h.scale < 0)
        return FALSE;
    in += sizeof h;
    for (guint i = 0; i < n; i += 2, in += 3) {
        guint32 pair = in[0] | (guint32)in[1] << 8 | (guint32)in[2] << 16;

        row[i] = from_whole(h, pair & MOST);
        if (i + 1 < n)
            row[i + 1] = from_whole(h, pair >> BITS);
    }
    return TRUE;
}

gsize
effnet_kept_measure(gsize n, guint n_features)
{
    return (n * row_bytes(n_features) + 2) / 3 * 4;
}

char *
effnet_kept_write(const float *features, gsize n, guint n_features)
{
    gsize bytes = row_bytes(n_features);
    g_autofree guint8 *rows = g_malloc0(n * bytes);

    for (gsize i = 0; i < n; i++)
        write_row(rows + i * bytes, features + i * n_features, n_features);
    return g_base64_encode(rows, n * bytes);
}

float *
effnet_kept_read(const char *text, gsize n, guint n_features)
{
    gsize bytes = row_bytes(n_features), length;
    g_autofree guint8 *rows = g_base64_decode(text, &length);
    g_autofree float *features = NULL;

    if (length / bytes != n || length % bytes != 0)
        return NULL;
    features = g_new(float, n *n_features);
    for (gsize i = 0; i < n; i++)
        if (!read_row(rows + i * bytes, features + i * n_features, n_features))
            return NULL;
    return g_steal_pointer(&features);
}

void
effnet_kept_round(float *features, gsize n, guint n_features)
{
    g_autofree guint8 *row = g_malloc0(row_bytes(n_features));

    for (gsize i = 0; i < n; i++) {
        write_row(row, features + i * n_features, n_features);
        read_row(row, features + i * n_features, n_features);
    }
}
