/* SPDX-License-Identifier: BSD-2-Clause */
/* A session walks the plan in passes. A pass is one op for one image or, from the plan's batch_op
 * on, one op for all images of the batch. Every thread goes through all passes: it takes tasks
 * until none is left, and goes on when the last one is done. Results do not depend on which thread
 * did what. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <effnet/cpu.h>
#include <effnet/error.h>
#include <effnet/session.h>

#include "../memory.h"
#include "../plan/placement.h"
#include "execute.h"
#include "input.h"
#include "observe.h"
#include "image.h"
#include "pool.h"

#define SPIN_LIMIT 2000 /* reads of a counter, some tens of microseconds, before sleeping */

typedef struct {
    atomic_uint *next; /* for each thread's share: the first task that nobody took */
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
    Progress *progress; /* one per pass */
    atomic_uint *next;  /* the passes' NEXT */
    /* During an inference only, like the arena's image. */
    guint8 *scratch; /* all threads' */
    guint batch;
    GMutex lock;
    GCond tasks_done;
    gboolean profiling;
    Profile *profiles; /* one per op */
    EffNetObserver observer;
    gpointer observer_data;
};

static const char *
kind_of(const EffNetOp *op)
{
    switch (op->kind) {
    case EFFNET_OP_CONV:
        return op->layer->kernel > 1 ? "conv" : op->layer->in_size > 1 ? "conv 1x1" : "linear";
    case EFFNET_OP_DEPTHWISE:
        return "depthwise";
    case EFFNET_OP_CONV_DEPTHWISE:
        return "conv + depthwise";
    case EFFNET_OP_SQUEEZE_EXCITE:
        return "squeeze-excite";
    case EFFNET_OP_MAX_POOL:
        return "max pool";
    case EFFNET_OP_WINOGRAD:
        return "conv, winograd";
    }
    g_assert_not_reached();
}

static gpointer
image(EffNetSession *session, guint index)
{
    return effnet_tensor_data(session->plan, &session->arena, session->plan->input, index);
}

/* One for each pass of the largest batch. */
static gboolean
new_progress(EffNetSession *session, GError **error)
{
    gsize n = (gsize)session->plan->n_ops * session->arena.n;

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
    const EffNetPlan *plan = effnet_model_get_plan(model);
    g_autoptr(EffNetSession) session = NULL;

    g_return_val_if_fail(max_batch > 0, NULL);
    session = g_new0(EffNetSession, 1);
    g_mutex_init(&session->lock);
    g_cond_init(&session->tasks_done);
    session->model = effnet_model_ref(model);
    session->plan = plan;
    session->arena.n = max_batch;
    session->threads = effnet_cpu_get_threads();
    if (threads)
        session->threads = MIN(session->threads, threads);
    session->preprocess = effnet_preprocess_new(effnet_model_get_info(model));
    session->profiles = g_new0(Profile, plan->n_ops);
    for (guint i = 0; i < plan->n_ops; i++) {
        session->profiles[i].name = effnet_layer_name(plan->ops[i].layer);
        session->profiles[i].kind = kind_of(&plan->ops[i]);
    }
    session->arena.batch = effnet_memory_new(max_batch, plan->batch_bytes, error);
    if (!session->arena.batch || !new_progress(session, error) ||
        !effnet_workspaces_join(effnet_model_get_workspaces(model), error))
        return NULL;
    session->workspaces = effnet_model_get_workspaces(model);
    for (guint i = 0; i < max_batch; i++)
        effnet_image_clear(plan, effnet_model_get_info(model), image(session, i));
    return g_steal_pointer(&session);
}

void
effnet_session_free(EffNetSession *session)
{
    if (!session)
        return;
    for (guint i = 0; i < session->plan->n_ops; i++)
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
    return effnet_image_set_frame(session->plan, session->preprocess, image(session, index), frame,
                                  error);
}

void
effnet_session_set_input(EffNetSession *session, guint index, const EffNetInput *input)
{
    const EffNetPlan *plan = session->plan;

    g_return_if_fail(index < session->arena.n);
    g_return_if_fail(effnet_input_get_model(input) == session->model);
    memcpy(image(session, index), effnet_input_get_image(input), plan->tensors[plan->input].bytes);
}

void
effnet_session_set_tensor(EffNetSession *session, guint index, const float *chw)
{
    g_return_if_fail(index < session->arena.n);
    effnet_image_set_tensor(session->plan, effnet_model_get_info(session->model),
                            image(session, index), chw);
}

