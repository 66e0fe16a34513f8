/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens another classifier, on a thread of its own, while one is in use. */
#ifndef GST_EFFICIENTNET_SWAP_H
#define GST_EFFICIENTNET_SWAP_H

#include "classifier.h"

typedef struct _GstEfficientNetSwap GstEfficientNetSwap;

/* Called on the thread, with the arguments of gst_efficientnet_swap_request(). */
typedef void (*GstEfficientNetSwapRefused)(gpointer user_data, guint serial, const GError *error);

GstEfficientNetSwap *gst_efficientnet_swap_new(GstEfficientNetSwapRefused refused,
                                               gpointer user_data);

/* Waits for what is being opened, and discards it. */
void gst_efficientnet_swap_free(GstEfficientNetSwap *swap);

/* Requests a classifier, and discards what was requested before and not taken. Any thread; returns
 * at once. FALSE if there is no thread to open it on. */
gboolean gst_efficientnet_swap_request(GstEfficientNetSwap *swap,
                                       const GstEfficientNetModelSettings *settings, guint serial,
                                       GError **error);

/* The classifier last requested, with its settings, which the caller clears, and its serial; NULL
 * while there is none. Returns at once. */
GstEfficientNetClassifier *gst_efficientnet_swap_take(GstEfficientNetSwap *swap,
                                                      GstEfficientNetModelSettings *settings,
                                                      guint *serial);

/* Frees CLASSIFIER on the thread, as that may take as long as an inference. */
void gst_efficientnet_swap_retire(GstEfficientNetSwap *swap, GstEfficientNetClassifier *classifier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetSwap, gst_efficientnet_swap_free)

#endif
