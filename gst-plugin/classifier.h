/* SPDX-License-Identifier: BSD-2-Clause */
/* What an element has open from READY on: its model, labels, and a warmed-up inference. */
#ifndef GST_EFFICIENTNET_CLASSIFIER_H
#define GST_EFFICIENTNET_CLASSIFIER_H

#include "inference.h"
#include "settings.h"

typedef struct {
    EffNetModel *model;
    const EffNetModelInfo *info;
    const char *const *labels; /* n_classes of them; where they are unknown, the classes' indices */
    char **own_labels;         /* those that are not the model's */
    GstEfficientNetInference *inference;
    GstClockTime duration; /* until a frame has its result, as measured when warming up */
} GstEfficientNetClassifier;

/* Every error is one sentence that begins with the property that is wrong. SWAPPING: to take the
 * place of one that others of its model-instance-id still have. */
GstEfficientNetClassifier *
gst_efficientnet_classifier_open(const GstEfficientNetModelSettings *settings, gboolean swapping,
                                 GError **error);
void gst_efficientnet_classifier_free(GstEfficientNetClassifier *classifier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetClassifier, gst_efficientnet_classifier_free)

#endif
