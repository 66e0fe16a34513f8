/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch.h"

#include "../printable.h"
#include "httpserver.h"
#include "logs.h"
#include "rtsp.h"
#include "stream.h"
#include "terminal.h"

#include <effnet/effnet.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAX_DESCRIPTORS 65536

#define REDRAW_TIME 200 /* ms */
/* How long to wait for what does not stop: readers that do not read, drivers that hang. */
#define PATIENCE    1  /* s, for lines */
#define LAST_MOMENT 10 /* s, for everything */

typedef struct {
    const EffNetWatchProgram *program;
    GPtrArray *statuses; /* EffNetWatchStatus, one per stream, like the next two */
    GPtrArray *outlets;  /* EffNetWatchOutlets */
    GPtrArray *streams;  /* EffNetWatchStream */
    EffNetWatchLines *output;
    GHashTable *published; /* path to EffNetWatchLines */
    EffNetWatchTerminal *terminal;
    EffNetWatchHttp *http; /* each of these may be NULL */
    EffNetWatchRtsp *rtsp;
    EffNetWatchObserver observer;
    GMainLoop *loop;
    gboolean stopping;

    GMutex mutex;          /* guards what the streams' threads change */
    guint running, failed; /* numbers of streams */
    GError *error;         /* why everything ends, or NULL */
} Watch;

/* Prints above what is drawn, or else at the end. */
static void
tell(const char *name, const char *text, gpointer data)
{
    Watch *watch = data;
    g_autofree char *all =
        g_strdup_printf("%s: %s%s%s", g_get_prgname(), name ? name : "", name ? ": " : "", text);
    g_autofree char *line =
        effnet_printable_new(g_strdelimit(all, "\n\r", ' '), EFFNET_PRINTABLE_SENTENCE);

    if (watch->terminal)
        effnet_watch_terminal_note(watch->terminal, line);
    else
        effnet_print(stderr, "%s", line);
}

static void
stop_lines(Watch *watch)
{
    GHashTableIter iter;
    gpointer lines;

    if (watch->output)
        effnet_watch_lines_stop(watch->output);
    g_hash_table_iter_init(&iter, watch->published);
    while (g_hash_table_iter_next(&iter, NULL, &lines))
        effnet_watch_lines_stop(lines);
}

static gboolean
lose_patience(gpointer data)
{
    stop_lines(data);
    return G_SOURCE_REMOVE;
}

static gboolean
give_up(gpointer data)
{
    tell(NULL, "a source does not end: leaving it behind", data);
    _exit(EXIT_FAILURE);
}

static gboolean
stop(gpointer data)
{
    Watch *watch = data;

    if (watch->stopping)
        return G_SOURCE_REMOVE;
    watch->stopping = TRUE;
#if EFFNET_HAVE_SOUP
    if (watch->http)
        effnet_watch_http_set_ending(watch->http);
#endif
    for (guint i = 0; i < watch->streams->len; i++)
        effnet_watch_stream_stop(g_ptr_array_index(watch->streams, i));
    g_timeout_add_seconds(PATIENCE, lose_patience, watch);
    g_timeout_add_seconds(LAST_MOMENT, give_up, watch);
    return G_SOURCE_REMOVE;
}

/* The failure of the only stream is left for the caller to report. */
static void
stream_ended(const char *name, const GError *error, gpointer data)
{
    Watch *watch = data;
    gboolean only = watch->outlets->len == 1, last;

    if (error && !only)
        tell(name, error->message, watch);
    g_mutex_lock(&watch->mutex);
    watch->failed += error != NULL;
    if (error && only && watch->error == NULL)
        watch->error = g_error_new(error->domain, error->code, "%s: %s", name, error->message);
    last = --watch->running == 0;
    g_mutex_unlock(&watch->mutex);
    if (last)
        g_idle_add_once((GSourceOnceFunc)g_main_loop_quit, watch->loop);
}

static void
lines_failed(const GError *error, gpointer data)
{
    Watch *watch = data;

    g_mutex_lock(&watch->mutex);
    if (watch->error == NULL)
        watch->error = g_error_copy(error);
    g_mutex_unlock(&watch->mutex);
    g_idle_add(stop, watch);
}

