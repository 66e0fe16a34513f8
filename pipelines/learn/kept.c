/* SPDX-License-Identifier: BSD-2-Clause */
#include "kept.h"

#include <math.h>
#include <string.h>

#define STEPS 4095
#define BITS  12

/* The header of a row, little-endian; a value is least + step * its 12-bit integer. */
typedef struct {
    float least, step;
} Scale;

/* STEP is the smallest power of two that covers the row, and LEAST a multiple of it, so that
 * reading and writing again changes nothing. */
static Scale
scale_of(const float *row, guint n)
{
    float least = row[0], most = row[0], step;

    for (guint i = 1; i < n; i++) {
        least = MIN(least, row[i]);
        most = MAX(most, row[i]);
    }
    if (!(most > least))
        return (Scale){least, 0};
    step = ldexpf(1, ilogbf(most - least) - BITS);
    while (ceilf(most / step) - floorf(least / step) > STEPS)
        step *= 2;
    return (Scale){floorf(least / step) * step, step};
}

static guint
to_whole(Scale scale, float value)
{
    return scale.step > 0 ? (guint)CLAMP(lrintf((value - scale.least) / scale.step), 0, STEPS) : 0;
}

static float
from_whole(Scale scale, guint whole)
{
    return scale.least + scale.step * whole;
}

static gsize
row_bytes(guint n_features)
{
    return sizeof(Scale) + ((gsize)n_features + 1) / 2 * 3;
}

static void
write_row(guint8 *out, const float *row, guint n)
{
    Scale scale = scale_of(row, n);

    memcpy(out, &scale, sizeof scale);
    out += sizeof scale;
    for (guint i = 0; i < n; i += 2, out += 3) {
        guint32 pair = to_whole(scale, row[i]);

        if (i + 1 < n)
            pair |= to_whole(scale, row[i + 1]) << BITS;
        out[0] = (guint8)pair;
        out[1] = (guint8)(pair >> 8);
        out[2] = (guint8)(pair >> 16);
    }
}

/* FALSE if the row's header is not one that write_row() writes. */
static gboolean
read_row(const guint8 *in, float *row, guint n)
{
    Scale scale;

    memcpy(&scale, in, sizeof scale);
    if (!isfinite(from_whole(scale, STEPS)) || !isfinite(scale.least) || scale.step < 0)
        return FALSE;
    in += sizeof scale;
    for (guint i = 0; i < n; i += 2, in += 3) {
        guint32 pair = in[0] | (guint32)in[1] << 8 | (guint32)in[2] << 16;

        row[i] = from_whole(scale, pair & STEPS);
        if (i + 1 < n)
            row[i + 1] = from_whole(scale, pair >> BITS);
    }
    return TRUE;
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
