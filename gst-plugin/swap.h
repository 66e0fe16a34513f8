/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens another classifier beside the one that is in use, on a thread of its own. */
#ifndef GST_EFFICIENTNET_SWAP_H
#define GST_EFFICIENTNET_SWAP_H

#include "classifier.h"

typedef struct _GstEfficientNetSwap GstEfficientNetSwap;

/* Called on the thread, with what gst_efficientnet_swap_request() was given. */
typedef void (*GstEfficientNetSwapRefused)(gpointer user_data, guint serial, const GError *error);

GstEfficientNetSwap *gst_efficientnet_swap_new(GstEfficientNetSwapRefused refused,
                                               gpointer user_data);

/* Waits for what is being opened, and forgets it. */
void gst_efficientnet_swap_free(GstEfficientNetSwap *swap);

/* Asks for a classifier; what was asked for before, and was not taken, is forgotten. Any thread;
 * returns at once; FALSE where there is no thread to open it on. */
gboolean gst_efficientnet_swap_request(GstEfficientNetSwap *swap,
                                       const GstEfficientNetModelSettings *settings, guint serial,
                                       GError **error);

/* The classifier that was asked for last, with its settings (the caller clears them) and serial;
 * NULL while there is none. Returns at once. */
GstEfficientNetClassifier *gst_efficientnet_swap_take(GstEfficientNetSwap *swap,
                                                      GstEfficientNetModelSettings *settings,
                                                      guint *serial);

/* Frees CLASSIFIER on the thread, as that may take the time of an inference. */
void gst_efficientnet_swap_retire(GstEfficientNetSwap *swap, GstEfficientNetClassifier *classifier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetSwap, gst_efficientnet_swap_free)

#endif
