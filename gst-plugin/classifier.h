/* SPDX-License-Identifier: BSD-2-Clause */
/* What an element has open from READY on: its model, labels, and a warmed-up inference. */
#ifndef GST_EFFICIENTNET_CLASSIFIER_H
#define GST_EFFICIENTNET_CLASSIFIER_H

#include "inference.h"
#include "settings.h"

typedef struct {
    EffNetModel *model;
    const EffNetModelInfo *info;
    const char *const *labels; /* n_classes of them; NULL: unknown */
    char **own_labels;         /* those that are not the model's */
    GstEfficientNetInference *inference;
    GstClockTime duration; /* of an inference, as measured when warming up */
} GstEfficientNetClassifier;

/* Every error is one sentence that begins with the property that is wrong. */
GstEfficientNetClassifier *
gst_efficientnet_classifier_open(const GstEfficientNetModelSettings *settings, GError **error);
void gst_efficientnet_classifier_free(GstEfficientNetClassifier *classifier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetClassifier, gst_efficientnet_classifier_free)

#endif
