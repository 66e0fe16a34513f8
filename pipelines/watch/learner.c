/* SPDX-License-Identifier: BSD-2-Clause */
#include "learner.h"

#include <effnet/error.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

#define ERRORS     "errors.txt"
#define MAX_ERRORS 65536 /* bytes at the end of which the last sentence is looked for */
#define NICER      10    /* than this process: some 10 % of a busy CPU */
#define FOLDER     (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct _EffNetWatchLearner {
    char *path;
    int fd;
    void (*done)(const char *failure, gpointer data);
    gpointer data;
    GPid pid; /* 0: it does not run */
    guint watch;
    gint64 began;
    gboolean cancelled;
};

EffNetWatchLearner *
effnet_watch_learner_new(const char *path, int fd, void (*done)(const char *failure, gpointer data),
                         gpointer data)
{
    EffNetWatchLearner *self = g_new0(EffNetWatchLearner, 1);

    self->path = g_strdup(path);
    self->fd = fd;
    self->done = done;
    self->data = data;
    return self;
}

/* Removes the folder with all files in it, whose names are not known: a process that was killed
 * leaves unfinished ones. */
static void
remove_folder(const EffNetWatchLearner *self)
{
    g_autofree char *path = g_build_filename(self->path, EFFNET_WATCH_LEARNER_FOLDER, NULL);
    int folder = openat(self->fd, EFFNET_WATCH_LEARNER_FOLDER, FOLDER);
    g_autoptr(GDir) dir = folder < 0 ? NULL : g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir)))
        unlinkat(folder, name, 0);
    if (folder >= 0)
        close(folder);
    unlinkat(self->fd, EFFNET_WATCH_LEARNER_FOLDER, AT_REMOVEDIR);
}

void
effnet_watch_learner_free(EffNetWatchLearner *self)
{
    if (self->pid) {
        g_source_remove(self->watch);
        kill(self->pid, SIGKILL);
        waitpid(self->pid, NULL, 0);
        remove_folder(self);
    }
    g_free(self->path);
    g_free(self);
}

/* In the child: cameras come first, but do not take all, where they are inferred as fast as can be;
 * and it does not outlive who started it. */
static void
prepare_child(gpointer data)
{
    setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + NICER);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* The last line of what was written to the folder's error file, without the program's name. */
static char *
read_sentence(const EffNetWatchLearner *self)
{
    int folder = openat(self->fd, EFFNET_WATCH_LEARNER_FOLDER, FOLDER);
    int fd = folder < 0 ? -1 : openat(folder, ERRORS, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    char text[MAX_ERRORS + 1] = "";
    gssize n = fd < 0 ? 0 : read(fd, text, MAX_ERRORS);
    const char *line;

    if (fd >= 0)
        close(fd);
    if (folder >= 0)
        close(folder);
    text[MAX(n, 0)] = '\0';
    g_strchomp(text);
    line = strrchr(text, '\n');
    line = line ? line + 1 : text;
    if (g_str_has_prefix(line, "effnet learn: "))
        line += strlen("effnet learn: ");
    return g_utf8_make_valid(*line ? line : "effnet learn failed", -1);
}

static void
ended(GPid pid, gint status, gpointer data)
{
    EffNetWatchLearner *self = data;
    g_autofree char *failure = NULL;

    g_spawn_close_pid(pid);
    self->pid = 0;
    if (self->cancelled)
        failure = g_strdup("learning was stopped");
    else if (WIFSIGNALED(status))
        failure = g_strdup_printf("effnet learn was ended by signal %d", WTERMSIG(status));
    else if (status != 0)
        failure = read_sentence(self);
    self->done(failure, self->data);
    remove_folder(self);
}

/* As it is called from another folder. */
static char *
new_model_path(const char *model)
{
    return model && g_file_test(model, G_FILE_TEST_EXISTS) ? g_canonicalize_filename(model, NULL)
                                                           : g_strdup(model);
}

static void
add_option(GPtrArray *arguments, const char *option, char *value)
{
    if (value == NULL)
        return;
    g_ptr_array_add(arguments, g_strdup(option));
    g_ptr_array_add(arguments, value);
}

static GPtrArray *
new_arguments(const EffNetWatchLearner *self, const char *name, const EffNetWatchLearnerBase *base)
{
    GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(arguments, gst_efficientnet_program_find("effnet-learn"));
    g_ptr_array_add(arguments, g_strdup("effnet learn"));
    add_option(arguments, "--output", g_strconcat(name, ".safetensors", NULL));
    add_option(arguments, "--report", g_strdup(EFFNET_WATCH_LEARNER_PAGE));
    add_option(arguments, "--model", new_model_path(base->model));
    add_option(arguments, "--model-options", g_strdup(base->model_options));
    add_option(arguments, "--precision", g_strdup(base->precision));
    g_ptr_array_add(arguments, g_strdup("--json"));
    g_ptr_array_add(arguments, g_strdup("--"));
    g_ptr_array_add(arguments, g_canonicalize_filename(self->path, NULL));
    g_ptr_array_add(arguments, NULL);
    return arguments;
}

static gboolean
spawn(EffNetWatchLearner *self, const char *name, const EffNetWatchLearnerBase *base, int folder,
      GError **error)
{
    g_autoptr(GPtrArray) arguments = new_arguments(self, name, base);
    g_autofree char *path = g_build_filename(self->path, EFFNET_WATCH_LEARNER_FOLDER, NULL);
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    int out = openat(folder, EFFNET_WATCH_LEARNER_JSON, flags, 0666);
    int err = openat(folder, ERRORS, flags, 0666);
    gboolean started = FALSE;

    if (out >= 0 && err >= 0)
        started = g_spawn_async_with_fds(path, (char **)arguments->pdata, NULL,
                                         G_SPAWN_FILE_AND_ARGV_ZERO | G_SPAWN_DO_NOT_REAP_CHILD,
                                         prepare_child, NULL, &self->pid, -1, out, err, error);
    else
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s: %s", self->path,
                    g_strerror(errno));
    if (out >= 0)
        close(out);
    if (err >= 0)
        close(err);
    return started;
}

gboolean
effnet_watch_learner_start(EffNetWatchLearner *self, const char *name,
                           const EffNetWatchLearnerBase *base, GError **error)
{
    int folder;
    gboolean started;

    if (self->pid) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "a model is being learned");
        return FALSE;
    }
    remove_folder(self); /* of a program that was killed */
    folder = mkdirat(self->fd, EFFNET_WATCH_LEARNER_FOLDER, 0777) == 0
                 ? openat(self->fd, EFFNET_WATCH_LEARNER_FOLDER, FOLDER)
                 : -1;
    if (folder < 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s: %s", self->path,
                    g_strerror(errno));
        return FALSE;
    }
    started = spawn(self, name, base, folder, error);
    close(folder);
    if (!started) {
        self->pid = 0;
        remove_folder(self);
        return FALSE;
    }
    self->cancelled = FALSE;
    self->began = g_get_monotonic_time();
    self->watch = g_child_watch_add(self->pid, ended, self);
    return TRUE;
}

void
effnet_watch_learner_cancel(EffNetWatchLearner *self)
{
    if (self->pid == 0)
        return;
    self->cancelled = TRUE;
    kill(self->pid, SIGKILL);
}

int
effnet_watch_learner_get_seconds(const EffNetWatchLearner *self)
{
    return self->pid ? (int)((g_get_monotonic_time() - self->began) / G_USEC_PER_SEC) : -1;
}
