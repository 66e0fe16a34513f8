/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_HEATMAP_INTERNAL_H
#define EFFNET_HEATMAP_INTERNAL_H

#include <effnet/heatmap.h>

#include "execute.h"

/* What the heatmaps of a session are computed from. */
typedef struct {
    const EffNetOp *pooled, *classifier;
    guint places; /* of an image */
    float *out;   /* what the classifier computes of a place */
    gpointer scratch;
} EffNetHeatmap;

/* Sets POOLED to the op that pools, or NULL, and CLASSIFIER to the one after it; FALSE if the plan
 * has no heatmaps. */
gboolean effnet_heatmap_find(const EffNetPlan *plan, const EffNetOp **pooled,
                             const EffNetOp **classifier);

/* For effnet_heatmap_free(). */
EffNetHeatmap *effnet_heatmap_new(const EffNetPlan *plan, GError **error);
void effnet_heatmap_free(EffNetHeatmap *heatmap);

/* Elements of all features of an image, as effnet_op_execute() writes them. */
gsize effnet_heatmap_features(const EffNetHeatmap *heatmap, const EffNetPlan *plan);

/* MAP of CLASS, from FEATURES. */
void effnet_heatmap_compute(EffNetHeatmap *heatmap, const EffNetPlan *plan, const float *features,
                            guint class, float *map);

#endif
