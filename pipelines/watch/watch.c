/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch.h"

#include "httpserver.h"
#include "logs.h"
#include "rtsp.h"
#include "stream.h"
#include "teaching.h"
#include "terminal.h"

#include <effnet/effnet.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAX_DESCRIPTORS 65536

#define REDRAW_TIME 200 /* ms */
#define SHARD_TIME  1   /* s, between looks at the number of shards */
/* How long a shard waits with a stream that it has gained, so that the one that had it can end it:
 * a camera should not be connected twice. */
#define HANDOVER_TIME (5 * (gint64)G_USEC_PER_SEC)
/* How long to wait for what does not stop: readers that do not read, drivers that hang. */
#define PATIENCE    1  /* s, for lines */
#define LAST_MOMENT 10 /* s, for everything */

/* A stream of the fleet. */
typedef struct {
    const EffNetWatchSettings *settings;
    gboolean ours;               /* this shard has it */
    gint64 due;                  /* when it starts, monotonic, if it is to start later */
    EffNetWatchRelay *relay;     /* to its zones, of which one or itself is watched here; or NULL */
    EffNetWatchOutlets *outlets; /* NULL: it is not watched here */
    EffNetWatchStream *stream;   /* NULL: it has not started */
    gboolean leaving;            /* it is being stopped, as another shard has it */
} Place;

typedef struct {
    const EffNetWatchProgram *program;
    EffNetWatchShard shard; /* with the present count; the file's name is the program's */
    char *shard_error; /* the last reported reason why the number of shards is not known; or NULL */
    Place *places;     /* one per stream of the program */
    GPtrArray *statuses; /* EffNetWatchStatus, of the streams that are watched here */
    GHashTable *mounts;  /* name of a stream to EffNetWatchMount */
    EffNetWatchLines *output;
    GHashTable *published; /* path to EffNetWatchLines */
    EffNetWatchTerminal *terminal;
    EffNetWatchTeaching *teaching;
    EffNetWatchHttp *http; /* each of these may be NULL */
    EffNetWatchRtsp *rtsp;
    EffNetWatchObserver observer;
    GMainLoop *loop;
    gboolean stopping;

    GMutex mutex;          /* guards what the streams' threads change */
    guint running, failed; /* numbers of streams; a shard that may gain some counts as running */
    GError *error;         /* why everything ends, or NULL */
} Watch;

/* Prints sentences above what is drawn, or else at the end. */
static void
tell(EffNetLogLevel level, const char *name, const char *text, gpointer data)
{
    Watch *watch = data;
    g_autofree char *line = NULL;

    if (watch->terminal == NULL || !effnet_log_is_text()) {
        effnet_log(level, name, text);
        return;
    }
    line = effnet_log_new_line(0, level, name, text);
    effnet_watch_terminal_note(watch->terminal, line);
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
    tell(EFFNET_LOG_ERROR, NULL, "a source does not end: leaving it behind", data);
    _exit(EXIT_FAILURE);
}

/* The program ends when nothing runs any longer. */
static void
note_end(Watch *watch)
{
    gboolean last;

    g_mutex_lock(&watch->mutex);
    last = --watch->running == 0;
    g_mutex_unlock(&watch->mutex);
    if (last)
        g_idle_add_once((GSourceOnceFunc)g_main_loop_quit, watch->loop);
}

static gboolean
is_sharded(const Watch *watch)
{
    return watch->shard.count > 0;
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
    for (guint i = 0; i < watch->program->streams->len; i++) {
        if (watch->places[i].stream)
            effnet_watch_stream_stop(watch->places[i].stream);
    }
    if (is_sharded(watch))
        note_end(watch);
    g_timeout_add_seconds(PATIENCE, lose_patience, watch);
    g_timeout_add_seconds(LAST_MOMENT, give_up, watch);
    return G_SOURCE_REMOVE;
}

/* The failure of the only stream is left for the caller to report, except in a record, which names
 * the stream. */
