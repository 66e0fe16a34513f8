/* SPDX-License-Identifier: BSD-2-Clause */
#include "hook.h"

#include "../printable.h"

#include <effnet/error.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK             (G_USEC_PER_SEC / 20) /* how often a running command is checked */
#define SNAPSHOT         "EFFNET_SNAPSHOT"
#define SNAPSHOT_TIMEOUT (5 * (gint64)G_USEC_PER_SEC) /* after which a command runs without it */

struct _EffNetWatchHook {
    char *stream;
    char **argv;
    guint timeout; /* s */
    EffNetLogFunc note;
    gpointer data;
    GThread *thread; /* NULL: it could not be started */

    GMutex mutex;
    GCond changed;
    gboolean stopping;
    char **waiting; /* the environment of the next command; NULL: nothing has changed */

    /* Used by the thread alone. */
    char *previous; /* the label of the last command; NULL: none */
    char *told;     /* the last failure that was reported */
};

char **
effnet_watch_hook_parse(const char *command, GError **error)
{
    g_autoptr(GError) reason = NULL;
    char **argv = NULL;

    if (g_shell_parse_argv(command, NULL, &argv, &reason))
        return argv;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "on-change cannot be split into words: %s", reason->message);
    return NULL;
}

static void
tell(EffNetWatchHook *self, char *failure)
{
    if (g_strcmp0(failure, self->told) == 0) {
        g_free(failure);
        return;
    }
    self->note(EFFNET_LOG_WARNING, self->stream, failure, self->data);
    g_free(self->told);
    self->told = failure;
}

/* In the child: puts the command into a process group of its own, so that all it starts can be
 * killed with it. */
static void
make_group(gpointer data)
{
    setpgid(0, 0);
}

/* TRUE if the program is stopping. */
static gboolean
pause_for(EffNetWatchHook *self, gint64 time)
{
    gboolean stopping;

    g_mutex_lock(&self->mutex);
    if (!self->stopping)
        g_cond_wait_until(&self->changed, &self->mutex, g_get_monotonic_time() + time);
    stopping = self->stopping;
    g_mutex_unlock(&self->mutex);
    return stopping;
}

/* The command's wait status; sets *KILLED if it had to be killed. */
static int
wait_for(EffNetWatchHook *self, GPid pid, gboolean *killed)
{
    gint64 until = g_get_monotonic_time() + self->timeout * (gint64)G_USEC_PER_SEC;
    int status = 0;

    *killed = FALSE;
    for (;;) {
        pid_t ended = waitpid(pid, &status, *killed ? 0 : WNOHANG);

        if (ended == pid || (ended < 0 && errno != EINTR))
            return status;
        if (pause_for(self, TICK) || g_get_monotonic_time() >= until) {
            *killed = TRUE;
            kill(-pid, SIGKILL);
            kill(pid, SIGKILL); /* in case it has no group yet */
        }
    }
}

static gboolean
is_stopping(EffNetWatchHook *self)
{
    return pause_for(self, 0);
}

static void
run_command(EffNetWatchHook *self, char **environment)
{
    g_autoptr(GError) error = NULL;
    gboolean killed;
    GPid pid;
    int status;

    if (!g_spawn_async(NULL, self->argv, environment,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                           G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                       make_group, NULL, &pid, &error)) {
        tell(self, g_strdup_printf("on-change: %s", error->message));
        return;
    }
    status = wait_for(self, pid, &killed);
    if (killed && !is_stopping(self))
        tell(self,
             g_strdup_printf("on-change: %s was killed after %u s", self->argv[0], self->timeout));
    else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        tell(self,
             g_strdup_printf("on-change: %s ended with %d", self->argv[0], WEXITSTATUS(status)));
    else if (WIFSIGNALED(status) && !killed)
        tell(self, g_strdup_printf("on-change: %s was ended by signal %d", self->argv[0],
                                   WTERMSIG(status)));
}

/* Adds to the environment what only this thread knows. */
static char **
add_previous(EffNetWatchHook *self, char **environment)
{
    const char *label = g_environ_getenv(environment, "EFFNET_LABEL");
    char *before = self->previous;

    self->previous = g_strdup(label);
    environment =
        g_environ_setenv(environment, "EFFNET_PREVIOUS_LABEL", before ? before : "", TRUE);
    g_free(before);
    return environment;
}

