/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include <math.h>

#include "attach.h"
#include "frame.h"
#include "meta.h"
#include "regions.h"

typedef struct {
    GstEfficientNetStream *stream;
    const GstEfficientNetClassifier *classifier;
    const char *element;
    const GstEfficientNetFrameSettings *settings;
    GstEfficientNetReport *report;
    GstEfficientNetMoment moment; /* the frame's */
} Context;

GstEfficientNetStream *
gst_efficientnet_stream_new(void)
{
    GstEfficientNetStream *self = g_new0(GstEfficientNetStream, 1);

    self->tag_orientation = GST_VIDEO_ORIENTATION_IDENTITY;
    self->tracks = gst_efficientnet_tracks_new();
    self->regions = g_array_new(FALSE, FALSE, sizeof(GstEfficientNetRegion));
    self->loose = g_ptr_array_new_with_free_func((GDestroyNotify)gst_efficientnet_finding_unref);
    gst_efficientnet_stream_forget(self);
    return self;
}

void
gst_efficientnet_stream_free(GstEfficientNetStream *self)
{
    gst_efficientnet_tracks_free(self->tracks);
    g_array_unref(self->regions);
    g_ptr_array_unref(self->loose);
    g_free(self);
}

void
gst_efficientnet_stream_forget(GstEfficientNetStream *self)
{
    self->inferred.passed = GST_CLOCK_TIME_NONE;
    gst_efficientnet_timeline_init(&self->timeline);
    gst_efficientnet_tracks_clear(self->tracks);
    gst_efficientnet_gates_reset(&self->gates);
}

/* The similarity from which something is known; nothing is compared if it is OFF. */
static float
known_from(const Context *c)
{
    if (!c->classifier->info->has_known)
        return GST_EFFICIENTNET_UNKNOWN_OFF;
    return c->settings->unknown == GST_EFFICIENTNET_UNKNOWN_AUTO
               ? c->classifier->info->known_similarity
               : c->settings->unknown;
}

/* Puts finding I of OUTCOME where it belongs. TRUE if it is to be announced. */
static gboolean
take_finding(const Context *c, const GstEfficientNetOutcome *outcome, guint i,
             GstEfficientNetFinding **taken)
{
    const GstEfficientNetFrameSettings *settings = c->settings;
    const GstEfficientNetSubject *subject = &outcome->subjects[i];
    const float *scores = outcome->scores + (gsize)i * outcome->n_scores;
    GstEfficientNetTrack *track = gst_efficientnet_tracks_lookup(c->stream->tracks, subject->key);
    gboolean changed = FALSE;

    if (track)
        scores =
            gst_efficientnet_track_smooth(track, scores, outcome->n_scores, settings->smoothing);
    *taken =
        gst_efficientnet_finding_new(subject, scores, outcome->n_scores, settings->top_k,
                                     settings->threshold > 0.0f ? settings->threshold : -INFINITY,
                                     outcome->embeddings ? outcome->embeddings[i] : NULL);
    if (outcome->similarities)
        gst_efficientnet_finding_set_similarity(*taken, outcome->similarities[i], known_from(c));
    if (track) {
        gst_efficientnet_track_take(track, gst_efficientnet_finding_ref(*taken), c->stream->number);
        changed = gst_efficientnet_track_announce(track, settings->smoothing > 0.0f);
    } else if (subject->key == GST_EFFICIENTNET_KEY_UNTRACKED) {
        g_ptr_array_add(c->stream->loose, gst_efficientnet_finding_ref(*taken));
    }
    return settings->post_messages == GST_EFFICIENTNET_POST_MESSAGES_ALL ||
           (settings->post_messages == GST_EFFICIENTNET_POST_MESSAGES_CHANGES && changed);
}

static void
add_to_message(const Context *c, const GstEfficientNetFinding *finding)
{
    GstStructure *message = c->report->message;
    GValue empty = G_VALUE_INIT;

    if (!message) {
        message =
            gst_structure_new("efficientnet", "pts", G_TYPE_UINT64, finding->subject.pts, NULL);
        g_value_init(&empty, GST_TYPE_LIST);
        gst_structure_take_value(message, "results", &empty);
        c->report->message = message;
    }
    if (finding->n == 0)
        return;
    gst_efficientnet_meta_append_result((GValue *)gst_structure_get_value(message, "results"),
                                        finding, &finding->subject, c->element,
                                        c->classifier->info->name, c->classifier->labels, 0);
}

/* Collects what the network has finished. */
static void
collect(const Context *c)
{
    g_autoptr(GstEfficientNetOutcome) outcome =
        gst_efficientnet_inference_collect(c->classifier->inference);

    if (!outcome)
        return;
    for (guint i = 0; i < outcome->n; i++) {
        g_autoptr(GstEfficientNetFinding) finding = NULL;

        if (take_finding(c, outcome, i, &finding))
            add_to_message(c, finding);
    }
    c->report->inferences += outcome->n;
    c->report->duration += outcome->duration;
    c->report->filled += outcome->fill * outcome->n;
}

