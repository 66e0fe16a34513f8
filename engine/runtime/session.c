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
#include "heatmap.h"
#include "input.h"
#include "observe.h"
#include "image.h"
#include "pool.h"

#define SPIN_LIMIT 2000 /* reads of a counter, some tens of microseconds, before sleeping */

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
    atomic_uint *done; /* of each pass: how many tasks are done */
    /* Of each thread's share, of each pass: the first task that nobody took. A share's counters
     * have cache lines of their own, because mostly one thread writes them. */
    atomic_uint *next;
    gsize row; /* counters of a share */
    /* During an inference only, like the arena's image. */
    guint8 *scratch; /* all threads' */
    guint batch;
    GMutex lock;
    GCond tasks_done;
    gboolean profiling;
    Profile *profiles; /* one per op */
    EffNetObserver observer;
    gpointer observer_data;
    EffNetHeatmap *heatmap; /* NULL: off */
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
    case EFFNET_OP_POOL:
        return "pool";
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

/* For each pass of the largest batch. */
static gboolean
new_counters(EffNetSession *session, GError **error)
{
    const gsize line = EFFNET_ALIGNMENT / sizeof(atomic_uint);
    gsize n = (gsize)session->plan->n_ops * session->arena.n;

    session->row = (n + line - 1) / line * line;
    session->done = effnet_memory_new(n, sizeof *session->done, error);
    if (!session->done)
        return FALSE;
    session->next =
        effnet_memory_new(session->row, session->threads * sizeof *session->next, error);
    return session->next != NULL;
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
    if (!session->arena.batch || !new_counters(session, error) ||
        !effnet_workspaces_join(effnet_model_get_workspaces(model), error))
        return NULL;
    session->workspaces = effnet_model_get_workspaces(model);
    for (guint i = 0; i < max_batch; i++)
        effnet_image_clear(plan, effnet_model_get_info(model), image(session, i));
    return g_steal_pointer(&session);
}

static void
clear_heatmap(EffNetSession *session)
{
    g_clear_pointer(&session->heatmap, effnet_heatmap_free);
    g_clear_pointer(&session->arena.pixels, free);
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
    free(session->done);
    clear_heatmap(session);
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
wait_for_tasks(EffNetSession *session, const atomic_uint *done, guint tasks)
{
    for (guint i = 0; i < SPIN_LIMIT; i++) {
        if (atomic_load_explicit(done, memory_order_acquire) == tasks)
            return;
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("yield");
#endif
    }
    g_mutex_lock(&session->lock);
    while (atomic_load_explicit(done, memory_order_acquire) != tasks)
        g_cond_wait(&session->tasks_done, &session->lock);
    g_mutex_unlock(&session->lock);
}

static void
finish_task(EffNetSession *session, atomic_uint *done, guint tasks)
{
    if (atomic_fetch_add_explicit(done, 1, memory_order_acq_rel) + 1 != tasks ||
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
    gsize pass; /* the next */
} Walker;

/* Takes a task of the thread's own share or, when these are all taken, of another's. A share is the
 * same part of the image, or of its channels, from op to op, whose data are in the core's
 * caches. */
static gboolean
take_task(const Walker *w, gsize index, guint tasks, guint *task)
{
    EffNetSession *session = w->session;
    guint threads = session->threads;

    for (guint i = 0; i < threads; i++) {
        guint share = (w->member + i) % threads;
        guint end = (guint64)tasks * (share + 1) / threads;
        atomic_uint *next = session->next + share * session->row + index;

        *task = (guint64)tasks * share / threads +
                atomic_fetch_add_explicit(next, 1, memory_order_relaxed);
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
    gsize index = w->pass++;
    atomic_uint *done = session->done + index;

    while (take_task(w, index, tasks, &task)) {
        guint begin_image = task % blocks * op->images;

        effnet_op_execute(session->plan, op, &session->arena, first + begin_image,
                          MIN(op->images, n - begin_image), task / blocks, of_image, w->scratch);
        finish_task(session, done, tasks);
    }
    wait_for_tasks(session, done, tasks);
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
    gsize passes = (gsize)session->plan->n_ops * n;
    guint8 *workspace;

    g_return_if_fail(n > 0 && n <= session->arena.n);
    session->batch = n;
    for (gsize i = 0; i < passes; i++)
        atomic_store_explicit(&session->done[i], 0, memory_order_relaxed);
    for (guint share = 0; share < session->threads; share++)
        for (gsize i = 0; i < passes; i++)
            atomic_store_explicit(&session->next[share * session->row + i], 0,
                                  memory_order_relaxed);
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

gboolean
effnet_session_set_heatmaps(EffNetSession *session, gboolean on, GError **error)
{
    clear_heatmap(session);
    if (!on)
        return TRUE;
    session->heatmap = effnet_heatmap_new(session->plan, error);
    if (!session->heatmap)
        return FALSE;
    session->arena.pixels = effnet_memory_new(
        session->arena.n, effnet_heatmap_features(session->heatmap, session->plan) * sizeof(float),
        error);
    if (!session->arena.pixels)
        clear_heatmap(session);
    return session->arena.pixels != NULL;
}

void
effnet_session_get_heatmap(EffNetSession *session, guint index, guint class, float *map)
{
    gsize n;

    g_return_if_fail(session->heatmap && index < session->arena.n);
    g_return_if_fail(class < effnet_model_get_info(session->model)->n_classes);
    n = effnet_heatmap_features(session->heatmap, session->plan);
    effnet_heatmap_compute(session->heatmap, session->plan, session->arena.pixels + index * n,
                           class, map);
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