static void
stream_ended(const char *name, const GError *error, gpointer data)
{
    Watch *watch = data;
    gboolean only = watch->program->streams->len == 1 && !is_sharded(watch) && effnet_log_is_text();

    if (error && !only)
        tell(EFFNET_LOG_ERROR, name, error->message, watch);
    g_mutex_lock(&watch->mutex);
    watch->failed += error != NULL;
    if (error && only && watch->error == NULL)
        watch->error = g_error_new(error->domain, error->code, "%s: %s", name, error->message);
    g_mutex_unlock(&watch->mutex);
    note_end(watch);
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

/* That of the stream which PLACE's is a zone of; NULL: it is none. */
static Place *
find_owner(const Watch *watch, const Place *place)
{
    const EffNetWatchSettings *owner = place->settings->owner;

    return owner ? &watch->places[owner->number] : NULL;
}

/* A zone may be opened before its owner. */
static EffNetWatchRelay *
get_relay(Place *owner)
{
    if (owner->relay == NULL)
        owner->relay = effnet_watch_relay_new(owner->settings->n_zones);
    return owner->relay;
}

/* Opens what PLACE's stream needs before it starts. */
static gboolean
open_place(Watch *watch, Place *place, GError **error)
{
    const EffNetWatchSettings *settings = place->settings;
    EffNetWatchStatus *status = effnet_watch_status_new(settings->name);
    EffNetWatchOutlets *outlets = g_new0(EffNetWatchOutlets, 1);
    Place *owner = find_owner(watch, place);
    gboolean json = watch->program->json;

    g_ptr_array_add(watch->statuses, status);
    place->outlets = outlets;
    outlets->settings = settings;
    outlets->status = status;
    if (owner)
        outlets->feed = effnet_watch_feed_new(get_relay(owner));
    if (settings->n_zones > 0)
        outlets->relay = get_relay(place);
    if (watch->teaching)
        outlets->pupil =
            effnet_watch_teaching_get_pupil(watch->teaching, (guint)(place - watch->places));
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

/* Waits for PLACE's stream to end, if it has started. What others may still use stays: the files,
 * and what the RTSP server serves. */
static void
close_place(Watch *watch, Place *place)
{
    EffNetWatchOutlets *outlets = g_steal_pointer(&place->outlets);

    g_clear_pointer(&place->stream, effnet_watch_stream_free);
    g_clear_pointer(&place->relay, effnet_watch_relay_unref);
    place->leaving = FALSE;
    if (outlets == NULL)
        return;
    g_clear_pointer(&outlets->feed, effnet_watch_feed_free);
    g_ptr_array_remove(watch->statuses, outlets->status);
    if (watch->terminal)
        effnet_watch_terminal_set_statuses(watch->terminal, watch->statuses);
    g_clear_pointer(&outlets->report.hook, effnet_watch_hook_free);
    effnet_watch_report_clear(&outlets->report);
    g_clear_pointer(&outlets->capture_classes, g_hash_table_unref);
    effnet_watch_status_free(outlets->status);
    g_free(outlets);
}

/* Whether lines can be drawn where no records are printed among them. */
static gboolean
can_draw(void)
{
    return effnet_log_is_text() || !isatty(STDERR_FILENO);
}

/* Draws on standard output, unless that is for JSON, or else on standard error; no lines are
 * printed where it draws on standard output. */
static gboolean
open_output(Watch *watch, GError **error)
{
    if (isatty(STDOUT_FILENO) && !watch->program->json && can_draw())
        return TRUE;
    watch->output = effnet_watch_lines_open(NULL, error);
    return watch->output != NULL;
}

static void
open_terminal(Watch *watch)
{
    if (watch->output == NULL)
        watch->terminal = effnet_watch_terminal_new(STDOUT_FILENO, watch->statuses);
    else if (!isatty(STDOUT_FILENO) && isatty(STDERR_FILENO) && can_draw())
        watch->terminal = effnet_watch_terminal_new(STDERR_FILENO, watch->statuses);
}

static gboolean
open_teaching(Watch *watch, GError **error)
{
    if (!watch->program->teach && !watch->program->collect)
        return TRUE;
    watch->teaching = effnet_watch_teaching_new(watch->program, tell, watch, error);
    return watch->teaching != NULL;
}

static gboolean
serve_http(Watch *watch, GError **error)
{
    if (watch->program->http.address == NULL)
        return TRUE;
#if EFFNET_HAVE_SOUP
    g_autofree char *text = NULL;

    watch->http = effnet_watch_http_new(watch->program, watch->statuses,
                                        watch->program->teach ? watch->teaching : NULL, error);
    if (watch->http == NULL)
        return FALSE;
    text = effnet_watch_http_describe(watch->http);
    tell(EFFNET_LOG_INFO, NULL, text, watch);
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
    return watch->rtsp != NULL;
#else
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "rtsp-out: this program was built without gst-rtsp-server");
    return FALSE;
#endif
}

/* A mount stays when its stream has left, for viewers who wait for it. */
static gboolean
add_mount(Watch *watch, Place *place, GError **error)
{
#if EFFNET_HAVE_RTSP_SERVER
    const char *name = place->settings->name;
    EffNetWatchMount *mount = g_hash_table_lookup(watch->mounts, name);
    g_autofree char *uri = NULL, *text = NULL;

    if (watch->rtsp == NULL)
        return TRUE;
    if (mount == NULL) {
        mount = effnet_watch_mount_new();
        g_hash_table_insert(watch->mounts, g_strdup(name), mount);
        uri = effnet_watch_rtsp_add(watch->rtsp, name, mount, error);
        if (uri == NULL)
            return FALSE;
        text = g_strdup_printf("is served at %s", uri);
        tell(EFFNET_LOG_INFO, name, text, watch);
    }
    place->outlets->mount = mount;
#endif
    return TRUE;
}

static void
start_place(Watch *watch, Place *place)
{
    g_mutex_lock(&watch->mutex);
    watch->running++;
    g_mutex_unlock(&watch->mutex);
    place->stream = effnet_watch_stream_start(place->outlets, &watch->observer);
}

/* Sets which streams are SHARD's, unless they are too many for one program. Zones go with their
 * owners. */
static gboolean
assign(Watch *watch, const EffNetWatchShard *shard, GError **error)
{
    guint n_ours = 0, n = watch->program->streams->len;
    g_autofree gboolean *ours = g_new(gboolean, n);

    for (guint i = 0; i < n; i++) {
        const EffNetWatchSettings *settings = watch->places[i].settings;

        ours[i] =
            effnet_watch_shard_has(shard, settings->owner ? settings->owner->name : settings->name);
        n_ours += ours[i];
    }
    if (n_ours > EFFNET_WATCH_MAX_WATCHED) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "one program can watch at most %d streams, and these are %u: %s",
                    EFFNET_WATCH_MAX_WATCHED, n_ours,
                    shard->count > 0 ? "there must be more shards"
                                     : "--shard divides them among several");
        return FALSE;
    }
    watch->shard = *shard;
    for (guint i = 0; i < n; i++) {
        watch->places[i].ours = ours[i];
        watch->places[i].due = 0;
    }
    if (shard->count > 0) {
        g_autofree char *text = g_strdup_printf("%u of %u streams are those of shard %u of %u",
                                                n_ours, n, shard->number, shard->count);

        tell(EFFNET_LOG_INFO, NULL, text, watch);
    }
    return TRUE;
}

