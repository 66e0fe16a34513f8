/* SPDX-License-Identifier: BSD-2-Clause */
#include "batcher.h"

#include <math.h>
#include <string.h>

typedef struct {
    char *id;
    EffNetModel *model;
    const EffNetModelInfo *info;
    GstEfficientNetBatchSettings settings;

    /* Under registry_lock. */
    guint members;         /* including those who wait for it to be opened */
    gboolean opened;       /* what follows is set, and no longer changes */
    GError *error;         /* why it could not be opened, or NULL */
    GstClockTime duration; /* a whole batch's */

    /* The leader's. */
    EffNetSession *session;
    struct Place *places;

    GMutex lock; /* guards what follows, and all requests */
    GCond changed;
    GQueue waiting; /* of Request: those with images that are in no batch yet; whose turn it is
                     * comes first */
    guint images;   /* their images that are in no batch yet */
    guint active;   /* members that expect frames */
    gboolean led;   /* somebody waits for a batch to be complete, or infers it */
} Batcher;

typedef struct {
    GstEfficientNetBatchMember *member;
    EffNetInput *const *inputs;
    const GstEfficientNetOutputs *outputs;
    guint n, taken, done; /* images: all; those taken into a batch; those inferred */
    gboolean dropped;     /* the rest was dropped by a flush */
    guint64 filled;       /* the sum, over its images, of their batches' sizes */
    gint64 arrived;       /* monotonic, µs */
} Request;

/* An image of a batch. */
struct Place {
    Request *request;
    guint index; /* the image's number in the request */
};

struct _GstEfficientNetBatchMember {
    Batcher *batcher;
    /* Under the batcher's lock. */
    Request *request; /* NULL: it does not wait */
    gboolean active, playing, resting, flushing;
};

static GMutex registry_lock; /* not held while a session is created */
static GCond registry_changed;
static GList *batchers; /* except those that could not be opened */

static void
batcher_free(Batcher *self)
{
    g_free(self->id);
    g_free(self->places);
    g_clear_pointer(&self->session, effnet_session_free);
    g_clear_error(&self->error);
    effnet_model_unref(self->model);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->changed);
    g_free(self);
}

static Batcher *
batcher_new(const char *id, EffNetModel *model, const GstEfficientNetBatchSettings *settings)
{
    Batcher *self = g_new0(Batcher, 1);

    g_mutex_init(&self->lock);
    g_cond_init(&self->changed);
    g_queue_init(&self->waiting);
    self->id = g_strdup(id);
    self->model = effnet_model_ref(model);
    self->info = effnet_model_get_info(model);
    self->settings = *settings;
    self->places = g_new0(struct Place, settings->batch_size);
    return self;
}

/* Called once, by whoever joins first. */
static void
open_batcher(Batcher *self, GstEfficientNetBatchMeasure measure)
{
    const guint size = self->settings.batch_size;
    EffNetSession *session;
    GError *error = NULL;
    GstClockTime duration = 0;

    session = effnet_session_new(self->model, size, self->settings.threads, &error);
    if (!session)
        g_prefix_error(&error, "batch-size: ");
    else if (!effnet_session_set_heatmaps(session, self->settings.heatmap, &error))
        g_prefix_error(&error, "heatmap: %s: ", self->info->name);
    else
        measure(session, size, &duration, &error);
    g_mutex_lock(&registry_lock);
    self->session = session;
    self->duration = duration;
    self->error = error;
    self->opened = TRUE;
    if (error)
        batchers = g_list_remove(batchers, self);
    g_cond_broadcast(&registry_changed);
    g_mutex_unlock(&registry_lock);
}

static void
wait_until_opened(const Batcher *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&registry_lock);

    while (!self->opened)
        g_cond_wait(&registry_changed, &registry_lock);
}

static gboolean
check_number(const Batcher *other, const char *property, guint64 wanted, guint64 has,
             GError **error)
{
    if (wanted == has)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s: %" G_GUINT64_FORMAT " is set here and %" G_GUINT64_FORMAT
                " for another element of model-instance-id %s, where all must have the same",
                property, wanted, has, other->id);
    return FALSE;
}

static gboolean
check_model(const Batcher *other, EffNetModel *model, GError **error)
{
    if (other->model == model)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "model: %s (as set here) is not %s as another element of model-instance-id %s has "
                "it, where all must have the same model, options and precision",
                effnet_model_get_info(model)->path, other->info->path, other->id);
    return FALSE;
}

