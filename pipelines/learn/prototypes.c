/* SPDX-License-Identifier: BSD-2-Clause */
#include "prototypes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recognise/known.h"

#include "algebra.h"

#define BLOCK     256 /* pictures that are compared at once */
#define LEFT_OUT  0.05
#define HALF_BYTE 4

/* Pictures of an album, at equal distances, rounded as they are kept. */
typedef struct {
    guint n, n_features, nearest;
    guint *pictures;
    guint8 *bytes; /* n rows as in the file */
    float *unit;   /* n x n_features, of length 1 */
} Prototypes;

static void
prototypes_clear(Prototypes *p)
{
    g_free(p->pictures);
    g_free(p->bytes);
    g_free(p->unit);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Prototypes, prototypes_clear)

/* Leaves in UNIT what will be read, with length 1. */
static void
round_row(const float *row, guint n, guint8 *bytes, float *unit)
{
    float least = row[0], most = row[0], scale;
    double squares = 0;

    for (guint i = 1; i < n; i++) {
        least = MIN(least, row[i]);
        most = MAX(most, row[i]);
    }
    scale = (most - least) / EFFNET_KNOWN_MOST;
    memcpy(bytes, &least, sizeof least);
    memcpy(bytes + sizeof least, &scale, sizeof scale);
    bytes += sizeof least + sizeof scale;
    for (guint i = 0; i < n; i++) {
        guint whole = scale > 0 ? (guint)lrintf((row[i] - least) / scale) : 0;

        bytes[i / 2] |= (guint8)(whole << (i % 2 ? HALF_BYTE : 0));
        unit[i] = least + scale * whole;
        squares += (double)unit[i] * unit[i];
    }
    for (guint i = 0; squares > 0 && i < n; i++)
        unit[i] = (float)(unit[i] / sqrt(squares));
}

static const float *
features_of(const EffNetAlbum *album, guint picture)
{
    return album->features + (gsize)picture * album->views * album->n_features;
}

/* Where a class has too few pictures, those of others would be among the nearest. */
static guint
choose_nearest(const EffNetAlbum *album)
{
    for (guint k = 0; k < album->labels->len; k++) {
        guint there = 0;

        for (guint i = 0; i < album->n; i++)
            there += album->targets[(gsize)i * album->labels->len + k];
        if (there <= EFFNET_KNOWN_NEAREST)
            return 1;
    }
    return EFFNET_KNOWN_NEAREST;
}

static void
prototypes_init(Prototypes *p, const EffNetAlbum *album)
{
    gsize row_bytes = effnet_known_row_bytes(album->n_features);

    p->n = MIN(album->n, EFFNET_KNOWN_MAX_PICTURES);
    p->n_features = album->n_features;
    p->nearest = choose_nearest(album);
    p->pictures = g_new(guint, p->n);
    p->bytes = g_malloc0(p->n * row_bytes);
    p->unit = g_new(float, (gsize)p->n * p->n_features);
    for (guint i = 0; i < p->n; i++) {
        p->pictures[i] = (guint)((guint64)i * album->n / p->n);
        round_row(features_of(album, p->pictures[i]), p->n_features, p->bytes + i * row_bytes,
                  p->unit + (gsize)i * p->n_features);
    }
}

static double
length_of(const float *row, guint n)
{
    double squares = 0;

    for (guint i = 0; i < n; i++)
        squares += (double)row[i] * row[i];
    return sqrt(squares);
}

/* The similarity of PICTURE to the nearest of other groups; -INFINITY: there are none. */
static float
compare(const Prototypes *p, const float *products, double length, const guint *groups,
        guint picture)
{
    EffNetNearest nearest = {.most = p->nearest};

    for (guint i = 0; i < p->n; i++)
        if (groups[p->pictures[i]] != groups[picture])
            effnet_nearest_add(&nearest, (float)(products[i] / length));
    return nearest.n > 0 ? effnet_nearest_mean(&nearest) : -INFINITY;
}

/* Of each picture by the others, as many as can be compared. */
static GArray *
compare_all(const Prototypes *p, const EffNetAlbum *album, const guint *groups)
{
    GArray *similarities = g_array_new(FALSE, FALSE, sizeof(float));
    g_autofree float *rows = g_new(float, (gsize)BLOCK * p->n_features);
    g_autofree float *products = g_new(float, (gsize)BLOCK * p->n);

    for (guint first = 0; first < album->n; first += BLOCK) {
        guint n = MIN(BLOCK, album->n - first);

        for (guint i = 0; i < n; i++)
            memcpy(rows + (gsize)i * p->n_features, features_of(album, first + i),
                   p->n_features * sizeof *rows);
        effnet_algebra_multiply_floats(n, p->n, p->n_features, rows, p->unit, products);
        for (guint i = 0; i < n; i++) {
            double length = length_of(rows + (gsize)i * p->n_features, p->n_features);
            float similarity =
                length > 0 ? compare(p, products + (gsize)i * p->n, length, groups, first + i)
                           : -INFINITY;

            if (isfinite(similarity))
                g_array_append_val(similarities, similarity);
        }
    }
    return similarities;
}

static int
lower_first(gconstpointer a, gconstpointer b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return x < y ? -1 : x > y;
}

gboolean
effnet_prototypes_write(const EffNetAlbum *album, const guint *groups, char **pictures,
                        char **features)
{
    g_auto(Prototypes) p = {0};
    g_autoptr(GArray) similarities = NULL;
    char threshold[G_ASCII_DTOSTR_BUF_SIZE];

    prototypes_init(&p, album);
    similarities = compare_all(&p, album, groups);
    if (similarities->len == 0)
        return FALSE;
    g_array_sort(similarities, lower_first);
    g_ascii_formatd(threshold, sizeof threshold, "%.6f",
                    g_array_index(similarities, float, (guint)(similarities->len * LEFT_OUT)));
    *pictures = g_strdup_printf("{\"pictures\": %u, \"threshold\": %s, \"nearest\": %u}", p.n,
                                threshold, p.nearest);
    *features = g_base64_encode(p.bytes, p.n * effnet_known_row_bytes(p.n_features));
    return TRUE;
}
