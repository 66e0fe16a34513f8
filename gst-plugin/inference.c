/* SPDX-License-Identifier: BSD-2-Clause */
#include "inference.h"

#include <math.h>

struct _GstEfficientNetInference {
    /* Used by the thread that infers: the submitting one or, while busy, the worker. */
    GstEfficientNetNetwork *network;
    const EffNetModelInfo *info;
    GstEfficientNetRequest request;
    GstEfficientNetSubject subjects[GST_EFFICIENTNET_BATCH]; /* the request's */
    EffNetOrientation orientation;                           /* its frame's */
    GstClockTime submitted;

    GThread *worker; /* started with the first asynchronous frame */

    GMutex lock; /* guards what follows */
    GCond changed;
    gboolean busy;   /* the worker has a frame */
    gboolean queued; /* which it has not started with */
    gboolean quit;
    gboolean flushing;
    guint epoch;     /* outcomes of an older one are discarded */
    guint job_epoch; /* when the frame was submitted */
    GstEfficientNetOutcome *finished;
};

static void
free_rows(GBytes **rows, guint n)
{
    for (guint i = 0; rows && i < n; i++)
        g_bytes_unref(rows[i]);
    g_free(rows);
}

void
gst_efficientnet_outcome_free(GstEfficientNetOutcome *outcome)
{
    free_rows(outcome->embeddings, outcome->n);
    free_rows(outcome->tensors, outcome->n);
    g_free(outcome->similarities);
    for (guint i = 0; outcome->heatmaps && i < outcome->n; i++)
        g_bytes_unref(outcome->heatmaps[i].map);
    g_free(outcome->heatmaps);
    g_free(outcome->scores);
    g_free(outcome->subjects);
    g_free(outcome);
}

GstEfficientNetInference *
gst_efficientnet_inference_new(GstEfficientNetNetwork *network)
{
    GstEfficientNetInference *self = g_new0(GstEfficientNetInference, 1);

    self->network = network;
    self->info = gst_efficientnet_network_get_info(network);
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
        gst_efficientnet_network_set_flushing(self->network, TRUE);
        g_thread_join(self->worker);
    }
    g_clear_pointer(&self->finished, gst_efficientnet_outcome_free);
    gst_efficientnet_network_free(self->network);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->changed);
    g_free(self);
}

static GBytes **
wrap_rows(const float *values, guint n, gsize length)
{
    GBytes **rows = g_new(GBytes *, n);

    for (guint i = 0; i < n; i++)
        rows[i] = g_bytes_new(values + i * length, length * sizeof(float));
    return rows;
}

static void
apply_activation(EffNetActivation activation, const float *logits, guint n, gsize length,
                 float *scores)
{
    for (guint i = 0; i < n; i++)
        effnet_scores_from_logits(activation, logits + i * length, length, scores + i * length);
}

static GBytes **
wrap_tensors(const GstEfficientNetInference *self, const float *logits, const float *features)
{
    guint n = self->request.n;
    gsize n_classes = self->info->n_classes;
    g_autofree float *scores = NULL;

    switch (self->request.tensors) {
    case GST_EFFICIENTNET_TENSORS_LOGITS:
        return wrap_rows(logits, n, n_classes);
    case GST_EFFICIENTNET_TENSORS_SOFTMAX:
        scores = g_new(float, n *n_classes);
        apply_activation(EFFNET_ACTIVATION_SOFTMAX, logits, n, n_classes, scores);
        return wrap_rows(scores, n, n_classes);
    case GST_EFFICIENTNET_TENSORS_EMBEDDING:
        return wrap_rows(features, n, self->info->n_features);
    default:
        return NULL;
    }
}

static float *
compare_features(GstEfficientNetInference *self, const float *features, guint n)
{
    float *similarities = g_new(float, n);

    for (guint i = 0; i < n; i++)
        similarities[i] =
            effnet_model_get_similarity(gst_efficientnet_network_get_model(self->network),
                                        features + (gsize)i * self->info->n_features);
    return similarities;
}

/* Turns MAPS, of the classes with the highest of LOGITS, to how the frame is stored. */
static GstEfficientNetHeatmap *
wrap_heatmaps(const GstEfficientNetInference *self, float *maps, const float *logits)
{
    const EffNetModel *model = gst_efficientnet_network_get_model(self->network);
    guint n = self->request.n, size = effnet_model_get_heatmap_size(model);
    GstEfficientNetHeatmap *heatmaps = g_new0(GstEfficientNetHeatmap, n);

    for (guint i = 0; i < n; i++, maps += size * size, logits += self->info->n_classes) {
        const EffNetRect *region = &self->subjects[i].region;
        EffNetClass best = {0};

        effnet_scores_top(logits, self->info->n_classes, 1, -INFINITY, &best);
        effnet_heatmap_turn(maps, size, self->orientation);
        effnet_model_get_view(model, &self->request.resize, self->orientation, region->w, region->h,
                              &heatmaps[i].view);
        heatmaps[i].map = g_bytes_new(maps, (gsize)size * size * sizeof *maps);
        heatmaps[i].size = size;
        heatmaps[i].index = (guint)best.index;
    }
    return heatmaps;
}

