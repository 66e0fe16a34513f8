/* SPDX-License-Identifier: BSD-2-Clause */
/* What an element keeps open from READY on: its model, its labels, and an inference that is warmed
 * up. */
#ifndef GST_EFFICIENTNET_CLASSIFIER_H
#define GST_EFFICIENTNET_CLASSIFIER_H

#include "inference.h"
#include "settings.h"

typedef struct {
    EffNetModel *model;
    const EffNetModelInfo *info;
    const char *const *labels; /* n_classes labels; the classes' indices if labels are unknown */
    char **own_labels;         /* labels that are not the model's */
    gboolean heatmap;          /* the inference has heatmaps */
    const char *warning;       /* a sentence about what is wrong but does not matter; or NULL */
    GstEfficientNetInference *inference;
    GstClockTime duration; /* until a frame has its result, as measured while warming up */
} GstEfficientNetClassifier;

/* Every error is one sentence that starts with the property at fault. SWAPPING: the classifier
 * replaces another, whose model others with its model-instance-id still use. For
 * gst_efficientnet_classifier_free(). */
GstEfficientNetClassifier *
gst_efficientnet_classifier_open(const GstEfficientNetModelSettings *settings, gboolean swapping,
                                 GError **error);
void gst_efficientnet_classifier_free(GstEfficientNetClassifier *classifier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetClassifier, gst_efficientnet_classifier_free)

#endif