/* The batcher of ID and MODEL; NULL, perhaps without an error. */
static Batcher *
find(const char *id, EffNetModel *model, const GstEfficientNetBatchSettings *settings,
     gboolean swapping, GError **error)
{
    Batcher *found = NULL;

    for (GList *l = batchers; l; l = l->next) {
        Batcher *other = l->data;

        if (strcmp(other->id, id) != 0)
            continue;
        if (!check_number(other, "batch-size", settings->batch_size, other->settings.batch_size,
                          error) ||
            !check_number(other, "batch-timeout", settings->batch_timeout,
                          other->settings.batch_timeout, error) ||
            !check_number(other, "threads", settings->threads, other->settings.threads, error) ||
            !check_number(other, "heatmap", (guint64)settings->heatmap,
                          (guint64)other->settings.heatmap, error) ||
            (!swapping && !check_model(other, model, error)))
            return NULL;
        if (other->model == model)
            found = other;
    }
    return found;
}

/* The batcher of ID and MODEL; if there is none, a new one: then sets IS_NEW, and the caller opens
 * it. */
static Batcher *
use_batcher(const char *id, EffNetModel *model, const GstEfficientNetBatchSettings *settings,
            gboolean swapping, gboolean *is_new, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&registry_lock);
    GError *conflict = NULL;
    Batcher *batcher = find(id, model, settings, swapping, &conflict);

    if (conflict) {
        g_propagate_error(error, conflict);
        return NULL;
    }
    *is_new = !batcher;
    if (!batcher) {
        batcher = batcher_new(id, model, settings);
        batchers = g_list_prepend(batchers, batcher);
    }
    batcher->members++;
    return batcher;
}

static void
stop_using(Batcher *self)
{
    gboolean last;

    g_mutex_lock(&registry_lock);
    last = --self->members == 0;
    if (last)
        batchers = g_list_remove(batchers, self);
    g_mutex_unlock(&registry_lock);
    if (last)
        batcher_free(self);
}

GstEfficientNetBatchMember *
gst_efficientnet_batcher_join(const char *id, EffNetModel *model,
                              const GstEfficientNetBatchSettings *settings, gboolean swapping,
                              GstEfficientNetBatchMeasure measure, GError **error)
{
    GstEfficientNetBatchMember *member;
    gboolean is_new;
    Batcher *batcher = use_batcher(id, model, settings, swapping, &is_new, error);

    if (!batcher)
        return NULL;
    if (is_new)
        open_batcher(batcher, measure);
    else
        wait_until_opened(batcher);
    if (batcher->error) {
        g_propagate_error(error, g_error_copy(batcher->error));
        stop_using(batcher);
        return NULL;
    }
    member = g_new0(GstEfficientNetBatchMember, 1);
    member->batcher = batcher;
    return member;
}

void
gst_efficientnet_batcher_leave(GstEfficientNetBatchMember *member)
{
    gst_efficientnet_batch_member_set_resting(member, TRUE);
    stop_using(member->batcher);
    g_free(member);
}

GstClockTime
gst_efficientnet_batch_member_get_latency(const GstEfficientNetBatchMember *member)
{
    return member->batcher->settings.batch_timeout + member->batcher->duration;
}

static void
copy_vector(float *to, const float *from, gsize index, gsize n)
{
    if (to && n > 0)
        memcpy(to + index * n, from, n * sizeof(float));
}

void
gst_efficientnet_batcher_copy_results(EffNetSession *session, guint place,
                                      const GstEfficientNetOutputs *outputs, gsize index)
{
    EffNetModel *model = effnet_session_get_model(session);
    const EffNetModelInfo *info = effnet_model_get_info(model);
    const float *logits = effnet_session_get_logits(session, place);
    gsize size = effnet_model_get_heatmap_size(model);
    EffNetClass best;

    copy_vector(outputs->logits, logits, index, info->n_classes);
    copy_vector(outputs->features, effnet_session_get_features(session, place), index,
                info->n_features);
    if (outputs->heatmaps && effnet_scores_top(logits, info->n_classes, 1, -INFINITY, &best) > 0)
        effnet_session_get_heatmap(session, place, best.index,
                                   outputs->heatmaps + index * size * size);
}

/* What follows is called with the lock held. */

/* When the member that has waited longest has waited enough. */
static gint64
deadline(Batcher *self)
{
    gint64 arrived = G_MAXINT64;

    for (GList *l = self->waiting.head; l; l = l->next)
        arrived = MIN(arrived, ((Request *)l->data)->arrived);
    return arrived + (gint64)(self->settings.batch_timeout / 1000);
}

