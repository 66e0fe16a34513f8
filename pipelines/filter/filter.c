/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter.h"

#include <stdio.h>
#include <unistd.h>

#include <effnet/error.h>

#include "../printable.h"
#include "json.h"
#include "progress.h"
#include "records.h"

#define TICK (G_USEC_PER_SEC / 2)

typedef struct {
    guint64 index;
    char *name;
} Left;

typedef struct {
    const EffNetFilterWork *work;
    EffNetInputs *inputs;
    EffNetRecords *records;
    GMutex lock; /* of what is below */
    GCond ended;
    GQueue left; /* of an earlier run */
    guint64 turn;
    guint running;
    GError *error;
} Filter;

typedef struct {
    Filter *filter;
    gpointer worker;
} Job;

static void
left_free(gpointer data)
{
    Left *left = data;

    g_free(left->name);
    g_free(left);
}

static void
add_left(gpointer data, guint64 index, const char *name)
{
    Left *left = g_new(Left, 1);

    left->index = index;
    left->name = g_strdup(name);
    g_queue_push_tail(&((Filter *)data)->left, left);
}

/* FALSE: there is nothing more to do. */
static gboolean
take(Filter *self, GString *name, guint64 *index, guint64 *turn)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
    Left *left = g_queue_pop_head(&self->left);

    if (left) {
        g_string_assign(name, left->name);
        *index = left->index;
        left_free(left);
    } else if (self->error || !effnet_inputs_next(self->inputs, name, index, &self->error)) {
        return FALSE;
    }
    *turn = self->turn++;
    return TRUE;
}

static void
append_error(GString *record, const GError *error)
{
    g_autofree char *sentence = effnet_printable_new(error->message, EFFNET_PRINTABLE_SENTENCE);

    g_string_append(record, "\"error\":");
    gst_efficientnet_json_append_string(record, sentence);
}

/* TRUE: it is the record of an error. */
static gboolean
make_record(const Job *job, const char *name, guint64 index, GString *record)
{
    g_autoptr(GError) error = NULL;
    gsize head;

    g_string_truncate(record, 0);
    effnet_inputs_append_head(record, index, name);
    g_string_append_c(record, ',');
    head = record->len;
    if (*name == '\0')
        g_set_error(&error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "the name is empty");
    else if (!job->filter->work->run(job->worker, name, record, &error))
        g_string_truncate(record, head);
    if (error)
        append_error(record, error);
    g_string_append(record, "}\n");
    return error != NULL;
}

static gpointer
run_job(gpointer data)
{
    Job *job = data;
    Filter *self = job->filter;
    g_autoptr(GString) name = g_string_new(NULL), record = g_string_new(NULL);
    guint64 index, turn;

    while (take(self, name, &index, &turn)) {
        gboolean is_error = make_record(job, name->str, index, record);

        if (!effnet_records_put(self->records, turn, record->str, is_error))
            break;
    }
    g_mutex_lock(&self->lock);
    self->running--;
    g_cond_signal(&self->ended);
    g_mutex_unlock(&self->lock);
    return NULL;
}

/* On a terminal, until the last job ends. */
static void
watch(Filter *self)
{
    EffNetProgress progress = {0};

    effnet_progress_begin(&progress, self->inputs, self->records);
    g_mutex_lock(&self->lock);
    while (self->running > 0) {
        if (!g_cond_wait_until(&self->ended, &self->lock, g_get_monotonic_time() + TICK)) {
            g_mutex_unlock(&self->lock);
            effnet_progress_show(&progress, self->records);
            g_mutex_lock(&self->lock);
        }
    }
    g_mutex_unlock(&self->lock);
    effnet_progress_end(&progress, self->records);
}

/* Starts as many of the jobs as there are threads for; returns their number. */
static guint
start_jobs(Filter *self, const GPtrArray *workers, Job *jobs, GThread **threads)
{
    for (guint i = 0; i < workers->len; i++) {
        jobs[i] = (Job){self, workers->pdata[i]};
        g_mutex_lock(&self->lock);
        self->running++;
        g_mutex_unlock(&self->lock);
        threads[i] =
            g_thread_try_new("effnet-job", run_job, &jobs[i], i == 0 ? &self->error : NULL);
        if (threads[i] == NULL) {
            g_mutex_lock(&self->lock);
            self->running--;
            g_mutex_unlock(&self->lock);
            return i;
        }
    }
    return workers->len;
}

static void
run_jobs(Filter *self, GPtrArray *workers)
{
    g_autofree Job *jobs = g_new(Job, workers->len);
    g_autofree GThread **threads = g_new(GThread *, workers->len);
    guint n = start_jobs(self, workers, jobs, threads);

    if (n == 0) {
        g_prefix_error(&self->error, "a list needs a thread to work on: ");
        return;
    }
    watch(self);
    for (guint i = 0; i < n; i++)
        g_thread_join(threads[i]);
}

static gboolean
open_workers(GPtrArray *workers, const EffNetFilterOptions *options, const EffNetFilterWork *work,
             gpointer data, GError **error)
{
    for (guint i = 0; i < options->jobs; i++) {
        gpointer worker = work->open(data, error);

        if (worker == NULL)
            return FALSE;
        g_ptr_array_add(workers, worker);
    }
    return TRUE;
}

static gboolean
finish(Filter *self, gboolean *some_failed, GError **error)
{
    guint64 all, errors;

    effnet_records_count(self->records, &all, &errors);
    *some_failed = errors > 0;
    if (!effnet_records_finish(self->records, error))
        return FALSE;
    if (self->error == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&self->error));
    return FALSE;
}

gboolean
effnet_filter_run(const EffNetFilterOptions *options, const EffNetFilterWork *work, gpointer data,
                  gboolean *some_failed, GError **error)
{
    g_autoptr(EffNetInputs) inputs =
        effnet_inputs_new(options->files_from, options->is_zero, error);
    g_autoptr(EffNetRecords) records =
        inputs
            ? effnet_records_new(options->output, options->is_unordered, options->is_resumed, error)
            : NULL;
    g_autoptr(GPtrArray) workers = g_ptr_array_new_with_free_func(work->close);
    Filter self = {.work = work, .inputs = inputs, .records = records, .left = G_QUEUE_INIT};
    gboolean ok;

    if (records == NULL)
        return FALSE;
    ok = (!options->is_resumed || effnet_records_resume(records, inputs, add_left, &self, error)) &&
         open_workers(workers, options, work, data, error);
    if (ok) {
        run_jobs(&self, workers);
        ok = finish(&self, some_failed, error);
    }
    g_queue_clear_full(&self.left, left_free);
    g_clear_error(&self.error);
    return ok;
}
