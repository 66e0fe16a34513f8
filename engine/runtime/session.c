/* SPDX-License-Identifier: BSD-2-Clause */
/* A session walks the plan in passages: a step for one picture, and behind the plan's batch_step, a
 * step for all pictures of the batch. Every thread goes through all passages, takes tasks until
 * none is left, and goes on when the last one is done. Which thread did what does not show in the
 * results. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <effnet/cpu.h>
#include <effnet/error.h>
#include <effnet/session.h>

#include "../memory.h"
#include "execute.h"
#include "input.h"
#include "observe.h"
#include "picture.h"
#include "pool.h"

#define SPIN_LIMIT 2000 /* looks at a counter, some tens of microseconds, before sleeping */

typedef struct {
    atomic_uint *next; /* of each thread's share: the first task that nobody took */
    atomic_uint done;
} Progress;

typedef struct {
    char *name;
    const char *kind;
    guint64 ns;
    guint runs;
} Profile;

struct _EffNetSession {
    EffNetModel *model;
    const EffNetPlan *plan;
    EffNetPreprocess *preprocess;
    guint threads;
    EffNetWorkspaces *workspaces; /* NULL: it has not joined */
    EffNetArena arena;
    Progress *progress; /* a passage each: see below */
    atomic_uint *next;  /* theirs */
    /* Of the run that is under way, as is the arena's picture. */
    guint8 *scratch; /* of all threads */
    guint batch;
    GMutex lock;
    GCond tasks_done;
    gboolean profiling;
    Profile *profiles; /* a step each */
    EffNetObserver observer;
    gpointer observer_data;
};

static const char *
kind_of(const EffNetStep *step)
{
    switch (step->kind) {
    case EFFNET_STEP_CONV:
        return step->layer->kernel > 1 ? "conv" : step->layer->in_size > 1 ? "conv 1x1" : "linear";
    case EFFNET_STEP_DEPTHWISE:
        return "depthwise";
    case EFFNET_STEP_CONV_DEPTHWISE:
        return "conv + depthwise";
    case EFFNET_STEP_SQUEEZE_EXCITE:
        return "squeeze-excite";
    case EFFNET_STEP_MAX_POOL:
        return "max pool";
    case EFFNET_STEP_WINOGRAD:
        return "conv, winograd";
    }
    g_assert_not_reached();
}

static gpointer
picture(EffNetSession *session, guint index)
{
    return effnet_activation(session->plan, &session->arena, session->plan->input, index);
}

/* For each passage of the largest batch. */
static gboolean
new_progress(EffNetSession *session, GError **error)
{
    gsize n = (gsize)session->plan->n_steps * session->arena.n;

    session->progress = effnet_memory_new(n, sizeof *session->progress, error);
    if (!session->progress)
        return FALSE;
    session->next = effnet_memory_new(n, session->threads * sizeof *session->next, error);
    if (!session->next)
        return FALSE;
    for (gsize i = 0; i < n; i++)
        session->progress[i].next = session->next + i * session->threads;
    return TRUE;
}

EffNetSession *
effnet_session_new(EffNetModel *model, guint max_batch, guint threads, GError **error)
{
    g_autoptr(EffNetSession) session = g_new0(EffNetSession, 1);
    const EffNetPlan *plan = effnet_model_get_plan(model);

    g_return_val_if_fail(max_batch > 0, NULL);
    g_mutex_init(&session->lock);
    g_cond_init(&session->tasks_done);
    session->model = effnet_model_ref(model);
    session->plan = plan;
    session->arena.n = max_batch;
    session->threads = effnet_cpu_get_threads();
    if (threads)
        session->threads = MIN(session->threads, threads);
    session->preprocess = effnet_preprocess_new(effnet_model_get_info(model));
    session->profiles = g_new0(Profile, plan->n_steps);
    for (guint i = 0; i < plan->n_steps; i++) {
        session->profiles[i].name = effnet_layer_name(plan->steps[i].layer);
        session->profiles[i].kind = kind_of(&plan->steps[i]);
    }
    session->arena.batch = effnet_memory_new(max_batch, plan->batch_bytes, error);
    if (!session->arena.batch || !new_progress(session, error) ||
        !effnet_workspaces_join(effnet_model_get_workspaces(model), error))
        return NULL;
    session->workspaces = effnet_model_get_workspaces(model);
    for (guint i = 0; i < max_batch; i++)
        effnet_picture_clear(plan, effnet_model_get_info(model), picture(session, i));
    return g_steal_pointer(&session);
}