/* Room for all maps, or NULL. */
static float *
new_maps(const GstEfficientNetInference *self)
{
    gsize size = effnet_model_get_heatmap_size(gst_efficientnet_network_get_model(self->network));

    return self->request.heatmap ? g_new0(float, self->request.n *size *size) : NULL;
}

/* Infers; NULL if flushing. */
static GstEfficientNetOutcome *
run(GstEfficientNetInference *self)
{
    const GstEfficientNetRequest *request = &self->request;
    gsize n = request->n, n_scores = self->info->n_classes, n_features = self->info->n_features;
    g_autofree float *scores = g_new(float, n *n_scores);
    gboolean wanted = request->embedding || request->similarity ||
                      request->tensors == GST_EFFICIENTNET_TENSORS_EMBEDDING;
    g_autofree float *features = wanted ? g_new(float, n *n_features) : NULL;
    g_autofree float *maps = new_maps(self);
    const GstEfficientNetOutputs outputs = {scores, features, maps};
    GstEfficientNetOutcome *outcome;
    double fill;

    if (!gst_efficientnet_network_run(self->network, request->n, &outputs, &fill))
        return NULL;
    outcome = g_new0(GstEfficientNetOutcome, 1);
    outcome->fill = fill;
    outcome->heatmaps = maps ? wrap_heatmaps(self, maps, scores) : NULL;
    outcome->tensors = wrap_tensors(self, scores, features);
    outcome->tensor_form = request->tensors;
    apply_activation(request->activation, scores, request->n, n_scores, scores);
    outcome->n = request->n;
    outcome->n_scores = self->info->n_classes;
    outcome->subjects = g_memdup2(self->subjects, n * sizeof *self->subjects);
    outcome->scores = g_steal_pointer(&scores);
    if (request->embedding)
        outcome->embeddings = wrap_rows(features, request->n, n_features);
    if (request->similarity)
        outcome->similarities = compare_features(self, features, request->n);
    outcome->duration = gst_util_get_timestamp() - self->submitted;
    return outcome;
}

/* Called with the lock held; OUTCOME may be NULL. */
static void
finish(GstEfficientNetInference *self, GstEfficientNetOutcome *outcome)
{
    if (!outcome)
        return;
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
read_frame(GstEfficientNetInference *self, const GstEfficientNetRequest *request, GError **error)
{
    EffNetFrame frame = *request->frame;

    self->submitted = gst_util_get_timestamp();
    self->request = *request;
    self->orientation = request->frame->orientation;
    self->request.frame = NULL;
    self->request.subjects = NULL;
    if (!gst_efficientnet_network_prepare(self->network, request->n, &request->resize, error))
        return FALSE;
    for (guint i = 0; i < request->n; i++) {
        const EffNetRect *region = &request->subjects[i].region;

        self->subjects[i] = request->subjects[i];
        frame.region = (EffNetRect){request->frame->region.x + region->x,
                                    request->frame->region.y + region->y, region->w, region->h};
        if (!gst_efficientnet_network_set_frame(self->network, i, &frame, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
start_worker(GstEfficientNetInference *self, GError **error)
{
    if (self->worker)
        return TRUE;
    self->worker = g_thread_try_new("efficientnet", work, self, error);
    if (!self->worker)
        g_prefix_error(error, "late-policy: skip-inference needs a thread to infer on: ");
    return self->worker != NULL;
}

static void
hand_over(GstEfficientNetInference *self)
{
    g_mutex_lock(&self->lock);
    self->busy = self->queued = TRUE;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->lock);
}

static void
run_here(GstEfficientNetInference *self)
{
    GstEfficientNetOutcome *outcome = run(self);

    g_mutex_lock(&self->lock);
    finish(self, outcome);
    g_mutex_unlock(&self->lock);
}

/* Starts a request; FALSE while the worker is busy, or has finished since the last collection. */
static gboolean
begin(GstEfficientNetInference *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    if (self->busy || self->finished)
        return FALSE;
    self->job_epoch = self->epoch;
    return TRUE;
}

GstEfficientNetSubmit
gst_efficientnet_inference_submit(GstEfficientNetInference *self,
                                  const GstEfficientNetRequest *request, gboolean async,
                                  GError **error)
{
    if (!begin(self))
        return GST_EFFICIENTNET_SUBMIT_BUSY;
    if ((async && !start_worker(self, error)) || !read_frame(self, request, error))
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
gst_efficientnet_inference_rest(GstEfficientNetInference *self)
{
    gst_efficientnet_network_rest(self->network);
}

void
gst_efficientnet_inference_set_playing(GstEfficientNetInference *self, gboolean playing)
{
    gst_efficientnet_network_set_playing(self->network, playing);
}

void
gst_efficientnet_inference_set_flushing(GstEfficientNetInference *self, gboolean flushing)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    self->flushing = flushing;
    gst_efficientnet_network_set_flushing(self->network, flushing);
    if (!flushing)
        return;
    self->epoch++;
    g_clear_pointer(&self->finished, gst_efficientnet_outcome_free);
    g_cond_broadcast(&self->changed);
}
