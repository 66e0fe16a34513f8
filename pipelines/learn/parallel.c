/* SPDX-License-Identifier: BSD-2-Clause */
#include "parallel.h"

typedef struct {
    EffNetTask task;
    gpointer data;
    gint next; /* atomic, as is `end` */
    gint end;
} Tasks;

typedef struct {
    Tasks *tasks;
    guint thread;
} Worker;

static gpointer
work(gpointer data)
{
    Worker *worker = data;
    Tasks *tasks = worker->tasks;
    gint index;

    while ((index = g_atomic_int_add(&tasks->next, 1)) < g_atomic_int_get(&tasks->end))
        if (!tasks->task(tasks->data, (guint)index, worker->thread))
            g_atomic_int_set(&tasks->end, 0);
    return NULL;
}

void
effnet_parallel_run(guint n, guint threads, EffNetTask task, gpointer data)
{
    Tasks tasks = {.task = task, .data = data, .end = (gint)n};
    guint n_workers = MAX(MIN(threads, n), 1);
    g_autofree Worker *workers = g_new(Worker, n_workers);
    g_autofree GThread **running = g_new(GThread *, n_workers);
    guint n_running = 0;

    for (; n_running < n_workers; n_running++) {
        workers[n_running] = (Worker){&tasks, n_running};
        running[n_running] = g_thread_try_new("learn", work, &workers[n_running], NULL);
        if (!running[n_running])
            break;
    }
    if (n_running == 0)
        work(&workers[0]);
    for (guint i = 0; i < n_running; i++)
        g_thread_join(running[i]);
}
