/* SPDX-License-Identifier: BSD-2-Clause */
/* A stream's network: a session of its own, or one that it shares with the streams of its
 * model-instance-id. */
#ifndef GST_EFFICIENTNET_NETWORK_H
#define GST_EFFICIENTNET_NETWORK_H

#include "batcher.h"

typedef struct _GstEfficientNetNetwork GstEfficientNetNetwork;

/* Takes ownership of SESSION, which has one place and, if HEATMAP, heatmaps; creates a larger one,
 * on THREADS threads, when needed. */
GstEfficientNetNetwork *gst_efficientnet_network_new(EffNetSession *session, guint threads,
                                                     gboolean heatmap);

/* Takes ownership of MEMBER, of a batcher of MODEL; MODEL stays the caller's. */
GstEfficientNetNetwork *gst_efficientnet_network_new_shared(EffNetModel *model,
                                                            GstEfficientNetBatchMember *member);
void gst_efficientnet_network_free(GstEfficientNetNetwork *network);

/* Owned by NETWORK. */
EffNetModel *gst_efficientnet_network_get_model(const GstEfficientNetNetwork *network);
const EffNetModelInfo *gst_efficientnet_network_get_info(const GstEfficientNetNetwork *network);

/* Prepares for N frames, which are read with RESIZE. */
gboolean gst_efficientnet_network_prepare(GstEfficientNetNetwork *network, guint n,
                                          const EffNetResize *resize, GError **error);

/* Reads frame INDEX of these. */
gboolean gst_efficientnet_network_set_frame(GstEfficientNetNetwork *network, guint index,
                                            const EffNetFrame *frame, GError **error);

/* As gst_efficientnet_batch_member_run(). */
gboolean gst_efficientnet_network_run(GstEfficientNetNetwork *network, guint n,
                                      const GstEfficientNetOutputs *outputs, double *fill);

/* Any thread. rest: no frames come until it is prepared again. While not playing, it waits for
 * nobody's frames. While flushing, whoever waits returns. */
void gst_efficientnet_network_rest(GstEfficientNetNetwork *network);
void gst_efficientnet_network_set_playing(GstEfficientNetNetwork *network, gboolean playing);
void gst_efficientnet_network_set_flushing(GstEfficientNetNetwork *network, gboolean flushing);

#endif