static gboolean
redraw(gpointer data)
{
    Watch *watch = data;

    effnet_watch_terminal_draw(watch->terminal);
    return G_SOURCE_CONTINUE;
}

static void
outlets_free(gpointer data)
{
    EffNetWatchOutlets *outlets = data;

    effnet_watch_report_clear(&outlets->report);
    g_clear_pointer(&outlets->mount, effnet_watch_mount_free);
    g_clear_pointer(&outlets->capture_classes, g_hash_table_unref);
    g_free(outlets);
}

/* Streams that are published to the same file share its lines. */
static gboolean
open_published(Watch *watch, const char *path, EffNetWatchLines **lines, GError **error)
{
    if (path == NULL)
        return TRUE;
    *lines = g_hash_table_lookup(watch->published, path);
    if (*lines == NULL) {
        *lines = effnet_watch_lines_open(path, error);
        if (*lines)
            g_hash_table_insert(watch->published, g_strdup(path), *lines);
    }
    return *lines != NULL;
}

static gboolean
add_stream(Watch *watch, const EffNetWatchSettings *settings, GError **error)
{
    EffNetWatchStatus *status = effnet_watch_status_new(settings->name);
    EffNetWatchOutlets *outlets = g_new0(EffNetWatchOutlets, 1);
    gboolean json = watch->program->json;

    g_ptr_array_add(watch->statuses, status);
    g_ptr_array_add(watch->outlets, outlets);
    outlets->settings = settings;
    outlets->status = status;
    outlets->pictures = watch->program->http.address != NULL;
    effnet_watch_report_init(&outlets->report, status);
    outlets->report.changes_only = settings->changes_only;
    outlets->report.json = json ? watch->output : NULL;
    outlets->report.plain = json ? NULL : watch->output;
    if (settings->on_change)
        outlets->report.hook = effnet_watch_hook_new(settings->name, settings->on_change,
                                                     EFFNET_WATCH_HOOK_TIMEOUT, tell, watch);
    outlets->report.failed = lines_failed;
    outlets->report.data = watch;
    return open_published(watch, settings->publish, &outlets->report.publish, error);
}

/* Draws on standard output, unless that is for JSON, or else on standard error; no lines are
 * printed where it draws on standard output. */
static gboolean
open_output(Watch *watch, GError **error)
{
    if (isatty(STDOUT_FILENO) && !watch->program->json)
        return TRUE;
    watch->output = effnet_watch_lines_open(NULL, error);
    return watch->output != NULL;
}

static void
open_terminal(Watch *watch)
{
    if (watch->output == NULL)
        watch->terminal = effnet_watch_terminal_new(STDOUT_FILENO, watch->statuses);
    else if (!isatty(STDOUT_FILENO) && isatty(STDERR_FILENO))
        watch->terminal = effnet_watch_terminal_new(STDERR_FILENO, watch->statuses);
}

static gboolean
serve_http(Watch *watch, GError **error)
{
    if (watch->program->http.address == NULL)
        return TRUE;
#if EFFNET_HAVE_SOUP
    g_autofree char *text = NULL;

    watch->http = effnet_watch_http_new(watch->program, watch->statuses, error);
    if (watch->http == NULL)
        return FALSE;
    text = effnet_watch_http_describe(watch->http);
    tell(NULL, text, watch);
    return TRUE;
#else
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "http: this program was built without libsoup");
    return FALSE;
#endif
}

static gboolean
serve_rtsp(Watch *watch, GError **error)
{
    if (watch->program->rtsp.address == NULL)
        return TRUE;
#if EFFNET_HAVE_RTSP_SERVER
    watch->rtsp = effnet_watch_rtsp_new(&watch->program->rtsp, error);
    for (guint i = 0; watch->rtsp && i < watch->outlets->len; i++) {
        EffNetWatchOutlets *outlets = g_ptr_array_index(watch->outlets, i);
        g_autofree char *uri = NULL, *text = NULL;

        outlets->mount = effnet_watch_mount_new();
        uri = effnet_watch_rtsp_add(watch->rtsp, outlets->settings->name, outlets->mount, error);
        if (uri == NULL)
            return FALSE;
        text = g_strdup_printf("is served at %s", uri);
        tell(outlets->settings->name, text, watch);
    }
    return watch->rtsp != NULL;
#else
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "rtsp-out: this program was built without gst-rtsp-server");
    return FALSE;
