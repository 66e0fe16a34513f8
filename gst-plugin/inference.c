/* SPDX-License-Identifier: BSD-2-Clause */
#include "inference.h"

struct _GstEfficientNetInference {
    /* Of the thread that runs the network: the submitting one, or, while busy, the worker. */
    EffNetSession *session;
    guint threads, places;
    const EffNetModelInfo *info;
    EffNetResize resize;
    GstEfficientNetRequest request;
    GstEfficientNetSubject subjects[GST_EFFICIENTNET_BATCH]; /* the request's */
    GstClockTime submitted;

    GThread *worker; /* begun with the first asynchronous frame */

    GMutex lock; /* of what is below */
    GCond changed;
    gboolean busy;   /* the worker has a frame */
    gboolean queued; /* and has not begun with it */
    gboolean quit;
    gboolean flushing;
    guint epoch;     /* outcomes of an older one are thrown away */
    guint job_epoch; /* that in which the frame was submitted */
    GstEfficientNetOutcome *finished;
};

void
gst_efficientnet_outcome_free(GstEfficientNetOutcome *outcome)
{
    for (guint i = 0; outcome->embeddings && i < outcome->n; i++)
        g_bytes_unref(outcome->embeddings[i]);
    g_free(outcome->embeddings);
    g_free(outcome->scores);
    g_free(outcome->subjects);
    g_free(outcome);
}

GstEfficientNetInference *
gst_efficientnet_inference_new(EffNetSession *session, guint threads)
{
    GstEfficientNetInference *self = g_new0(GstEfficientNetInference, 1);

    self->session = session;
    self->threads = threads;
    self->places = 1;
    self->info = effnet_model_get_info(effnet_session_get_model(session));
    g_mutex_init(&self->lock);
    g_cond_init(&self->changed);
    return self;
}

void
gst_efficientnet_inference_free(GstEfficientNetInference *self)
{
    if (self->worker) {
        g_mutex_lock(&self->lock);
        self->quit = TRUE;
        g_cond_broadcast(&self->changed);
        g_mutex_unlock(&self->lock);
        g_thread_join(self->worker);
    }
    g_clear_pointer(&self->finished, gst_efficientnet_outcome_free);
    effnet_session_free(self->session);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->changed);
    g_free(self);
}

/* At least N places. */
static gboolean
make_places(GstEfficientNetInference *self, guint n, GError **error)
{
    EffNetSession *larger;
    guint places = self->places;

    while (places < n)
        places *= 2;
    if (places == self->places)
        return TRUE;
    larger =
        effnet_session_new(effnet_session_get_model(self->session), places, self->threads, error);
    if (!larger)
        return FALSE;
    effnet_session_free(self->session);
    self->session = larger;
    self->places = places;
    return effnet_session_set_resize(larger, &self->resize, error);
}

static GBytes **
copy_features(GstEfficientNetInference *self, guint n)
{
    GBytes **embeddings = g_new(GBytes *, n);

    for (guint i = 0; i < n; i++)
        embeddings[i] = g_bytes_new(effnet_session_get_features(self->session, i),
                                    self->info->n_features * sizeof(float));
    return embeddings;
}

static GstEfficientNetOutcome *
run(GstEfficientNetInference *self)
{
    const GstEfficientNetRequest *request = &self->request;
    GstEfficientNetOutcome *outcome = g_new0(GstEfficientNetOutcome, 1);
    gsize n_scores = self->info->n_classes;

    outcome->n = request->n;
    outcome->n_scores = self->info->n_classes;
    outcome->subjects = g_memdup2(self->subjects, request->n * sizeof *self->subjects);
    outcome->scores = g_new(float, request->n *n_scores);
    effnet_session_run(self->session, request->n);
    for (guint i = 0; i < request->n; i++)
        effnet_scores_from_logits(request->activation, effnet_session_get_logits(self->session, i),
                                  n_scores, outcome->scores + i * n_scores);
    if (request->embedding)
        outcome->embeddings = copy_features(self, request->n);
    outcome->duration = gst_util_get_timestamp() - self->submitted;
    return outcome;
}

