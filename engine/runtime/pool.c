/* SPDX-License-Identifier: BSD-2-Clause */
#include <effnet/cpu.h>
#include <pthread.h>

#include "pool.h"

typedef struct {
    EffNetPoolFunc func;
    gpointer data;
    guint next, members; /* members NEXT to MEMBERS - 1 are not taken yet */
    guint active;        /* workers inside func */
} Job;

static GMutex lock;
static GCond work, back;
static GQueue jobs = G_QUEUE_INIT; /* those with members that are not taken */
static guint workers;

static gpointer
worker(gpointer unused)
{
    g_mutex_lock(&lock);
    for (;;) {
        Job *job = g_queue_peek_head(&jobs);
        guint member;

        if (!job) {
            g_cond_wait(&work, &lock);
            continue;
        }
        member = job->next++;
        job->active++;
        if (job->next == job->members)
            g_queue_remove(&jobs, job);
        g_mutex_unlock(&lock);
        job->func(job->data, member);
        g_mutex_lock(&lock);
        if (--job->active == 0)
            g_cond_broadcast(&back);
    }
    return NULL;
}

/* A process that was forked has none of its parent's threads. */
static void
forget_workers(void)
{
    g_mutex_init(&lock);
    g_cond_init(&work);
    g_cond_init(&back);
    g_queue_init(&jobs);
    workers = 0;
}

/* At most as many as there are cores besides the caller's. They wait for ever, and end with the
 * process. */
static void
start_workers(guint wanted)
{
    guint limit = effnet_cpu_get_threads() - 1;
    static gboolean prepared;

    if (!prepared)
        prepared = pthread_atfork(NULL, NULL, forget_workers) == 0;
    for (; workers < MIN(wanted, limit); workers++) {
        GThread *thread = g_thread_try_new("effnet", worker, NULL, NULL);

        if (!thread)
            return; /* the caller works alone */
        g_thread_unref(thread);
    }
}

void
effnet_pool_run(guint members, EffNetPoolFunc func, gpointer data)
{
    Job job = {.func = func, .data = data, .next = 1, .members = members};

    if (members > 1) {
        g_mutex_lock(&lock);
        start_workers(members - 1);
        g_queue_push_tail(&jobs, &job);
        g_cond_broadcast(&work);
        g_mutex_unlock(&lock);
    }
    func(data, 0);
    if (members > 1) {
        g_mutex_lock(&lock);
        g_queue_remove(&jobs, &job);
        while (job.active)
            g_cond_wait(&back, &lock);
        g_mutex_unlock(&lock);
    }
}
