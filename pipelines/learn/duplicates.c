/* SPDX-License-Identifier: BSD-2-Clause */
#include "duplicates.h"

#include <math.h>

#include "algebra.h"
#include "parallel.h"

#define BLOCK 256 /* pictures */
#define MOST  8   /* pairs returned per picture a */

typedef struct {
    const float *unit; /* rows of length 1 */
    guint n, views, n_features, n_blocks;
    float cosine;
    GArray **found; /* n_blocks: the pairs whose a is in the block */
    GMutex lock;
    EffNetGroups *groups; /* protected by LOCK */
} Search;

static float *
to_unit(const float *features, gsize n, guint n_features)
{
    float *unit = g_new(float, n *n_features);

    for (gsize i = 0; i < n; i++) {
        const float *row = features + i * n_features;
        double squares = 0, scale;

        for (guint k = 0; k < n_features; k++)
            squares += (double)row[k] * row[k];
        scale = squares > 0 ? 1 / sqrt(squares) : 0;
        for (guint k = 0; k < n_features; k++)
            unit[i * n_features + k] = (float)(row[k] * scale);
    }
    return unit;
}

/* The largest of the cosines between A and the views of B. */
static float
best_view(const float *cosines, guint views)
{
    float best = cosines[0];

    for (guint v = 1; v < views; v++)
        best = MAX(best, cosines[v]);
    return best;
}

/* Handles the cosines between picture A and a block of N pictures from FIRST on: N x views of
 * them. */
static void
take(Search *s, guint a, guint first, guint n, const float *cosines, guint *found, GArray *pairs)
{
    for (guint i = 0; i < n; i++) {
        EffNetDuplicate pair = {a, first + i, best_view(cosines + i * s->views, s->views)};

        if (pair.b <= a || !(pair.cosine >= s->cosine))
            continue;
        g_mutex_lock(&s->lock);
        effnet_groups_join(s->groups, a, pair.b);
        g_mutex_unlock(&s->lock);
        if ((*found)++ < MOST)
            g_array_append_val(pairs, pair);
    }
}

static gboolean
search_block(gpointer data, guint block, guint thread)
{
    Search *s = data;
    guint first = block * BLOCK, rows = MIN(BLOCK, s->n - first);
    gsize picture = (gsize)s->views * s->n_features;
    g_autofree float *a = g_new(float, (gsize)rows * s->n_features);
    g_autofree float *cosines = g_new(float, (gsize)BLOCK *BLOCK * s->views);
    guint found[BLOCK] = {0};
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(EffNetDuplicate));

    for (guint i = 0; i < rows; i++)
        for (guint k = 0; k < s->n_features; k++)
            a[(gsize)i * s->n_features + k] = s->unit[(first + i) * picture + k];
    for (guint other = block; other < s->n_blocks; other++) {
        guint n = MIN(BLOCK, s->n - other * BLOCK);

        effnet_algebra_multiply_floats(rows, n * s->views, s->n_features, a,
                                       s->unit + (gsize)other * BLOCK * picture, cosines);
        for (guint i = 0; i < rows; i++)
            take(s, first + i, other * BLOCK, n, cosines + (gsize)i * n * s->views, &found[i],
                 pairs);
    }
    s->found[block] = pairs;
    return TRUE;
}

static int
by_numbers(gconstpointer a, gconstpointer b)
{
    const EffNetDuplicate *x = a, *y = b;

    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

GArray *
effnet_duplicates_find(const float *features, guint n, guint views, guint n_features, float cosine,
                       guint threads, EffNetGroups *groups)
{
    g_autofree float *unit = to_unit(features, (gsize)n * views, n_features);
    guint n_blocks = (n + BLOCK - 1) / BLOCK;
    g_autofree GArray **found = g_new0(GArray *, n_blocks);
    GArray *all = g_array_new(FALSE, FALSE, sizeof(EffNetDuplicate));
    Search search = {
        .unit = unit,
        .n = n,
        .views = views,
        .n_features = n_features,
        .n_blocks = n_blocks,
        .cosine = cosine,
        .found = found,
        .groups = groups,
    };

    g_mutex_init(&search.lock);
    effnet_parallel_run(n_blocks, threads, search_block, &search);
    g_mutex_clear(&search.lock);
    for (guint i = 0; i < n_blocks; i++) {
        g_array_append_vals(all, found[i]->data, found[i]->len);
        g_array_unref(found[i]);
    }
    g_array_sort(all, by_numbers);
    return all;
}
