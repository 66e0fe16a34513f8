/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory by lifetime: the largest activation first, each at the lowest place that nothing alive
 * with it covers. */
#include "plan.h"

static gboolean
alive_together(const EffNetTensorPlan *a, const EffNetTensorPlan *b)
{
    return a->first_step < b->end_step && b->first_step < a->end_step;
}

/* The lowest offset at or above OFFSET at which T meets none of the N placed ones. */
static gsize
lowest_place(const EffNetTensorPlan *t, EffNetTensorPlan *const *placed, guint n)
{
    gsize offset = 0;

    for (guint i = 0; i < n; i++) {
        const EffNetTensorPlan *other = placed[i];

        if (alive_together(t, other) && offset < other->offset + other->bytes &&
            other->offset < offset + t->bytes) {
            offset = effnet_align(other->offset + other->bytes);
            i = -1; /* what was passed may be in the way of the new place */
        }
    }
    return offset;
}

static int
larger_first(gconstpointer a, gconstpointer b)
{
    const EffNetTensorPlan *const *x = a, *const *y = b;

    if ((*x)->bytes != (*y)->bytes)
        return (*x)->bytes < (*y)->bytes ? 1 : -1;
    return *x < *y ? -1 : *x > *y;
}

gsize
effnet_arena_plan(EffNetTensorPlan *activations, guint n, gboolean batched)
{
    g_autofree EffNetTensorPlan **order = g_new(EffNetTensorPlan *, n);
    guint count = 0;
    gsize end = 0;

    for (guint i = 0; i < n; i++)
        if (activations[i].batched == batched)
            order[count++] = &activations[i];
    qsort(order, count, sizeof *order, larger_first);
    for (guint i = 0; i < count; i++) {
        order[i]->offset = lowest_place(order[i], order, i);
        end = MAX(end, order[i]->offset + order[i]->bytes);
    }
    return effnet_align(end);
}
