/* SPDX-License-Identifier: BSD-2-Clause */
/* Batches over the streams of one model-instance-id. Each stream is a member; it submits images and
 * waits until they have been inferred. No thread is added: one of the waiting members leads, that
 * is, it waits until a batch is complete, infers it for all whose images are in it, and wakes them.
 *
 * A batch is complete when it is full; when every member that expects frames is waiting; when the
 * member that has waited longest has waited for the timeout; or when a waiting member rests. It
 * takes the members' images in turn, starting with the member that has waited longest, so that no
 * stream is served twice while another waits. */
#ifndef GST_EFFICIENTNET_BATCHER_H
#define GST_EFFICIENTNET_BATCHER_H

#include <gst/gst.h>

#include <effnet/effnet.h>

/* What all members of an id must agree on. */
typedef struct {
    guint batch_size;
    GstClockTime batch_timeout;
    guint threads;
    gboolean heatmap;
} GstEfficientNetBatchSettings;

/* Where results are copied to, with room for those of all images; NULL: not asked for. */
typedef struct {
    float *logits;   /* the model's n_classes of each */
    float *features; /* its n_features of each */
    float
        *heatmaps; /* each one's, of the class with the highest logit, where the session has them */
} GstEfficientNetOutputs;

typedef struct _GstEfficientNetBatchMember GstEfficientNetBatchMember;

/* Sets DURATION to how long SESSION takes for a whole batch of N; FALSE if the session does not
 * work. */
typedef gboolean (*GstEfficientNetBatchMeasure)(EffNetSession *session, guint n,
                                                GstClockTime *duration, GError **error);

/* Joins the members of ID that use MODEL; the first one creates their session, and measures it.
 * Fails with EFFNET_ERROR_SETTINGS if another member of ID has other settings or, unless SWAPPING,
 * another model: models are swapped one element after another. */
GstEfficientNetBatchMember *
gst_efficientnet_batcher_join(const char *id, EffNetModel *model,
                              const GstEfficientNetBatchSettings *settings, gboolean swapping,
                              GstEfficientNetBatchMeasure measure, GError **error);

/* MEMBER must not be waiting. */
void gst_efficientnet_batcher_leave(GstEfficientNetBatchMember *member);

/* Copies what was inferred in PLACE of SESSION to place INDEX of OUTPUTS. */
void gst_efficientnet_batcher_copy_results(EffNetSession *session, guint place,
                                           const GstEfficientNetOutputs *outputs, gsize index);

/* The longest that a member waits, as measured: the timeout, and a whole batch. */
GstClockTime gst_efficientnet_batch_member_get_latency(const GstEfficientNetBatchMember *member);

/* Infers N images. FILL: how full their batches were on average, 0 to 1. Returns when all is done;
 * FALSE if flushing. One thread at a time. */
gboolean gst_efficientnet_batch_member_run(GstEfficientNetBatchMember *member,
                                           EffNetInput *const *inputs, guint n,
                                           const GstEfficientNetOutputs *outputs, double *fill);

/* While MEMBER rests, it expects no images: nobody waits for it, and it does not wait for others
 * with those that it still has. Any thread. */
void gst_efficientnet_batch_member_set_resting(GstEfficientNetBatchMember *member,
                                               gboolean resting);

/* While MEMBER is not playing, as at first, it rests even while it infers. Any thread. */
void gst_efficientnet_batch_member_set_playing(GstEfficientNetBatchMember *member,
                                               gboolean playing);

/* While flushing, nothing is inferred, and a waiting member returns. Any thread. */
void gst_efficientnet_batch_member_set_flushing(GstEfficientNetBatchMember *member,
                                                gboolean flushing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetBatchMember, gst_efficientnet_batcher_leave)

#endif
