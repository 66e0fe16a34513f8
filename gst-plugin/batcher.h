/* SPDX-License-Identifier: BSD-2-Clause */
/* Batches over the streams of one model-instance-id. Each stream is a member; it comes with
 * pictures and waits until they have been through the network. No thread is added: one of those who
 * wait leads, which is to say that it waits until a batch is complete, runs it for all whose
 * pictures are in it, and wakes them.
 *
 * A batch is complete when it is full; or when every member that has frames coming waits already;
 * or when the one who waits longest has waited for the timeout; or when a member that waits rests.
 * It is made of the members' pictures in turn, beginning with the one who waits longest, so that no
 * stream is served twice while another is waiting. */
#ifndef GST_EFFICIENTNET_BATCHER_H
#define GST_EFFICIENTNET_BATCHER_H

#include <gst/gst.h>

#include <effnet/effnet.h>

/* In which all members of an id agree. */
typedef struct {
    guint batch_size;
    GstClockTime batch_timeout;
    guint threads;
} GstEfficientNetBatchSettings;

typedef struct _GstEfficientNetBatchMember GstEfficientNetBatchMember;

/* What a batch of the whole size takes; FALSE where the session does not work. */
typedef gboolean (*GstEfficientNetBatchMeasure)(EffNetSession *session, guint n,
                                                GstClockTime *duration, GError **error);

/* Joins those of ID who have MODEL; the first one makes their session, and measures it. Refused
 * with EFFNET_ERROR_SETTINGS where another member of ID has other settings or, unless SWAPPING, as
 * models are swapped one element after the other, another model. */
GstEfficientNetBatchMember *
gst_efficientnet_batcher_join(const char *id, EffNetModel *model,
                              const GstEfficientNetBatchSettings *settings, gboolean swapping,
                              GstEfficientNetBatchMeasure measure, GError **error);

/* Nobody may be waiting for MEMBER's pictures. */
void gst_efficientnet_batcher_leave(GstEfficientNetBatchMember *member);

/* What was inferred in PLACE of SESSION, as the picture INDEX of LOGITS and, unless that is NULL,
 * of FEATURES. */
void gst_efficientnet_batcher_copy_results(EffNetSession *session, guint place, float *logits,
                                           float *features, gsize index);

/* How long a member waits at most, as measured: the timeout, and a whole batch. */
GstClockTime gst_efficientnet_batch_member_get_latency(const GstEfficientNetBatchMember *member);

/* Infers N pictures; LOGITS has room for the model's n_classes of each, FEATURES for its n_features
 * unless it is NULL. FILL: how full the batches were that they went in, 0 to 1. Returns when all is
 * done; or FALSE, when it is flushing. One thread at a time. */
gboolean gst_efficientnet_batch_member_run(GstEfficientNetBatchMember *member,
                                           EffNetInput *const *inputs, guint n, float *logits,
                                           float *features, double *fill);

/* While it rests no more pictures come: nobody waits for them, and MEMBER itself, where it has some
 * still, does not wait for others. Any thread. */
void gst_efficientnet_batch_member_set_resting(GstEfficientNetBatchMember *member,
                                               gboolean resting);

/* While it is not playing, as it is at first, it rests in its runs as well. Any thread. */
void gst_efficientnet_batch_member_set_playing(GstEfficientNetBatchMember *member,
                                               gboolean playing);

/* While flushing, nothing is inferred, and whoever waits is let go. Any thread. */
void gst_efficientnet_batch_member_set_flushing(GstEfficientNetBatchMember *member,
                                                gboolean flushing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetBatchMember, gst_efficientnet_batcher_leave)

#endif
