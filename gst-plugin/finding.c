/* SPDX-License-Identifier: BSD-2-Clause */
#include "finding.h"

/* Inserts the class INDEX among those from FIRST on, of which there are few; of more than K, the
 * best remain. */
static void
insert(GstEfficientNetFinding *finding, guint first, guint k, guint index, float score)
{
    guint i = finding->n;

    for (; i > first && finding->classes[i - 1].score < score; i--) {
        if (i < k)
            finding->classes[i] = finding->classes[i - 1];
    }
    if (i < k)
        finding->classes[i] = (EffNetClass){.index = index, .score = score};
    finding->n = MIN(finding->n + 1, k);
}

/* Adds classes that have lost the threshold, but not what keeps them. */
static void
keep_classes(GstEfficientNetFinding *finding, const float *scores, guint n_scores,
             const GstEfficientNetSelection *selection, guint k)
{
    const GstEfficientNetFinding *before = selection->before;
    guint first = finding->n;

    for (guint i = 0; i < before->n; i++) {
        guint index = before->classes[i].index;

        if (index < n_scores && scores[index] < selection->threshold &&
            scores[index] >= selection->release)
            insert(finding, first, k, index, scores[index]);
    }
}

GstEfficientNetFinding *
gst_efficientnet_finding_new(const GstEfficientNetSubject *subject, const float *scores,
                             guint n_scores, const GstEfficientNetSelection *selection,
                             GBytes *embedding)
{
    GstEfficientNetFinding *finding;
    gsize k = MIN(selection->top_k, n_scores);

    finding = g_atomic_rc_box_alloc(sizeof *finding + k * sizeof *finding->classes);
    finding->subject = *subject;
    finding->embedding = embedding ? g_bytes_ref(embedding) : NULL;
    finding->heatmap = (GstEfficientNetHeatmap){0};
    finding->tensor = NULL;
    finding->has_similarity = finding->unknown = FALSE;
    finding->n =
        (guint)effnet_scores_top(scores, n_scores, k, selection->threshold, finding->classes);
    if (selection->before && !selection->before->unknown)
        keep_classes(finding, scores, n_scores, selection, (guint)k);
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

void
gst_efficientnet_finding_set_heatmap(GstEfficientNetFinding *finding,
                                     const GstEfficientNetHeatmap *heatmap)
{
    finding->heatmap = *heatmap;
    g_bytes_ref(heatmap->map);
}

void
gst_efficientnet_finding_set_tensor(GstEfficientNetFinding *finding, GBytes *tensor,
                                    GstEfficientNetTensors form)
{
    finding->tensor = g_bytes_ref(tensor);
    finding->tensor_form = form;
}

gint64
gst_efficientnet_finding_get_verdict(const GstEfficientNetFinding *finding)
{
    if (finding->unknown)
        return GST_EFFICIENTNET_VERDICT_UNKNOWN;
    return finding->n > 0 ? (gint64)finding->classes[0].index : GST_EFFICIENTNET_VERDICT_NONE;
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
    g_clear_pointer(&finding->heatmap.map, g_bytes_unref);
    g_clear_pointer(&finding->tensor, g_bytes_unref);
}

void
gst_efficientnet_finding_unref(GstEfficientNetFinding *finding)
{
    g_atomic_rc_box_release_full(finding, clear);
}
