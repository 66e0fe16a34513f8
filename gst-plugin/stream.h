/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens to a stream's frames: which are inferred, and where, and what they carry. */
#ifndef GST_EFFICIENTNET_STREAM_H
#define GST_EFFICIENTNET_STREAM_H

#include "classifier.h"
#include "gates.h"
#include "tracks.h"

/* The streaming thread's. */
typedef struct {
    GstVideoInfo info;
    GstVideoOrientationMethod tag_orientation;
    guint64 number; /* the next frame's */
    gboolean late;  /* the frame is too late, as downstream says */

    /*< private >*/
    GstEfficientNetGates gates;
    GstEfficientNetTimeline timeline;
    GstEfficientNetMoment inferred; /* when the frame last submitted was */
    GstEfficientNetTracks *tracks;
    GArray *regions;  /* this frame's */
    GPtrArray *loose; /* findings that arrived with this frame and belong to no track */
} GstEfficientNetStream;

/* What a frame brought; zero-initialise it. */
typedef struct {
    guint inferences;      /* inferences that were finished */
    GstClockTime duration; /* their total duration */
    double filled;         /* the sum of how full their batches were */
    gboolean processed;    /* the frame was processed, and has its results */
    gboolean skipped;      /* it was due, but nobody had time */
    gboolean held;         /* it carries results, but no new one */
    const char *untimed;   /* a property that has no times to go by, or NULL */
    gboolean outside;      /* the zone that is asked for is outside of the frame */
    GstStructure *message; /* to be posted, or NULL; the caller adds "stream" */
} GstEfficientNetReport;

GstEfficientNetStream *gst_efficientnet_stream_new(void);
void gst_efficientnet_stream_free(GstEfficientNetStream *stream);

/* Forgets everything that was seen. */
void gst_efficientnet_stream_forget(GstEfficientNetStream *stream);

/* Gives BUFFER, which is writable, its results. SEGMENT: the one that it belongs to. ELEMENT: whose
 * results they are. */
gboolean gst_efficientnet_stream_process(GstEfficientNetStream *stream,
                                         const GstEfficientNetClassifier *classifier,
                                         const char *element,
                                         const GstEfficientNetFrameSettings *settings,
                                         GstBuffer *buffer, const GstSegment *segment,
                                         GstEfficientNetReport *report, GError **error);

/* Waits for what is in flight. Streams that share the network need not wait for this one's frames
 * until the next comes. */
void gst_efficientnet_stream_drain(GstEfficientNetStream *stream,
                                   const GstEfficientNetClassifier *classifier, const char *element,
                                   const GstEfficientNetFrameSettings *settings,
                                   GstEfficientNetReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetStream, gst_efficientnet_stream_free)

#endif