/* Called with the lock. */
static void
finish(GstEfficientNetInference *self, GstEfficientNetOutcome *outcome)
{
    if (self->job_epoch != self->epoch || self->flushing) {
        gst_efficientnet_outcome_free(outcome);
        return;
    }
    g_clear_pointer(&self->finished, gst_efficientnet_outcome_free);
    self->finished = outcome;
}

static gpointer
work(gpointer data)
{
    GstEfficientNetInference *self = data;

    g_mutex_lock(&self->lock);
    for (;;) {
        GstEfficientNetOutcome *outcome;

        while (!self->queued && !self->quit)
            g_cond_wait(&self->changed, &self->lock);
        if (self->quit)
            break;
        self->queued = FALSE;
        g_mutex_unlock(&self->lock);
        outcome = run(self);
        g_mutex_lock(&self->lock);
        finish(self, outcome);
        self->busy = FALSE;
        g_cond_broadcast(&self->changed);
    }
    g_mutex_unlock(&self->lock);
    return NULL;
}

static gboolean
set_resize(GstEfficientNetInference *self, const EffNetResize *resize, GError **error)
{
    if (resize->mode == self->resize.mode && resize->interpolation == self->resize.interpolation &&
        resize->crop_fraction == self->resize.crop_fraction)
        return TRUE;
    if (!effnet_session_set_resize(self->session, resize, error))
        return FALSE;
    self->resize = *resize;
    return TRUE;
}

static gboolean
read_frame(GstEfficientNetInference *self, const GstEfficientNetRequest *request, GError **error)
{
    EffNetFrame frame = *request->frame;

    self->submitted = gst_util_get_timestamp();
    self->request = *request;
    self->request.frame = NULL;
    self->request.subjects = NULL;
    if (!make_places(self, request->n, error) || !set_resize(self, &request->resize, error))
        return FALSE;
    for (guint i = 0; i < request->n; i++) {
        const EffNetRect *region = &request->subjects[i].region;

        self->subjects[i] = request->subjects[i];
        frame.region = (EffNetRect){request->frame->region.x + region->x,
                                    request->frame->region.y + region->y, region->w, region->h};
        if (!effnet_session_set_frame(self->session, i, &frame, error))
            return FALSE;
    }
    return TRUE;
}

static void
hand_over(GstEfficientNetInference *self)
{
    g_mutex_lock(&self->lock);
    self->busy = self->queued = TRUE;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->lock);
    if (!self->worker)
        self->worker = g_thread_new("efficientnet", work, self);
}

static void
run_here(GstEfficientNetInference *self)
{
    GstEfficientNetOutcome *outcome = run(self);

    g_mutex_lock(&self->lock);
    finish(self, outcome);
    g_mutex_unlock(&self->lock);
}

/* FALSE while the worker is busy. */
static gboolean
begin(GstEfficientNetInference *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    self->job_epoch = self->busy ? self->job_epoch : self->epoch;
    return !self->busy;
}

GstEfficientNetSubmit
gst_efficientnet_inference_submit(GstEfficientNetInference *self,
                                  const GstEfficientNetRequest *request, gboolean async,
                                  GError **error)
{
    if (!async)
        gst_efficientnet_inference_drain(self);
    if (!begin(self))
        return GST_EFFICIENTNET_SUBMIT_BUSY;
    if (!read_frame(self, request, error))
        return GST_EFFICIENTNET_SUBMIT_FAILED;

    if (async)
        hand_over(self);
    else
        run_here(self);
    return GST_EFFICIENTNET_SUBMIT_OK;
}

GstEfficientNetOutcome *
gst_efficientnet_inference_collect(GstEfficientNetInference *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    return g_steal_pointer(&self->finished);
}

void
gst_efficientnet_inference_drain(GstEfficientNetInference *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    while (self->busy && !self->flushing)
        g_cond_wait(&self->changed, &self->lock);
}

void
gst_efficientnet_inference_set_flushing(GstEfficientNetInference *self, gboolean flushing)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    self->flushing = flushing;
    if (!flushing)
        return;
    self->epoch++;
    g_clear_pointer(&self->finished, gst_efficientnet_outcome_free);
    g_cond_broadcast(&self->changed);
}