static gboolean
somebody_rests(Batcher *self)
{
    for (GList *l = self->waiting.head; l; l = l->next) {
        if (!((Request *)l->data)->member->active)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_complete(Batcher *self)
{
    return self->images >= self->settings.batch_size ||
           g_queue_get_length(&self->waiting) >= self->active || somebody_rests(self) ||
           g_get_monotonic_time() >= deadline(self);
}

/* Takes one image of each request in turn, until the batch is full or none is left. */
static guint
fill_places(Batcher *self)
{
    Request *request;
    guint n = 0;

    while (n < self->settings.batch_size && (request = g_queue_pop_head(&self->waiting))) {
        self->places[n++] = (struct Place){request, request->taken++};
        if (request->taken < request->n)
            g_queue_push_tail(&self->waiting, request);
    }
    self->images -= n;
    return n;
}

/* Infers the batch, without the lock: requests with images in the batch stay as they are. */
static void
run_batch(Batcher *self)
{
    guint n = fill_places(self);

    g_mutex_unlock(&self->lock);
    for (guint i = 0; i < n; i++)
        effnet_session_set_input(self->session, i,
                                 self->places[i].request->inputs[self->places[i].index]);
    effnet_session_run(self->session, n);
    for (guint i = 0; i < n; i++)
        gst_efficientnet_batcher_copy_results(self->session, i, self->places[i].request->outputs,
                                              self->places[i].index);
    g_mutex_lock(&self->lock);
    for (guint i = 0; i < n; i++) {
        self->places[i].request->done++;
        self->places[i].request->filled += n;
    }
}

static gboolean
is_over(const Request *request)
{
    return request->done == request->n;
}

/* Drops the images of REQUEST that are in no batch yet. */
static void
drop(Batcher *self, Request *request)
{
    if (request->taken == request->n)
        return;
    self->images -= request->n - request->taken;
    request->n = request->taken;
    request->dropped = TRUE;
    g_queue_remove(&self->waiting, request);
}

/* Leads on behalf of all that wait, as long as REQUEST, the leader's own, is not done. */
static void
lead(Batcher *self, const Request *request)
{
    self->led = TRUE;
    while (!is_over(request) && !is_complete(self))
        g_cond_wait_until(&self->changed, &self->lock, deadline(self));
    if (!is_over(request))
        run_batch(self);
    self->led = FALSE;
    g_cond_broadcast(&self->changed);
}

static void
set_active(GstEfficientNetBatchMember *member, gboolean active)
{
    Batcher *self = member->batcher;

    if (member->active == active)
        return;
    member->active = active;
    self->active += active ? 1 : -1;
    g_cond_broadcast(&self->changed);
}

static void
wait_for(Batcher *self, Request *request)
{
    request->arrived = g_get_monotonic_time();
    request->member->request = request;
    g_queue_push_tail(&self->waiting, request);
    self->images += request->n;
    g_cond_broadcast(&self->changed);
    while (!is_over(request)) {
        if (!self->led)
            lead(self, request);
        else
            g_cond_wait(&self->changed, &self->lock);
    }
    request->member->request = NULL;
}

gboolean
gst_efficientnet_batch_member_run(GstEfficientNetBatchMember *member, EffNetInput *const *inputs,
                                  guint n, const GstEfficientNetOutputs *outputs, double *fill)
{
    Batcher *self = member->batcher;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
    Request request = {.member = member, .inputs = inputs, .outputs = outputs, .n = n};

    if (member->flushing)
        return FALSE;
    set_active(member, member->playing && !member->resting);
    wait_for(self, &request);
    if (request.dropped)
        return FALSE;
    *fill = (double)request.filled / (double)((guint64)n * self->settings.batch_size);
    return TRUE;
}

void
gst_efficientnet_batch_member_set_resting(GstEfficientNetBatchMember *member, gboolean resting)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&member->batcher->lock);

    member->resting = resting;
    if (resting)
        set_active(member, FALSE);
}

void
gst_efficientnet_batch_member_set_playing(GstEfficientNetBatchMember *member, gboolean playing)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&member->batcher->lock);

    member->playing = playing;
    if (!playing)
        set_active(member, FALSE);
}

void
gst_efficientnet_batch_member_set_flushing(GstEfficientNetBatchMember *member, gboolean flushing)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&member->batcher->lock);

    member->flushing = flushing;
    if (!flushing)
        return;
    if (member->request)
        drop(member->batcher, member->request);
    set_active(member, FALSE);
    g_cond_broadcast(&member->batcher->changed);
}
