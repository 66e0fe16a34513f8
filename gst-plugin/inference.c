/* SPDX-License-Identifier: BSD-2-Clause */
#include "inference.h"

struct _GstEfficientNetInference {
    /* Of the thread that runs the network: the submitting one, or, while busy, the worker. */
    EffNetSession *session;
    guint n_classes;
    float *scores;
    EffNetClass *top;
    EffNetResize resize;
    GstEfficientNetRequest request;
    GstClockTime submitted;

    GThread *worker; /* begun with the first asynchronous frame */

    GMutex lock; /* of what is below */
    GCond changed;
    gboolean busy;   /* the worker has a frame */
    gboolean queued; /* and has not begun with it */
    gboolean quit;
    gboolean flushing;
    guint epoch;     /* findings of an older one are thrown away */
    guint job_epoch; /* that in which the frame was submitted */
    GstEfficientNetFinding *finished;
};

GstEfficientNetFinding *
gst_efficientnet_finding_ref(GstEfficientNetFinding *finding)
{
    return g_atomic_rc_box_acquire(finding);
}

void
gst_efficientnet_finding_unref(GstEfficientNetFinding *finding)
{
    g_atomic_rc_box_release(finding);
}

GstEfficientNetInference *
gst_efficientnet_inference_new(EffNetSession *session)
{
    GstEfficientNetInference *self = g_new0(GstEfficientNetInference, 1);

    self->session = session;
    self->n_classes = effnet_model_get_info(effnet_session_get_model(session))->n_classes;
    self->scores = g_new(float, self->n_classes);
    self->top = g_new(EffNetClass, self->n_classes);
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
    g_clear_pointer(&self->finished, gst_efficientnet_finding_unref);
    effnet_session_free(self->session);
    g_free(self->scores);
    g_free(self->top);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->changed);
    g_free(self);
}

static GstEfficientNetFinding *
run(GstEfficientNetInference *self)
{
    const GstEfficientNetRequest *request = &self->request;
    GstEfficientNetFinding *finding;
    gsize n;

    effnet_session_run(self->session, 1);
    effnet_scores_from_logits(request->activation, effnet_session_get_logits(self->session, 0),
                              self->n_classes, self->scores);
    n = effnet_scores_top(self->scores, self->n_classes, MIN(request->top_k, self->n_classes),
                          request->threshold, self->top);

    finding = g_atomic_rc_box_alloc(sizeof *finding + n * sizeof *self->top);
    finding->subject = request->subject;
    finding->duration = gst_util_get_timestamp() - self->submitted;
    finding->n = (guint)n;
    memcpy(finding->classes, self->top, n * sizeof *self->top);
    return finding;
}

/* Called with the lock. */
static void
finish(GstEfficientNetInference *self, GstEfficientNetFinding *finding)
{
    if (self->job_epoch != self->epoch || self->flushing) {
        gst_efficientnet_finding_unref(finding);
        return;
    }
    g_clear_pointer(&self->finished, gst_efficientnet_finding_unref);
    self->finished = finding;
}

static gpointer
work(gpointer data)
{
    GstEfficientNetInference *self = data;

    g_mutex_lock(&self->lock);
    for (;;) {
        GstEfficientNetFinding *finding;

        while (!self->queued && !self->quit)
            g_cond_wait(&self->changed, &self->lock);
        if (self->quit)
            break;
        self->queued = FALSE;
        g_mutex_unlock(&self->lock);
        finding = run(self);
        g_mutex_lock(&self->lock);
        finish(self, finding);
        self->busy = FALSE;
        g_cond_broadcast(&self->changed);
    }
    g_mutex_unlock(&self->lock);
    return NULL;
}

static gboolean
read_frame(GstEfficientNetInference *self, const GstEfficientNetRequest *request, GError **error)
{
    const EffNetResize *resize = &request->resize;

    self->submitted = gst_util_get_timestamp();
    self->request = *request;
    self->request.frame = NULL;
    if (resize->mode != self->resize.mode || resize->interpolation != self->resize.interpolation ||
        resize->crop_fraction != self->resize.crop_fraction) {
        if (!effnet_session_set_resize(self->session, resize, error))
            return FALSE;
        self->resize = *resize;
    }
    return effnet_session_set_frame(self->session, 0, request->frame, error);
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
    GstEfficientNetFinding *finding = run(self);

    g_mutex_lock(&self->lock);
    finish(self, finding);
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

GstEfficientNetFinding *
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
    g_clear_pointer(&self->finished, gst_efficientnet_finding_unref);
    g_cond_broadcast(&self->changed);
}
