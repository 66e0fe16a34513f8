/* SPDX-License-Identifier: BSD-2-Clause */
#include "finding.h"

GstEfficientNetFinding *
gst_efficientnet_finding_new(const GstEfficientNetSubject *subject, const float *scores,
                             guint n_scores, guint top_k, float threshold, GBytes *embedding)
{
    GstEfficientNetFinding *finding;
    gsize k = MIN(top_k, n_scores);

    finding = g_atomic_rc_box_alloc(sizeof *finding + k * sizeof *finding->classes);
    finding->subject = *subject;
    finding->embedding = embedding ? g_bytes_ref(embedding) : NULL;
    finding->has_similarity = finding->unknown = FALSE;
    finding->n = (guint)effnet_scores_top(scores, n_scores, k, threshold, finding->classes);
    return finding;
}

void
gst_efficientnet_finding_set_similarity(GstEfficientNetFinding *finding, float similarity,
                                        float threshold)
{
    finding->has_similarity = TRUE;
    finding->similarity = similarity;
    finding->unknown = similarity < threshold;
}

GstEfficientNetFinding *
gst_efficientnet_finding_ref(GstEfficientNetFinding *finding)
{
    return g_atomic_rc_box_acquire(finding);
}

static void
clear(gpointer data)
{
    GstEfficientNetFinding *finding = data;

    g_clear_pointer(&finding->embedding, g_bytes_unref);
}

void
gst_efficientnet_finding_unref(GstEfficientNetFinding *finding)
{
    g_atomic_rc_box_release_full(finding, clear);
}