void
effnet_session_free(EffNetSession *session)
{
    if (!session)
        return;
    for (guint i = 0; i < session->plan->n_steps; i++)
        g_free(session->profiles[i].name);
    g_free(session->profiles);
    free(session->next);
    free(session->progress);
    free(session->arena.batch);
    g_clear_pointer(&session->workspaces, effnet_workspaces_leave);
    effnet_preprocess_free(session->preprocess);
    effnet_model_unref(session->model);
    g_mutex_clear(&session->lock);
    g_cond_clear(&session->tasks_done);
    g_free(session);
}

EffNetModel *
effnet_session_get_model(const EffNetSession *session)
{
    return session->model;
}

gboolean
effnet_session_set_resize(EffNetSession *session, const EffNetResize *resize, GError **error)
{
    return effnet_preprocess_set_resize(session->preprocess, resize, error);
}

gboolean
effnet_session_set_frame(EffNetSession *session, guint index, const EffNetFrame *frame,
                         GError **error)
{
    g_return_val_if_fail(index < session->arena.n, FALSE);
    return effnet_picture_set_frame(session->plan, session->preprocess, picture(session, index),
                                    frame, error);
}

void
effnet_session_set_input(EffNetSession *session, guint index, const EffNetInput *input)
{
    const EffNetPlan *plan = session->plan;

    g_return_if_fail(index < session->arena.n);
    g_return_if_fail(effnet_input_get_model(input) == session->model);
    memcpy(picture(session, index), effnet_input_get_picture(input),
           plan->activations[plan->input].bytes);
}

void
effnet_session_set_tensor(EffNetSession *session, guint index, const float *chw)
{
    g_return_if_fail(index < session->arena.n);
    effnet_picture_set_tensor(session->plan, effnet_model_get_info(session->model),
                              picture(session, index), chw);
}

static void
wait_for_tasks(EffNetSession *session, Progress *progress, guint tasks)
{
    for (guint i = 0; i < SPIN_LIMIT; i++) {
        if (atomic_load_explicit(&progress->done, memory_order_acquire) == tasks)
            return;
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#endif
    }
    g_mutex_lock(&session->lock);
    while (atomic_load_explicit(&progress->done, memory_order_acquire) != tasks)
        g_cond_wait(&session->tasks_done, &session->lock);
    g_mutex_unlock(&session->lock);
}

static void
finish_task(EffNetSession *session, Progress *progress, guint tasks)
{
    if (atomic_fetch_add_explicit(&progress->done, 1, memory_order_acq_rel) + 1 != tasks ||
        session->threads == 1)
        return;
    g_mutex_lock(&session->lock);
    g_cond_broadcast(&session->tasks_done);
    g_mutex_unlock(&session->lock);
}

typedef struct {
    EffNetSession *session;
    guint member;
    guint8 *scratch;
    Progress *progress; /* of the next passage */
} Walker;

/* A task of the thread's own share, and when these are all taken, of another's: a share is the same
 * part of the picture, or of its channels, from step to step, whose data are in the core's caches.
 */
static gboolean
take_task(const Walker *w, Progress *progress, guint tasks, guint *task)
{
    guint threads = w->session->threads;

    for (guint i = 0; i < threads; i++) {
        guint share = (w->member + i) % threads;
        guint end = (guint64)tasks * (share + 1) / threads;

        *task = (guint64)tasks * share / threads +
                atomic_fetch_add_explicit(&progress->next[share], 1, memory_order_relaxed);
        if (*task < end)
            return TRUE;
    }
    return FALSE;
}

/* Step STEP for N pictures from FIRST on: a picture's task after the same one of the picture before
 * it, so that its weights are at hand. */
static void
pass(Walker *w, guint step_index, guint first, guint n)
{
    EffNetSession *session = w->session;
    const EffNetStep *step = &session->plan->steps[step_index];
    guint of_picture = effnet_step_tasks(step, session->threads);
    guint blocks = (n + step->pictures - 1) / step->pictures, tasks = of_picture * blocks, task;
    gint64 begin = session->profiling && w->member == 0 ? g_get_monotonic_time() : 0;
    Progress *progress = w->progress++;

    while (take_task(w, progress, tasks, &task)) {
        guint begin_picture = task % blocks * step->pictures;

        effnet_step_execute(session->plan, step, &session->arena, first + begin_picture,
                            MIN(step->pictures, n - begin_picture), task / blocks, of_picture,
                            w->scratch);
        finish_task(session, progress, tasks);
    }
    wait_for_tasks(session, progress, tasks);
    if (session->observer)
        session->observer(session->observer_data, session->plan, step, &session->arena);
    if (begin) {
        session->profiles[step_index].ns += (g_get_monotonic_time() - begin) * 1000;
        session->profiles[step_index].runs += first == 0;
    }
}