/* Waits for the picture that ENVIRONMENT names, if any. */
static char **
wait_for_snapshot(EffNetWatchHook *self, char **environment)
{
    const char *path = g_environ_getenv(environment, SNAPSHOT);
    gint64 until = g_get_monotonic_time() + SNAPSHOT_TIMEOUT;

    while (path && access(path, F_OK) != 0) {
        if (pause_for(self, TICK) || g_get_monotonic_time() >= until)
            return g_environ_unsetenv(environment, SNAPSHOT);
    }
    return environment;
}

static gpointer
run(gpointer data)
{
    EffNetWatchHook *self = data;

    g_mutex_lock(&self->mutex);
    while (!self->stopping) {
        g_auto(GStrv) environment = g_steal_pointer(&self->waiting);

        if (environment == NULL) {
            g_cond_wait(&self->changed, &self->mutex);
            continue;
        }
        g_mutex_unlock(&self->mutex);
        environment = wait_for_snapshot(self, add_previous(self, environment));
        run_command(self, environment);
        g_mutex_lock(&self->mutex);
    }
    g_mutex_unlock(&self->mutex);
    return NULL;
}

EffNetWatchHook *
effnet_watch_hook_new(const char *stream, char **argv, guint timeout, EffNetLogFunc note,
                      gpointer data)
{
    EffNetWatchHook *self = g_new0(EffNetWatchHook, 1);

    self->stream = g_strdup(stream);
    self->argv = g_strdupv(argv);
    self->timeout = timeout;
    self->note = note;
    self->data = data;
    g_mutex_init(&self->mutex);
    g_cond_init(&self->changed);
    self->thread = g_thread_try_new("effnet-hook", run, self, NULL);
    if (self->thread == NULL)
        tell(self, g_strdup("on-change: there is no thread for it"));
    return self;
}

/* Commands do not get the broker's password. */
static char **
new_environment(const char *stream, const EffNetWatchClass *found, GstClockTime pts,
                const char *snapshot)
{
    static const char *const secrets[] = {"EFFNET_MQTT_USER", "EFFNET_MQTT_PASSWORD",
                                          "EFFNET_KAFKA_USER", "EFFNET_KAFKA_PASSWORD"};
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *name = effnet_printable_new(stream, 0);
    g_autofree char *label = effnet_printable_new(found ? found->label : "", 0);
    g_autofree char *index = g_strdup_printf("%d", found ? found->index : -1);
    char **environment = g_get_environ();

    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++)
        environment = g_environ_unsetenv(environment, secrets[i]);
    environment = g_environ_setenv(environment, "EFFNET_STREAM", name, TRUE);
    environment = g_environ_setenv(environment, "EFFNET_LABEL", label, TRUE);
    environment = g_environ_setenv(environment, "EFFNET_INDEX", index, TRUE);
    environment = g_environ_setenv(
        environment, "EFFNET_SCORE",
        g_ascii_formatd(number, sizeof number, "%.4f", found ? (double)found->score : 0.0), TRUE);
    environment = snapshot ? g_environ_setenv(environment, SNAPSHOT, snapshot, TRUE)
                           : g_environ_unsetenv(environment, SNAPSHOT);
    if (GST_CLOCK_TIME_IS_VALID(pts))
        environment = g_environ_setenv(
            environment, "EFFNET_SECONDS",
            g_ascii_formatd(number, sizeof number, "%.3f", (double)pts / GST_SECOND), TRUE);
    return environment;
}

void
effnet_watch_hook_notify(EffNetWatchHook *self, const EffNetWatchClass *found, GstClockTime pts,
                         const char *snapshot)
{
    char **environment = new_environment(self->stream, found, pts, snapshot);

    g_mutex_lock(&self->mutex);
    g_strfreev(self->waiting);
    self->waiting = environment;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->mutex);
}

void
effnet_watch_hook_free(EffNetWatchHook *self)
{
    g_mutex_lock(&self->mutex);
    self->stopping = TRUE;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->mutex);
    if (self->thread)
        g_thread_join(self->thread);
    g_mutex_clear(&self->mutex);
    g_cond_clear(&self->changed);
    g_strfreev(self->waiting);
    g_strfreev(self->argv);
    g_free(self->previous);
    g_free(self->told);
    g_free(self->stream);
    g_free(self);
}