static gboolean
prepare(Watch *watch, GError **error)
{
    guint n = watch->program->streams->len;

    if (!open_output(watch, error) || !assign(watch, &watch->program->shard, error) ||
        !open_teaching(watch, error))
        return FALSE;
    for (guint i = 0; i < n; i++) {
        if (watch->places[i].ours && !open_place(watch, &watch->places[i], error))
            return FALSE;
    }
    open_terminal(watch);
    if (!serve_http(watch, error) || !serve_rtsp(watch, error))
        return FALSE;
    for (guint i = 0; i < n; i++) {
        if (watch->places[i].outlets && !add_mount(watch, &watch->places[i], error))
            return FALSE;
    }
    return TRUE;
}

/* A stream that cannot be opened stays away until the number of shards changes again. */
static void
gain(Watch *watch, Place *place)
{
    g_autoptr(GError) error = NULL;

    if (open_place(watch, place, &error) && add_mount(watch, place, &error)) {
        if (watch->terminal)
            effnet_watch_terminal_set_statuses(watch->terminal, watch->statuses);
        start_place(watch, place);
        return;
    }
    tell(EFFNET_LOG_ERROR, place->settings->name, error->message, watch);
    close_place(watch, place);
    place->ours = FALSE;
}

static gboolean
has_ended(const Place *place)
{
    EffNetWatchSnapshot now;

    effnet_watch_status_get(place->outlets->status, &now);
    return now.phase == EFFNET_WATCH_ENDED || now.phase == EFFNET_WATCH_FAILED;
}

/* Whether PLACE's stream can start: as a zone, after its owner. */
static gboolean
can_start(const Watch *watch, const Place *place)
{
    const Place *owner = find_owner(watch, place);

    return owner == NULL || (owner->stream && !owner->leaving);
}

