/* SPDX-License-Identifier: BSD-2-Clause */
#include "gather.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "frames.h"
#include "parallel.h"

#define MAX_VIEWS 2
#define TICK      (G_USEC_PER_SEC / 4)

/* What each thread has of its own. */
typedef struct {
    EffNetFrames *frames;
    EffNetSession *session;
} Worker;

/* The result for one file. */
typedef struct {
    GArray *features, *logits; /* float */
    guint n;                   /* pictures */
    GError *error;
} File;

typedef struct {
    const EffNetGatherOptions *options;
    const EffNetModelInfo *info;
    const char *const *paths;
    guint n_files;
    Worker *workers;
    File *files;
    GMutex lock; /* protects what follows */
    guint done;
    gint64 began, told;
} Gathering;

/* The context of one frame's inference. */
typedef struct {
    Gathering *gathering;
    EffNetSession *session;
    File *file;
} Look;

EffNetOrientation
effnet_orientation_mirror(EffNetOrientation orientation)
{
    static const EffNetOrientation mirrors[] = {
        [EFFNET_ORIENTATION_IDENTITY] = EFFNET_ORIENTATION_HORIZ,
        [EFFNET_ORIENTATION_90R] = EFFNET_ORIENTATION_UL_LR,
        [EFFNET_ORIENTATION_180] = EFFNET_ORIENTATION_VERT,
        [EFFNET_ORIENTATION_90L] = EFFNET_ORIENTATION_UR_LL,
        [EFFNET_ORIENTATION_HORIZ] = EFFNET_ORIENTATION_IDENTITY,
        [EFFNET_ORIENTATION_VERT] = EFFNET_ORIENTATION_180,
        [EFFNET_ORIENTATION_UL_LR] = EFFNET_ORIENTATION_90R,
        [EFFNET_ORIENTATION_UR_LL] = EFFNET_ORIENTATION_90L,
    };

    return mirrors[orientation];
}

static gboolean
look_at(gpointer data, const EffNetFrame *frame, GError **error)
{
    Look *look = data;
    const Gathering *g = look->gathering;
    EffNetFrame mirror = *frame;

    mirror.orientation = effnet_orientation_mirror(frame->orientation);
    if (!effnet_session_set_frame(look->session, 0, frame, error) ||
        (g->options->views == 2 && !effnet_session_set_frame(look->session, 1, &mirror, error)))
        return FALSE;
    effnet_session_run(look->session, g->options->views);
    for (guint i = 0; i < g->options->views; i++) {
        g_array_append_vals(look->file->features, effnet_session_get_features(look->session, i),
                            g->info->n_features);
        if (g->options->logits)
            g_array_append_vals(look->file->logits, effnet_session_get_logits(look->session, i),
                                g->info->n_classes);
    }
    look->file->n++;
    return TRUE;
}

static void
tell_progress(Gathering *g)
{
    gint64 now = g_get_monotonic_time();
    double left;

    g_mutex_lock(&g->lock);
    g->done++;
    if (!g->options->quiet && (now - g->told >= TICK || g->done == g->n_files)) {
        left = (double)(now - g->began) / g->done * (g->n_files - g->done) / G_USEC_PER_SEC;
        fprintf(stderr, "\r%u of %u files, %.0f s left \r", g->done, g->n_files, left);
        g->told = now;
    }
    g_mutex_unlock(&g->lock);
}

static gboolean
gather_file(gpointer data, guint index, guint thread)
{
    Gathering *g = data;
    File *file = &g->files[index];
    Look look = {g, g->workers[thread].session, file};

    file->features = g_array_new(FALSE, FALSE, sizeof(float));
    file->logits = g_array_new(FALSE, FALSE, sizeof(float));
    if (!effnet_frames_show(g->workers[thread].frames, g->paths[index], g->options->frames, look_at,
                            &look, &file->error))
        file->n = 0;
    tell_progress(g);
    return TRUE;
}

static gboolean
workers_new(Gathering *g, EffNetModel *model, guint n, GError **error)
{
    g->workers = g_new0(Worker, n);
    for (guint i = 0; i < n; i++) {
        g->workers[i].frames = effnet_frames_new(error);
        if (!g->workers[i].frames)
            return FALSE;
        g->workers[i].session = effnet_session_new(model, MAX_VIEWS, 1, error);
        if (!g->workers[i].session)
            return FALSE;
    }
    return TRUE;
}

static void
gathering_clear(Gathering *g, guint n_workers)
{
    for (guint i = 0; i < n_workers; i++) {
        g_clear_pointer(&g->workers[i].frames, effnet_frames_free);
        effnet_session_free(g->workers[i].session);
    }
    for (guint i = 0; i < g->n_files; i++) {
        g_clear_pointer(&g->files[i].features, g_array_unref);
        g_clear_pointer(&g->files[i].logits, g_array_unref);
        g_clear_error(&g->files[i].error);
    }
    g_free(g->workers);
    g_free(g->files);
    g_mutex_clear(&g->lock);
}

/* Concatenates the results of all files, and reports their errors, in the order of the files. */
static EffNetGathered *
collect(const Gathering *g)
{
    EffNetGathered *all = g_new0(EffNetGathered, 1);
    gsize at = 0, views = g->options->views;

    for (guint i = 0; i < g->n_files; i++)
        all->n += g->files[i].n;
    all->views = g->options->views;
    all->n_features = g->info->n_features;
    all->n_classes = g->options->logits ? g->info->n_classes : 0;
    all->features = g_new(float, all->n *views * all->n_features);
    all->logits = g_new(float, all->n *views * all->n_classes);
    all->files = g_new(guint, all->n);
    for (guint i = 0; i < g->n_files; i++) {
        const File *file = &g->files[i];

        if (file->error) {
            effnet_command_print_error(file->error);
            all->n_broken++;
            continue;
        }
        memcpy(all->features + at * views * all->n_features, file->features->data,
               file->n * views * all->n_features * sizeof(float));
        if (all->n_classes)
            memcpy(all->logits + at * views * all->n_classes, file->logits->data,
                   file->n * views * all->n_classes * sizeof(float));
        for (guint k = 0; k < file->n; k++)
            all->files[at++] = i;
    }
    return all;
}

EffNetGathered *
effnet_gather(EffNetModel *model, const char *const *paths, guint n,
              const EffNetGatherOptions *options, GError **error)
{
    guint n_workers = MAX(MIN(options->threads, n), 1);
    Gathering g = {.options = options,
                   .info = effnet_model_get_info(model),
                   .paths = paths,
                   .n_files = n,
                   .files = g_new0(File, n),
                   .began = g_get_monotonic_time()};
    g_autoptr(EffNetGathered) all = NULL;

    g_mutex_init(&g.lock);
    if (workers_new(&g, model, n_workers, error)) {
        effnet_parallel_run(n, n_workers, gather_file, &g);
        all = collect(&g);
    }
    if (all && all->n == 0) {
        g_clear_pointer(&all, effnet_gathered_free);
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "of the %u files none could be decoded", n);
    }
    gathering_clear(&g, n_workers);
    return g_steal_pointer(&all);
}

void
effnet_gathered_free(EffNetGathered *gathered)
{
    g_free(gathered->features);
    g_free(gathered->logits);
    g_free(gathered->files);
    g_free(gathered);
}