static void
see_regions(const Context *c, GstBuffer *buffer, const EffNetRect *visible)
{
    GstEfficientNetStream *self = c->stream;

    gst_efficientnet_regions_collect(self->regions, buffer, c->settings, visible->w, visible->h);
    for (guint i = 0; i < self->regions->len; i++) {
        gint64 key = g_array_index(self->regions, GstEfficientNetRegion, i).key;

        if (key != GST_EFFICIENTNET_KEY_UNTRACKED)
            gst_efficientnet_tracks_see(self->tracks, key, self->number);
    }
    gst_efficientnet_tracks_expire(self->tracks, self->number);
}

/* Frames since KEY was last submitted; G_MAXUINT64 if it never was. */
static guint64
waiting(GstEfficientNetStream *self, gint64 key)
{
    const GstEfficientNetTrack *track = gst_efficientnet_tracks_lookup(self->tracks, key);

    return track && track->requested ? self->number - track->request : G_MAXUINT64;
}

static gint
compare_waiting(gconstpointer a, gconstpointer b, gpointer stream)
{
    guint64 x = waiting(stream, ((const GstEfficientNetSubject *)a)->key);
    guint64 y = waiting(stream, ((const GstEfficientNetSubject *)b)->key);

    return (x < y) - (x > y);
}

/* What to infer in this frame, those first that have waited longest. */
static GArray *
choose_subjects(const Context *c, const EffNetRect *visible, GstClockTime pts)
{
    GstEfficientNetStream *self = c->stream;
    GArray *subjects = g_array_new(FALSE, FALSE, sizeof(GstEfficientNetSubject));

    for (guint i = 0; i < self->regions->len; i++) {
        const GstEfficientNetRegion *region =
            &g_array_index(self->regions, GstEfficientNetRegion, i);
        GstEfficientNetSubject subject = {
            .number = self->number,
            .pts = pts,
            .region = region->rect,
            .width = visible->w,
            .height = visible->h,
            .roi_id = region->roi_id,
            .key = region->key,
        };

        if (region->key == GST_EFFICIENTNET_KEY_FRAME ||
            waiting(self, region->key) >= c->settings->reclassify_interval)
            g_array_append_val(subjects, subject);
    }
    g_array_sort_with_data(subjects, compare_waiting, self);
    return subjects;
}

static void
note_request(GstEfficientNetStream *self, const GstEfficientNetSubject *subjects, guint n)
{
    for (guint i = 0; i < n; i++) {
        GstEfficientNetTrack *track = gst_efficientnet_tracks_lookup(self->tracks, subjects[i].key);

        if (!track)
            continue;
        track->requested = TRUE;
        track->request = self->number;
    }
}

/* Submits one batch after another while the caller waits; only one if it does not. */
static GstEfficientNetSubmit
submit(const Context *c, const EffNetFrame *frame, const GArray *subjects, GError **error)
{
    const GstEfficientNetFrameSettings *settings = c->settings;
    gboolean async = settings->late_policy == GST_EFFICIENTNET_LATE_POLICY_SKIP_INFERENCE;
    GstEfficientNetInference *inference = c->classifier->inference;
    GstEfficientNetRequest request = {
        .frame = frame,
        .resize = settings->resize,
        .activation = settings->activation,
        .embedding = settings->embedding,
        .similarity = known_from(c) != GST_EFFICIENTNET_UNKNOWN_OFF,
    };
    GstEfficientNetSubmit submitted = GST_EFFICIENTNET_SUBMIT_OK;

    if (request.activation == EFFNET_ACTIVATION_AUTO)
        request.activation = c->classifier->info->activation;
    if (!async) {
        gst_efficientnet_inference_drain(inference);
        collect(c);
    }
    for (guint i = 0; i < subjects->len; i += request.n) {
        request.subjects = &g_array_index(subjects, GstEfficientNetSubject, i);
        request.n = MIN(subjects->len - i, GST_EFFICIENTNET_BATCH);
        submitted = gst_efficientnet_inference_submit(inference, &request, async, error);
        if (submitted != GST_EFFICIENTNET_SUBMIT_OK)
            break;
        note_request(c->stream, request.subjects, request.n);
        collect(c);
        if (async)
            break;
    }
    return submitted;
}

static EffNetRect
zone_in(const Context *c, const EffNetFrame *frame)
{
    EffNetRect zone;

    if (!gst_efficientnet_region_cut_zone(c->settings, frame->region.w, frame->region.h, &zone))
        return frame->region;
    return (EffNetRect){frame->region.x + zone.x, frame->region.y + zone.y, zone.w, zone.h};
}

