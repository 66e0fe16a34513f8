/* SPDX-License-Identifier: BSD-2-Clause */
/* What a region is said to show: not every finding counts, but only what was found often enough. */
#ifndef GST_EFFICIENTNET_VERDICT_H
#define GST_EFFICIENTNET_VERDICT_H

#include "finding.h"

/* How often something must be found. */
typedef struct {
    guint confirm;   /* so often in a row, or with CONSENSUS at all */
    float consensus; /* in this share of all findings; 0: it does not matter */
} GstEfficientNetQuorum;

/* For gst_efficientnet_verdict_init(). All verdicts are classes or GST_EFFICIENTNET_VERDICT_. */
typedef struct {
    gint64 held; /* the one that counts */

    /*< private >*/
    gint64 candidate; /* the one found last */
    guint in_a_row;   /* how often it was */
    guint open;       /* findings since something was last settled */
    guint n;          /* findings in COUNTS */
    GArray *counts;   /* how often everything was found; NULL: it was not counted */
} GstEfficientNetVerdict;

void gst_efficientnet_verdict_init(GstEfficientNetVerdict *verdict);
void gst_efficientnet_verdict_clear(GstEfficientNetVerdict *verdict);

/* To be called for every finding. Returns what the region shows now: FINDING, an earlier one that
 * has only now been found often enough, or NULL: what it did before. Any reference is FINDING's or
 * VERDICT's. */
GstEfficientNetFinding *gst_efficientnet_verdict_add(GstEfficientNetVerdict *verdict,
                                                     GstEfficientNetFinding *finding,
                                                     const GstEfficientNetQuorum *quorum);

/* Whether further findings are needed soon: something new was found, but not often enough. */
gboolean gst_efficientnet_verdict_is_pending(const GstEfficientNetVerdict *verdict,
                                             const GstEfficientNetQuorum *quorum);

#endif
