/* SPDX-License-Identifier: BSD-2-Clause */
/* The network as one stream has it: in a session of its own, or in one that it shares with the
 * streams of its model-instance-id. */
#ifndef GST_EFFICIENTNET_NETWORK_H
#define GST_EFFICIENTNET_NETWORK_H

#include "batcher.h"

typedef struct _GstEfficientNetNetwork GstEfficientNetNetwork;

/* Takes SESSION, of one place, and makes a larger one on THREADS threads when that is needed. */
GstEfficientNetNetwork *gst_efficientnet_network_new(EffNetSession *session, guint threads);

/* Takes MEMBER, of a batcher of MODEL, which stays the caller's. */
GstEfficientNetNetwork *gst_efficientnet_network_new_shared(EffNetModel *model,
                                                            GstEfficientNetBatchMember *member);
void gst_efficientnet_network_free(GstEfficientNetNetwork *network);

const EffNetModelInfo *gst_efficientnet_network_get_info(const GstEfficientNetNetwork *network);

/* Makes ready for N frames, which are read with RESIZE. */
gboolean gst_efficientnet_network_prepare(GstEfficientNetNetwork *network, guint n,
                                          const EffNetResize *resize, GError **error);

/* Reads the frame INDEX of those. */
gboolean gst_efficientnet_network_set_frame(GstEfficientNetNetwork *network, guint index,
                                            const EffNetFrame *frame, GError **error);

/* As gst_efficientnet_batch_member_run(). */
gboolean gst_efficientnet_network_run(GstEfficientNetNetwork *network, guint n, float *logits,
                                      float *features, double *fill);

/* Any thread. No frames come until it is prepared again; while it is not playing, it waits for
 * nobody's frames; while flushing, whoever waits is let go. */
void gst_efficientnet_network_rest(GstEfficientNetNetwork *network);
void gst_efficientnet_network_set_playing(GstEfficientNetNetwork *network, gboolean playing);
void gst_efficientnet_network_set_flushing(GstEfficientNetNetwork *network, gboolean flushing);

#endif