/* Passes a frame that is due through the third gate and to the network. */
static gboolean
infer(const Context *c, GstBuffer *buffer, const GArray *subjects, GError **error)
{
    GstEfficientNetStream *self = c->stream;
    GstEfficientNetSubmit submitted;
    GstVideoFrame map;
    EffNetFrame frame;
    EffNetRect zone;

    if (!gst_efficientnet_frame_map(&map, &frame, &self->info, buffer, error))
        return FALSE;
    zone = zone_in(c, &frame);
    if (!gst_efficientnet_gates_changed(&self->gates, c->settings, &map, &zone)) {
        gst_efficientnet_gates_hold(&self->gates, c->settings);
        gst_video_frame_unmap(&map);
        return TRUE;
    }
    frame.orientation = gst_efficientnet_frame_orientation(
        c->settings->orientation == GST_VIDEO_ORIENTATION_AUTO ? self->tag_orientation
                                                               : c->settings->orientation);
    submitted = submit(c, &frame, subjects, error);
    gst_video_frame_unmap(&map);
    c->report->skipped = submitted == GST_EFFICIENTNET_SUBMIT_BUSY;
    if (submitted == GST_EFFICIENTNET_SUBMIT_OK) {
        gst_efficientnet_gates_pass(&self->gates, c->settings, &c->moment);
        self->inferred = c->moment;
    }
    return submitted != GST_EFFICIENTNET_SUBMIT_FAILED;
}

/* A frame that is marked as a gap shows nothing new: videorate marks repeated frames so. */
static gboolean
is_repeated(GstEfficientNetStream *self, GstBuffer *buffer)
{
    if (!GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP))
        return FALSE;
    for (guint i = 0; i < self->regions->len; i++) {
        const GstEfficientNetTrack *track = gst_efficientnet_tracks_lookup(
            self->tracks, g_array_index(self->regions, GstEfficientNetRegion, i).key);

        if (!track || !track->finding)
            return FALSE;
    }
    return TRUE;
}

/* Whether a late frame is left out: time is better spent on frames that may still be in time. But
 * since sinks show a frame per second however late it is, one per second is inferred. */
static gboolean
is_left_out(const Context *c)
{
    const GstEfficientNetStream *self = c->stream;

    return c->settings->late_policy == GST_EFFICIENTNET_LATE_POLICY_SKIP_INFERENCE && self->late &&
           gst_efficientnet_moment_apart(&c->moment, &self->inferred) < GST_SECOND;
}

static gboolean
infer_if_due(const Context *c, GstBuffer *buffer, const EffNetRect *visible, GError **error)
{
    GstEfficientNetStream *self = c->stream;
    g_autoptr(GArray) subjects = NULL;

    if (!gst_efficientnet_gates_due(&self->gates, c->settings, &c->moment) ||
        is_repeated(self, buffer))
        return TRUE;
    subjects = choose_subjects(c, visible, GST_BUFFER_PTS(buffer));
    if (subjects->len == 0)
        return TRUE;
    c->report->skipped = is_left_out(c);
    return c->report->skipped || infer(c, buffer, subjects, error);
}

/* Attaches the newest finding of every region of this frame, and findings that belong to none. */
static guint
attach(const Context *c, GstBuffer *buffer, const EffNetRect *visible)
{
    GstEfficientNetStream *self = c->stream;
    g_autoptr(GstEfficientNetAttachment) attachment = gst_efficientnet_attachment_new(
        buffer, c->element, c->classifier, c->settings->meta, self->number);

    for (guint i = 0; i < self->regions->len; i++) {
        const GstEfficientNetRegion *region =
            &g_array_index(self->regions, GstEfficientNetRegion, i);
        const GstEfficientNetTrack *track =
            gst_efficientnet_tracks_lookup(self->tracks, region->key);

        if (track && track->finding && (c->settings->hold_last || track->arrived == self->number))
            gst_efficientnet_attachment_add(attachment, track->finding, region, visible);
    }
    for (guint i = 0; i < self->loose->len; i++)
        gst_efficientnet_attachment_add_loose(attachment, g_ptr_array_index(self->loose, i),
                                              self->regions);
    return gst_efficientnet_attachment_finish(attachment);
}

gboolean
gst_efficientnet_stream_process(GstEfficientNetStream *self,
                                const GstEfficientNetClassifier *classifier, const char *element,
                                const GstEfficientNetFrameSettings *settings, GstBuffer *buffer,
                                const GstSegment *segment, GstEfficientNetReport *report,
                                GError **error)
{
    const Context c = {
        self,
        classifier,
        element,
        settings,
        report,
        gst_efficientnet_timeline_advance(&self->timeline, segment, GST_BUFFER_PTS(buffer),
                                          &self->info),
    };
    EffNetRect visible = gst_efficientnet_frame_visible(buffer, &self->info);
    guint n;

    g_ptr_array_set_size(self->loose, 0);
    collect(&c);
    see_regions(&c, buffer, &visible);
    if (!infer_if_due(&c, buffer, &visible, error))
        return FALSE;
    report->unrated = settings->max_rate.n > 0 && !GST_CLOCK_TIME_IS_VALID(c.moment.passed);
    n = attach(&c, buffer, &visible);
    report->held = n > 0 && report->inferences == 0;
    report->processed = TRUE;
    self->number++;
    return TRUE;
}

void
gst_efficientnet_stream_drain(GstEfficientNetStream *self,
                              const GstEfficientNetClassifier *classifier, const char *element,
                              const GstEfficientNetFrameSettings *settings,
                              GstEfficientNetReport *report)
{
    const Context c = {self, classifier, element, settings, report, {0}};

    gst_efficientnet_inference_rest(classifier->inference);
    gst_efficientnet_inference_drain(classifier->inference);
    collect(&c);
}
