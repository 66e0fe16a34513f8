/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict.h"

/* After so many times as many findings as are needed, of which none was found often enough, further
 * ones are no longer hurried. */
#define PATIENCE 4

typedef struct {
    gint64 found;
    guint n;
    GstEfficientNetFinding *newest;
} Count;

static void
count_clear(gpointer data)
{
    g_clear_pointer(&((Count *)data)->newest, gst_efficientnet_finding_unref);
}

void
gst_efficientnet_verdict_init(GstEfficientNetVerdict *self)
{
    *self = (GstEfficientNetVerdict){
        .held = GST_EFFICIENTNET_VERDICT_NONE,
        .candidate = GST_EFFICIENTNET_VERDICT_NONE,
    };
}

void
gst_efficientnet_verdict_clear(GstEfficientNetVerdict *self)
{
    g_clear_pointer(&self->counts, g_array_unref);
    self->n = 0;
}

static void
count_finding(GstEfficientNetVerdict *self, gint64 found, GstEfficientNetFinding *finding)
{
    Count *counted = NULL;

    if (!self->counts) {
        self->counts = g_array_new(FALSE, TRUE, sizeof(Count));
        g_array_set_clear_func(self->counts, count_clear);
    }
    for (guint i = 0; i < self->counts->len && !counted; i++) {
        Count *other = &g_array_index(self->counts, Count, i);

        counted = other->found == found ? other : NULL;
    }
    if (!counted) {
        g_array_set_size(self->counts, self->counts->len + 1);
        counted = &g_array_index(self->counts, Count, self->counts->len - 1);
        counted->found = found;
    }
    self->n++;
    counted->n++;
    count_clear(counted);
    counted->newest = gst_efficientnet_finding_ref(finding);
}

/* What was found in at least the share CONSENSUS; if there is nothing, or not more often than what
 * is held, that remains. */
static const Count *
find_agreed(const GstEfficientNetVerdict *self, float consensus)
{
    const Count *agreed = NULL;

    for (guint i = 0; i < self->counts->len; i++) {
        const Count *counted = &g_array_index(self->counts, Count, i);

        if ((float)counted->n < consensus * (float)self->n)
            continue;
        if (!agreed || counted->n > agreed->n ||
            (counted->n == agreed->n && counted->found == self->held))
            agreed = counted;
    }
    return agreed;
}

/* Settles what is found in most of all findings, once there are enough. */
static GstEfficientNetFinding *
settle_by_share(GstEfficientNetVerdict *self, gint64 found, GstEfficientNetFinding *finding,
                const GstEfficientNetQuorum *quorum)
{
    const Count *agreed;

    count_finding(self, found, finding);
    agreed = self->n >= quorum->confirm ? find_agreed(self, quorum->consensus) : NULL;
    if (!agreed || agreed->found == self->held)
        return found == self->held ? finding : NULL;
    self->held = agreed->found;
    return agreed->newest;
}

/* Settles what is found often enough in a row. */
static GstEfficientNetFinding *
settle_by_repetition(GstEfficientNetVerdict *self, gint64 found, GstEfficientNetFinding *finding,
                     guint confirm)
{
    gst_efficientnet_verdict_clear(self);
    self->in_a_row = self->candidate == found ? self->in_a_row : 0;
    self->candidate = found;
    if (found != self->held && ++self->in_a_row < confirm) {
        self->open++;
        return NULL;
    }
    self->held = found;
    self->open = 0;
    return finding;
}

GstEfficientNetFinding *
gst_efficientnet_verdict_add(GstEfficientNetVerdict *self, GstEfficientNetFinding *finding,
                             const GstEfficientNetQuorum *quorum)
{
    gint64 found = gst_efficientnet_finding_get_verdict(finding);

    return quorum->consensus > 0.0f ? settle_by_share(self, found, finding, quorum)
                                    : settle_by_repetition(self, found, finding, quorum->confirm);
}

gboolean
gst_efficientnet_verdict_is_pending(const GstEfficientNetVerdict *self,
                                    const GstEfficientNetQuorum *quorum)
{
    if (quorum->consensus > 0.0f)
        return self->n > 0 && self->n < quorum->confirm;
    return self->open > 0 && self->open < (guint64)PATIENCE * quorum->confirm;
}
