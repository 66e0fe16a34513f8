/* SPDX-License-Identifier: BSD-2-Clause */
#include "known.h"

#include <math.h>
#include <string.h>

#include <effnet/error.h>

#include "../checkpoint/json.h"

#define LANES 16 /* sums that are kept apart, so that compilers make vectors of them */

struct _EffNetKnown {
    char *path;
    guint n, n_features, nearest;
    float threshold;
    guint8 *rows; /* as in the file, until it is unpacked; then a byte for each feature */
    gsize n_bytes;
    float *scales; /* of each row: least value, scale, 1 / length */
};

static gboolean
fail(const EffNetKnown *known, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                "%s is damaged: the features that it keeps of its pictures cannot be read",
                known->path);
    return FALSE;
}

static gboolean
read_about(EffNetKnown *known, const char *text)
{
    g_autoptr(EffNetJson) json = effnet_json_parse(text, strlen(text), NULL);
    const EffNetJson *nearest = effnet_json_member(json, "nearest");
    double threshold;
    guint64 n, k = 1;

    if (!effnet_json_integer(effnet_json_member(json, "pictures"), &n) || n == 0 ||
        n > EFFNET_KNOWN_MAX_PICTURES ||
        !effnet_json_number(effnet_json_member(json, "threshold"), &threshold) ||
        !(threshold >= -1 && threshold <= 1) || (nearest && !effnet_json_integer(nearest, &k)) ||
        k == 0 || k > EFFNET_KNOWN_NEAREST)
        return FALSE;
    known->nearest = (guint)k;
    known->n = (guint)n;
    known->threshold = (float)threshold;
    return TRUE;
}

EffNetKnown *
effnet_known_new(const EffNetCheckpoint *checkpoint, GError **error)
{
    const char *about = effnet_checkpoint_get_metadata(checkpoint, EFFNET_KNOWN_PICTURES);
    const char *features = effnet_checkpoint_get_metadata(checkpoint, EFFNET_KNOWN_FEATURES);
    g_autoptr(EffNetKnown) known = NULL;

    if (!about && !features)
        return NULL;
    known = g_new0(EffNetKnown, 1);
    known->path = g_strdup(effnet_checkpoint_get_path(checkpoint));
    if (!about || !features || !read_about(known, about)) {
        fail(known, error);
        return NULL;
    }
    known->rows = g_base64_decode(features, &known->n_bytes);
    return g_steal_pointer(&known);
}

void
effnet_known_free(EffNetKnown *known)
{
    if (!known)
        return;
    g_free(known->path);
    g_free(known->rows);
    g_free(known->scales);
    g_free(known);
}

/* FALSE: its numbers are not of features. */
static gboolean
unpack_row(EffNetKnown *known, const guint8 *in, guint row, guint8 *out)
{
    float *scale = known->scales + 3 * row;
    double squares = 0;

    memcpy(scale, in, 2 * sizeof *scale);
    in += 2 * sizeof *scale;
    for (guint i = 0; i < known->n_features; i++) {
        double value;

        out[i] = i % 2 ? in[i / 2] >> 4 : in[i / 2] & EFFNET_KNOWN_MOST;
        value = scale[0] + (double)scale[1] * out[i];
        squares += value * value;
    }
    scale[2] = (float)(squares > 0 ? 1 / sqrt(squares) : 0);
    return isfinite(scale[0]) && isfinite(scale[1]) && isfinite(scale[2]) && squares < G_MAXFLOAT;
}

gboolean
effnet_known_unpack(EffNetKnown *known, guint n_features, GError **error)
{
    gsize row_bytes = effnet_known_row_bytes(n_features);
    g_autofree guint8 *packed = g_steal_pointer(&known->rows);

    if (known->n_bytes != known->n * row_bytes)
        return fail(known, error);
    known->n_features = n_features;
    known->rows = g_malloc((gsize)known->n * n_features);
    known->scales = g_new(float, (gsize)known->n * 3);
    for (guint i = 0; i < known->n; i++)
        if (!unpack_row(known, packed + i * row_bytes, i, known->rows + (gsize)i * n_features))
            return fail(known, error);
    return TRUE;
}

float
effnet_known_get_threshold(const EffNetKnown *known)
{
    return known->threshold;
}

static float
dot(const float *features, const guint8 *row, guint n)
{
    float sums[LANES] = {0}, sum = 0;
    guint i = 0;

    for (; i + LANES <= n; i += LANES)
        for (guint k = 0; k < LANES; k++)
            sums[k] += features[i + k] * row[i + k];
    for (; i < n; i++)
        sum += features[i] * row[i];
    for (guint k = 0; k < LANES; k++)
        sum += sums[k];
    return sum;
}

float
effnet_known_compare(const EffNetKnown *known, const float *features)
{
    EffNetNearest nearest = {.most = known->nearest};
    double sum = 0, squares = 0;

    for (guint i = 0; i < known->n_features; i++) {
        sum += features[i];
        squares += (double)features[i] * features[i];
    }
    if (!(squares > 0))
        return 0;
    for (guint row = 0; row < known->n; row++) {
        const float *scale = known->scales + 3 * row;
        float product =
            dot(features, known->rows + (gsize)row * known->n_features, known->n_features);

        effnet_nearest_add(&nearest, (scale[0] * (float)sum + scale[1] * product) * scale[2]);
    }
    return (float)CLAMP(effnet_nearest_mean(&nearest) / sqrt(squares), -1, 1);
}