static void
walk(gpointer data, guint member)
{
    EffNetSession *session = data;
    const EffNetPlan *plan = session->plan;
    Walker w = {
        .session = session,
        .member = member,
        .scratch = session->scratch + member * plan->scratch_bytes,
        .progress = session->progress,
    };

    for (guint picture = 0; picture < session->batch; picture++)
        for (guint s = 0; s < plan->batch_step; s++)
            pass(&w, s, picture, 1);
    for (guint s = plan->batch_step; s < plan->n_steps; s++)
        pass(&w, s, 0, session->batch);
}

/* To real numbers, once the classifier has read them. */
static void
unscale_features(EffNetSession *session, guint picture)
{
    const EffNetPlan *plan = session->plan;
    const EffNetTensorPlan *t = &plan->activations[plan->features];
    float *features = effnet_activation(plan, &session->arena, plan->features, picture);

    for (guint i = 0; i < t->channels; i++)
        features[i] /= t->factor;
}

void
effnet_session_run(EffNetSession *session, guint n)
{
    guint8 *workspace;

    g_return_if_fail(n > 0 && n <= session->arena.n);
    session->batch = n;
    for (gsize i = 0; i < (gsize)session->plan->n_steps * n; i++) {
        for (guint share = 0; share < session->threads; share++)
            atomic_store_explicit(&session->progress[i].next[share], 0, memory_order_relaxed);
        atomic_store_explicit(&session->progress[i].done, 0, memory_order_relaxed);
    }
    workspace = effnet_workspaces_take(session->workspaces);
    session->arena.picture = workspace;
    session->scratch = workspace + session->plan->picture_bytes;
    effnet_pool_run(session->threads, walk, session);
    for (guint picture = 0; picture < n; picture++)
        unscale_features(session, picture);
    effnet_workspaces_give_back(session->workspaces, workspace);
}

static const float *
result(const EffNetSession *session, int activation, guint index)
{
    g_return_val_if_fail(index < session->arena.n, NULL);
    if (activation == EFFNET_NONE)
        return NULL;
    return effnet_activation(session->plan, &session->arena, activation, index);
}

const float *
effnet_session_get_logits(const EffNetSession *session, guint index)
{
    return result(session, session->plan->logits, index);
}

const float *
effnet_session_get_features(const EffNetSession *session, guint index)
{
    return result(session, session->plan->features, index);
}

void
effnet_session_set_profile(EffNetSession *session, gboolean on)
{
    session->profiling = on;
    for (guint i = 0; i < session->plan->n_steps; i++)
        session->profiles[i].ns = session->profiles[i].runs = 0;
}

void
effnet_observe_session(EffNetSession *session, EffNetObserver observer, gpointer data)
{
    g_return_if_fail(session->arena.n == 1 && session->threads == 1);
    session->observer = observer;
    session->observer_data = data;
}

guint
effnet_session_get_n_ops(const EffNetSession *session)
{
    return session->plan->n_steps;
}

static guint64
bytes_of(const EffNetPlan *plan, int activation)
{
    return activation == EFFNET_NONE ? 0 : plan->activations[activation].bytes;
}

void
effnet_session_get_op(const EffNetSession *session, guint op, EffNetOpProfile *profile)
{
    const EffNetPlan *plan = session->plan;
    const EffNetStep *step = &plan->steps[op];

    g_return_if_fail(op < plan->n_steps);
    *profile = (EffNetOpProfile){
        .name = session->profiles[op].name,
        .kind = session->profiles[op].kind,
        .bytes = bytes_of(plan, step->in) + bytes_of(plan, step->out) +
                 bytes_of(plan, step->residual) + bytes_of(plan, step->row_sums),
        .ns = session->profiles[op].ns,
        .runs = session->profiles[op].runs,
    };
    for (guint i = 0; i < step->n_layers; i++) {
        profile->macs += effnet_layer_macs(step->layer + i);
        profile->bytes += effnet_step_packed_bytes(plan, step, i);
    }
}
