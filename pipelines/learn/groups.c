/* SPDX-License-Identifier: BSD-2-Clause */
#include "groups.h"

#include <stdlib.h>

struct _EffNetGroups {
    guint n;
    guint *parents; /* a forest; the root of a group is its first picture */
};

EffNetGroups *
effnet_groups_new(guint n)
{
    EffNetGroups *groups = g_new(EffNetGroups, 1);

    groups->n = n;
    groups->parents = g_new(guint, n);
    for (guint i = 0; i < n; i++)
        groups->parents[i] = i;
    return groups;
}

void
effnet_groups_free(EffNetGroups *groups)
{
    g_free(groups->parents);
    g_free(groups);
}

static guint
find_first(EffNetGroups *groups, guint i)
{
    while (groups->parents[i] != i)
        i = groups->parents[i] = groups->parents[groups->parents[i]];
    return i;
}

void
effnet_groups_join(EffNetGroups *groups, guint a, guint b)
{
    guint first = find_first(groups, a), other = find_first(groups, b);

    groups->parents[MAX(first, other)] = MIN(first, other);
}

guint *
effnet_groups_number(EffNetGroups *groups, guint *n_groups)
{
    guint *numbers = g_new(guint, groups->n);

    *n_groups = 0;
    for (guint i = 0; i < groups->n; i++) {
        guint first = find_first(groups, i);

        numbers[i] = first == i ? (*n_groups)++ : numbers[first];
    }
    return numbers;
}

typedef struct {
    guint number, size;
    guint32 order;  /* breaks ties of size in an order that follows neither names nor times */
    guint *members; /* pictures in each stratum */
} Group;

static int
larger_first(const void *a, const void *b)
{
    const Group *x = a, *y = b;

    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* A permutation of the 32-bit numbers that scatters neighbours. */
static guint32
scatter(guint32 x)
{
    x = (x ^ (x >> 16)) * 0x85ebca6bu;
    x = (x ^ (x >> 13)) * 0xc2b2ae35u;
    return x ^ (x >> 16);
}

/* How much less even the strata become if GROUP is put into a fold that has COUNTS of them.
 * Relative counts make large and small strata matter alike. */
static double
cost(const Group *group, const guint *counts, const guint *totals, guint n_strata)
{
    double sum = 0;

    for (guint s = 0; s < n_strata; s++)
        if (group->members[s]) {
            double before = (double)counts[s] / totals[s];
            double after = (double)(counts[s] + group->members[s]) / totals[s];

            sum += after * after - before * before;
        }
    return sum;
}

static void
place(const Group *group, guint *counts, guint *sizes, const guint *totals, guint n_strata,
      guint n_folds, guint *fold)
{
    double least = 0;

    for (guint f = 0; f < n_folds; f++) {
        double c = cost(group, counts + (gsize)f * n_strata, totals, n_strata);

        if (f == 0 || c < least || (c == least && sizes[f] < sizes[*fold])) {
            least = c;
            *fold = f;
        }
    }
    for (guint s = 0; s < n_strata; s++)
        counts[(gsize)*fold * n_strata + s] += group->members[s];
    sizes[*fold] += group->size;
}

guint *
effnet_folds_new(guint n, const guint *groups, guint n_groups, const guint *strata, guint n_strata,
                 guint n_folds)
{
    g_autofree guint *members = g_new0(guint, (gsize)n_groups * n_strata);
    g_autofree guint *totals = g_new0(guint, n_strata);
    g_autofree guint *counts = g_new0(guint, (gsize)n_folds * n_strata);
    g_autofree guint *sizes = g_new0(guint, n_folds);
    g_autofree guint *places = g_new0(guint, n_groups);
    g_autofree Group *sorted = g_new0(Group, n_groups);
    guint *folds = g_new(guint, n);

    for (guint g = 0; g < n_groups; g++)
        sorted[g] = (Group){g, 0, scatter(g), members + (gsize)g * n_strata};
    for (guint i = 0; i < n; i++) {
        sorted[groups[i]].size++;
        sorted[groups[i]].members[strata[i]]++;
        totals[strata[i]]++;
    }
    qsort(sorted, n_groups, sizeof *sorted, larger_first);
    for (guint g = 0; g < n_groups; g++)
        place(&sorted[g], counts, sizes, totals, n_strata, n_folds, &places[sorted[g].number]);
    for (guint i = 0; i < n; i++)
        folds[i] = places[groups[i]];
    return folds;
}
