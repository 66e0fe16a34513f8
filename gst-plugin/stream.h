/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of the frames of one stream: which are inferred and where, and what they carry. */
#ifndef GST_EFFICIENTNET_STREAM_H
#define GST_EFFICIENTNET_STREAM_H

#include "classifier.h"
#include "gates.h"
#include "tracks.h"

/* Of the streaming thread. */
typedef struct {
    GstVideoInfo info;
    GstVideoOrientationMethod tag_orientation;
    guint64 number; /* of the next frame */
    gboolean late;  /* it comes too late, as downstream says */

    /*< private >*/
    GstEfficientNetGates gates;
    GstEfficientNetTimeline timeline;
    GstEfficientNetMoment inferred; /* when the frame was that was last given to the network */
    GstEfficientNetTracks *tracks;
    GArray *regions;  /* of this frame */
    GPtrArray *loose; /* findings that came with this frame and belong to no track */
} GstEfficientNetStream;

/* What a frame brought with it; zero-initialise. */
typedef struct {
    guint inferences;      /* that were finished */
    GstClockTime duration; /* of them together */
    double filled;         /* how full the batches were that they came by, their sum */
    gboolean processed;    /* there was a frame, and it has its results */
    gboolean skipped;      /* it was to be inferred, but nobody had time */
    gboolean held;         /* it carries results, but none that is new */
    gboolean unrated;      /* max-rate is set, but has no time to go by */
    GstStructure *message; /* to be posted; NULL: none. The caller adds "stream" */
} GstEfficientNetReport;

GstEfficientNetStream *gst_efficientnet_stream_new(void);
void gst_efficientnet_stream_free(GstEfficientNetStream *stream);

/* Nothing that was seen before is known any more. */
void gst_efficientnet_stream_forget(GstEfficientNetStream *stream);

/* BUFFER, which is writable, gets its results. SEGMENT: the one that it belongs to. ELEMENT: who
 * writes them. */
gboolean gst_efficientnet_stream_process(GstEfficientNetStream *stream,
                                         const GstEfficientNetClassifier *classifier,
                                         const char *element,
                                         const GstEfficientNetFrameSettings *settings,
                                         GstBuffer *buffer, const GstSegment *segment,
                                         GstEfficientNetReport *report, GError **error);

/* Lets what is in flight come to its end; streams that share the network need not wait for frames
 * of this one until the next. */
void gst_efficientnet_stream_drain(GstEfficientNetStream *stream,
                                   const GstEfficientNetClassifier *classifier, const char *element,
                                   const GstEfficientNetFrameSettings *settings,
                                   GstEfficientNetReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetStream, gst_efficientnet_stream_free)

#endif
