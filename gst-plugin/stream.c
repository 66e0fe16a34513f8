/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include <math.h>

#include "attach.h"
#include "frame.h"
#include "meta.h"
#include "regions.h"
#include "tensors.h"

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

/* Finding I of OUTCOME, with SCORES; TRACK, which may be NULL: what is remembered of the region. */
static GstEfficientNetFinding *
make_finding(const Context *c, const GstEfficientNetOutcome *outcome, guint i, const float *scores,
             const GstEfficientNetTrack *track)
{
    const GstEfficientNetFrameSettings *settings = c->settings;
    GstEfficientNetSelection selection = {
        .top_k = settings->top_k,
        .threshold = settings->threshold > 0.0f ? settings->threshold : -INFINITY,
        .release = settings->release > 0.0f ? settings->release : INFINITY,
        .before = track ? track->finding : NULL,
    };
    GstEfficientNetFinding *finding =
        gst_efficientnet_finding_new(&outcome->subjects[i], scores, outcome->n_scores, &selection,
                                     outcome->embeddings ? outcome->embeddings[i] : NULL);

    if (outcome->heatmaps)
        gst_efficientnet_finding_set_heatmap(finding, &outcome->heatmaps[i]);
    if (outcome->tensors)
        gst_efficientnet_finding_set_tensor(finding, outcome->tensors[i], outcome->tensor_form);
    if (outcome->similarities)
        gst_efficientnet_finding_set_similarity(finding, outcome->similarities[i], known_from(c));
    return finding;
}

/* Shares are of an object's findings; the whole frame may show this now and that later. */
static GstEfficientNetQuorum
quorum_of(const GstEfficientNetFrameSettings *settings, gint64 key)
{
    return (GstEfficientNetQuorum){settings->confirm,
                                   key == GST_EFFICIENTNET_KEY_FRAME ? 0.0f : settings->consensus};
}

/* Puts finding I of OUTCOME where it belongs. TRUE if SHOWN, what is now known of its region or
 * NULL, is to be announced. */
static gboolean
take_finding(const Context *c, const GstEfficientNetOutcome *outcome, guint i,
             GstEfficientNetFinding **shown)
{
    const GstEfficientNetFrameSettings *settings = c->settings;
    const GstEfficientNetSubject *subject = &outcome->subjects[i];
    const float *scores = outcome->scores + (gsize)i * outcome->n_scores;
    GstEfficientNetTrack *track = gst_efficientnet_tracks_lookup(c->stream->tracks, subject->key);
    g_autoptr(GstEfficientNetFinding) finding = NULL;
    gboolean changed = FALSE;

    if (track)
        scores =
            gst_efficientnet_track_smooth(track, scores, outcome->n_scores, settings->smoothing);
    finding = make_finding(c, outcome, i, scores, track);
    if (track) {
        GstEfficientNetQuorum quorum = quorum_of(settings, subject->key);

        gst_efficientnet_track_add(track, finding, c->stream->number, &quorum);
        changed = gst_efficientnet_track_announce(track, settings->smoothing > 0.0f &&
                                                             settings->confirm <= 1);
        *shown = track->finding ? gst_efficientnet_finding_ref(track->finding) : NULL;
    } else {
        if (subject->key == GST_EFFICIENTNET_KEY_UNTRACKED)
            g_ptr_array_add(c->stream->loose, gst_efficientnet_finding_ref(finding));
        *shown = g_steal_pointer(&finding);
    }
    return settings->post_messages == GST_EFFICIENTNET_POST_MESSAGES_ALL ||
           (settings->post_messages == GST_EFFICIENTNET_POST_MESSAGES_CHANGES && changed);
}

/* Adds FINDING, which may be NULL, to the message about what was inferred of SUBJECT's frame. */
static void
add_to_message(const Context *c, const GstEfficientNetSubject *subject,
               const GstEfficientNetFinding *finding)
{
    GstStructure *message = c->report->message;
    GValue empty = G_VALUE_INIT;

    if (!message) {
        message = gst_structure_new("efficientnet", "pts", G_TYPE_UINT64, subject->pts, NULL);
        g_value_init(&empty, GST_TYPE_LIST);
        gst_structure_take_value(message, "results", &empty);
        c->report->message = message;
    }
    if (!finding || finding->n == 0)
        return;
    gst_efficientnet_meta_append_result(
        (GValue *)gst_structure_get_value(message, "results"), finding, &finding->subject,
        c->element, c->classifier->info->name, c->classifier->labels,
        (guint)MIN(subject->number - finding->subject.number, G_MAXUINT));
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
            add_to_message(c, &outcome->subjects[i], finding);
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

/* Whether something new was found of KEY that needs to be found again. */
static gboolean
is_pending(const Context *c, gint64 key)
{
    const GstEfficientNetTrack *track = gst_efficientnet_tracks_lookup(c->stream->tracks, key);
    GstEfficientNetQuorum quorum = quorum_of(c->settings, key);

    return track && gst_efficientnet_verdict_is_pending(&track->verdict, &quorum);
}

/* Whether to infer REGION in this frame, for which the gates are open if it is DUE. */
static gboolean
is_chosen(const Context *c, const GstEfficientNetRegion *region, gboolean due)
{
    return is_pending(c, region->key) ||
           (due && (region->key == GST_EFFICIENTNET_KEY_FRAME ||
                    waiting(c->stream, region->key) >= c->settings->reclassify_interval));
}

/* What to infer in this frame, those first that have waited longest. */
static GArray *
choose_subjects(const Context *c, const EffNetRect *visible, GstClockTime pts, gboolean due)
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

        if (is_chosen(c, region, due))
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
        .heatmap = c->classifier->heatmap,
        .tensors = settings->tensors,
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

static gboolean
has_pending(const Context *c, const GArray *subjects)
{
    for (guint i = 0; i < subjects->len; i++) {
        if (is_pending(c, g_array_index(subjects, GstEfficientNetSubject, i).key))
            return TRUE;
    }
    return FALSE;
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
    if (!gst_efficientnet_gates_changed(&self->gates, c->settings, &c->moment, &map, &zone) &&
        !has_pending(c, subjects)) {
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

        if (!track || track->n_findings == 0)
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
    gboolean due = gst_efficientnet_gates_due(&self->gates, c->settings, &c->moment);
    g_autoptr(GArray) subjects = NULL;

    if (is_repeated(self, buffer))
        return TRUE;
    subjects = choose_subjects(c, visible, GST_BUFFER_PTS(buffer), due);
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

        if (!track || !track->finding ||
            !(c->settings->hold_last || track->arrived == self->number))
            continue;
        gst_efficientnet_attachment_add(attachment, track->finding, region, visible);
        if (track->finding->tensor && region->key == GST_EFFICIENTNET_KEY_FRAME)
            gst_efficientnet_tensors_attach(track->finding->tensor_form, buffer,
                                            track->finding->tensor);
    }
    for (guint i = 0; i < self->loose->len; i++)
        gst_efficientnet_attachment_add_loose(attachment, g_ptr_array_index(self->loose, i),
                                              self->regions);
    return gst_efficientnet_attachment_finish(attachment);
}

static const char *
find_untimed(const Context *c)
{
    if (GST_CLOCK_TIME_IS_VALID(c->moment.passed))
        return NULL;
    if (c->settings->max_rate.n > 0)
        return "max-rate";
    return c->settings->refresh_interval > 0 ? "refresh-interval" : NULL;
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
    report->untimed = find_untimed(&c);
    report->outside =
        !gst_efficientnet_region_cut_zone(settings, visible.w, visible.h, &(EffNetRect){0});
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