static void
wait_for_tasks(EffNetSession *session, Progress *progress, guint tasks)
{
    for (guint i = 0; i < SPIN_LIMIT; i++) {
        if (atomic_load_explicit(&progress->done, memory_order_acquire) == tasks)
            return;
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("yield");
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
    Progress *progress; /* the next pass's */
} Walker;

/* Takes a task of the thread's own share or, when these are all taken, of another's. A share is the
 * same part of the image, or of its channels, from op to op, whose data are in the core's
 * caches. */
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

/* Executes an op for N images from FIRST on. The same task of all images comes in a row, so that
 * its weights are still in the caches. */
static void
pass(Walker *w, guint op_index, guint first, guint n)
{
    EffNetSession *session = w->session;
    const EffNetOp *op = &session->plan->ops[op_index];
    guint of_image = effnet_op_tasks(op, session->threads);
    guint blocks = (n + op->images - 1) / op->images, tasks = of_image * blocks, task;
    gint64 begin = session->profiling && w->member == 0 ? g_get_monotonic_time() : 0;
    Progress *progress = w->progress++;

    while (take_task(w, progress, tasks, &task)) {
        guint begin_image = task % blocks * op->images;

        effnet_op_execute(session->plan, op, &session->arena, first + begin_image,
                          MIN(op->images, n - begin_image), task / blocks, of_image, w->scratch);
        finish_task(session, progress, tasks);
    }
    wait_for_tasks(session, progress, tasks);
    if (session->observer)
        session->observer(session->observer_data, session->plan, op, &session->arena);
    if (begin) {
        session->profiles[op_index].ns += (g_get_monotonic_time() - begin) * 1000;
        session->profiles[op_index].runs += first == 0;
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

    for (guint image = 0; image < session->batch; image++)
        for (guint s = 0; s < plan->batch_op; s++)
            pass(&w, s, image, 1);
    for (guint s = plan->batch_op; s < plan->n_ops; s++)
        pass(&w, s, 0, session->batch);
}

/* Converts features to real numbers, once the classifier has read them. */
static void
unscale_features(EffNetSession *session, guint image)
{
    const EffNetPlan *plan = session->plan;
    const EffNetPlanTensor *t = &plan->tensors[plan->features];
    float *features = effnet_tensor_data(plan, &session->arena, plan->features, image);

    for (guint i = 0; i < t->channels; i++)
        features[i] /= t->factor;
}

void
effnet_session_run(EffNetSession *session, guint n)
{
    guint8 *workspace;

    g_return_if_fail(n > 0 && n <= session->arena.n);
    session->batch = n;
    for (gsize i = 0; i < (gsize)session->plan->n_ops * n; i++) {
        for (guint share = 0; share < session->threads; share++)
            atomic_store_explicit(&session->progress[i].next[share], 0, memory_order_relaxed);
        atomic_store_explicit(&session->progress[i].done, 0, memory_order_relaxed);
    }
    workspace = effnet_workspaces_take(session->workspaces);
    session->arena.image = workspace;
    session->scratch = workspace + session->plan->image_bytes;
    effnet_pool_run(session->threads, walk, session);
    for (guint image = 0; image < n; image++)
        unscale_features(session, image);
    effnet_workspaces_give_back(session->workspaces, workspace);
}

static const float *
result(const EffNetSession *session, int tensor, guint index)
{
    g_return_val_if_fail(index < session->arena.n, NULL);
    if (tensor == EFFNET_NONE)
        return NULL;
    return effnet_tensor_data(session->plan, &session->arena, tensor, index);
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
    for (guint i = 0; i < session->plan->n_ops; i++)
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
    return session->plan->n_ops;
}

static guint64
bytes_of(const EffNetPlan *plan, int tensor)
{
    return tensor == EFFNET_NONE ? 0 : plan->tensors[tensor].bytes;
}

void
effnet_session_get_op(const EffNetSession *session, guint index, EffNetOpProfile *profile)
{
    const EffNetPlan *plan = session->plan;
    const EffNetOp *op = &plan->ops[index];

    g_return_if_fail(index < plan->n_ops);
    *profile = (EffNetOpProfile){
        .name = session->profiles[index].name,
        .kind = session->profiles[index].kind,
        .bytes = bytes_of(plan, op->in) + bytes_of(plan, op->out) + bytes_of(plan, op->residual) +
                 bytes_of(plan, op->row_sums),
        .ns = session->profiles[index].ns,
        .runs = session->profiles[index].runs,
    };
    for (guint i = 0; i < op->n_layers; i++) {
        profile->macs += effnet_layer_macs(op->layer + i);
        profile->bytes += effnet_op_packed_bytes(plan, op, i);
    }
}