#endif
}

static gboolean
prepare(Watch *watch, GError **error)
{
    const GPtrArray *streams = watch->program->streams;

    if (!open_output(watch, error))
        return FALSE;
    for (guint i = 0; i < streams->len; i++) {
        if (!add_stream(watch, g_ptr_array_index(streams, i), error))
            return FALSE;
    }
    open_terminal(watch);
    return serve_http(watch, error) && serve_rtsp(watch, error);
}

static void
run(Watch *watch)
{
    /* A second signal ends the program as usual. */
    g_unix_signal_add(SIGINT, stop, watch);
    g_unix_signal_add(SIGTERM, stop, watch);
    if (watch->terminal)
        g_timeout_add(REDRAW_TIME, redraw, watch);
    watch->running = watch->outlets->len;
    for (guint i = 0; i < watch->outlets->len; i++)
        g_ptr_array_add(
            watch->streams,
            effnet_watch_stream_start(g_ptr_array_index(watch->outlets, i), &watch->observer));
    g_main_loop_run(watch->loop);
    if (watch->terminal)
        effnet_watch_terminal_draw(watch->terminal);
}

static void
watch_init(Watch *watch, const EffNetWatchProgram *program)
{
    *watch = (Watch){
        .program = program,
        .statuses = g_ptr_array_new_with_free_func((GDestroyNotify)effnet_watch_status_free),
        .outlets = g_ptr_array_new_with_free_func(outlets_free),
        .streams = g_ptr_array_new_with_free_func((GDestroyNotify)effnet_watch_stream_free),
        .published = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify)effnet_watch_lines_close),
        .observer = {tell, stream_ended, watch},
        .loop = g_main_loop_new(NULL, FALSE),
    };
    g_mutex_init(&watch->mutex);
}

/* Frees users before what they use. */
static void
watch_clear(Watch *watch)
{
    g_ptr_array_unref(watch->streams);
    for (guint i = 0; i < watch->outlets->len; i++) {
        EffNetWatchOutlets *outlets = g_ptr_array_index(watch->outlets, i);

        g_clear_pointer(&outlets->report.hook, effnet_watch_hook_free);
    }
#if EFFNET_HAVE_SOUP
    g_clear_pointer(&watch->http, effnet_watch_http_free);
#endif
#if EFFNET_HAVE_RTSP_SERVER
    g_clear_pointer(&watch->rtsp, effnet_watch_rtsp_free);
#endif
    g_clear_pointer(&watch->terminal, effnet_watch_terminal_free);
    g_ptr_array_unref(watch->outlets);
    g_ptr_array_unref(watch->statuses);
    g_clear_pointer(&watch->output, effnet_watch_lines_close);
    g_hash_table_unref(watch->published);
    g_main_loop_unref(watch->loop);
    g_clear_error(&watch->error);
    g_mutex_clear(&watch->mutex);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Watch, watch_clear)

/* Cameras, viewers and libraries need more than the 1024 descriptors that programs with select()
 * can use; when none is left, GLib aborts. */
static void
raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = MIN(limit.rlim_max, MAX_DESCRIPTORS);
    setrlimit(RLIMIT_NOFILE, &limit);
}

gboolean
effnet_watch_run(const EffNetWatchProgram *program, GError **error)
{
    g_auto(Watch) watch;

    effnet_watch_logs_limit();
    raise_descriptor_limit();
    watch_init(&watch, program);
    if (!prepare(&watch, error))
        return FALSE;
    run(&watch);
    if (watch.error == NULL && watch.failed > 0 && !watch.stopping)
        watch.error = g_error_new(EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%u of %u streams failed",
                                  watch.failed, watch.outlets->len);
    if (watch.error == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&watch.error));
    return FALSE;
}