/* Goes a step towards watching PLACE's stream if it is ours, and not otherwise. */
static void
move_place(Watch *watch, Place *place, gint64 now)
{
    if (place->leaving) {
        if (has_ended(place))
            close_place(watch, place);
    } else if (place->outlets && !place->ours) {
        place->leaving = TRUE;
        effnet_watch_stream_stop(place->stream);
    } else if (place->outlets == NULL && place->ours) {
        if (place->due == 0)
            place->due = now + HANDOVER_TIME;
        if (now >= place->due && can_start(watch, place))
            gain(watch, place);
    }
}

/* Reads the number of shards. What cannot be read, or followed, changes nothing, and is told
 * once. */
static void
update_shards(Watch *watch)
{
    EffNetWatchShard shard = watch->shard;
    g_autoptr(GError) error = NULL;

    if (effnet_watch_shard_update(&shard, &error) && shard.count != watch->shard.count)
        assign(watch, &shard, &error);
    if (error && g_strcmp0(error->message, watch->shard_error) != 0)
        tell(EFFNET_LOG_WARNING, NULL, error->message, watch);
    g_free(watch->shard_error);
    watch->shard_error = error ? g_strdup(error->message) : NULL;
}

static gboolean
follow_shards(gpointer data)
{
    Watch *watch = data;
    gint64 now = g_get_monotonic_time();

    if (watch->stopping)
        return G_SOURCE_REMOVE;
    update_shards(watch);
    for (guint i = 0; i < watch->program->streams->len; i++)
        move_place(watch, &watch->places[i], now);
    return G_SOURCE_CONTINUE;
}

static void
run(Watch *watch)
{
    /* A second signal ends the program as usual. */
    g_unix_signal_add(SIGINT, stop, watch);
    g_unix_signal_add(SIGTERM, stop, watch);
    if (watch->terminal)
        g_timeout_add(REDRAW_TIME, redraw, watch);
    watch->running = 1; /* until all have started, or for a shard, until it is stopped */
    for (guint i = 0; i < watch->program->streams->len; i++) {
        if (watch->places[i].outlets)
            start_place(watch, &watch->places[i]);
    }
    if (is_sharded(watch))
        g_timeout_add_seconds(SHARD_TIME, follow_shards, watch);
    else
        note_end(watch);
    g_main_loop_run(watch->loop);
    if (watch->terminal)
        effnet_watch_terminal_draw(watch->terminal);
}

static void
watch_init(Watch *watch, const EffNetWatchProgram *program)
{
    *watch = (Watch){
        .program = program,
        .places = g_new0(Place, program->streams->len),
        .statuses = g_ptr_array_new(),
        .mounts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify)effnet_watch_mount_free),
        .published = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify)effnet_watch_lines_close),
        .observer = {tell, stream_ended, watch},
        .loop = g_main_loop_new(NULL, FALSE),
    };
    for (guint i = 0; i < program->streams->len; i++)
        watch->places[i].settings = g_ptr_array_index(program->streams, i);
    g_mutex_init(&watch->mutex);
}

/* Frees users before what they use. */
static void
watch_clear(Watch *watch)
{
    guint n = watch->program->streams->len;

    for (guint i = 0; i < n; i++) {
        g_clear_pointer(&watch->places[i].stream, effnet_watch_stream_free);
        if (watch->places[i].outlets)
            g_clear_pointer(&watch->places[i].outlets->report.hook, effnet_watch_hook_free);
    }
#if EFFNET_HAVE_SOUP
    g_clear_pointer(&watch->http, effnet_watch_http_free);
#endif
#if EFFNET_HAVE_RTSP_SERVER
    g_clear_pointer(&watch->rtsp, effnet_watch_rtsp_free);
#endif
    g_clear_pointer(&watch->terminal, effnet_watch_terminal_free);
    for (guint i = 0; i < n; i++)
        close_place(watch, &watch->places[i]);
    g_clear_pointer(&watch->teaching, effnet_watch_teaching_free);
    g_free(watch->places);
    g_hash_table_unref(watch->mounts);
    g_ptr_array_unref(watch->statuses);
    g_free(watch->shard_error);
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
                                  watch.failed, program->streams->len);
    if (watch.error == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&watch.error));
    return FALSE;
}
