/* SPDX-License-Identifier: BSD-2-Clause */
#include "modelfile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

#define PROGRAM "effnet-convert"
/* What the program itself takes at most for a conversion, and for waiting until another process has
 * done the same one. */
#define MAX_SECONDS 600
#define MAX_ANSWER  8192
#define HEAD        512

char *
gst_efficientnet_modelfile_find(const char *name, GError **error)
{
    const char *path = g_getenv("GST_EFFICIENTNET_MODEL_PATH");
    g_auto(GStrv) folders = path ? g_strsplit(path, G_SEARCHPATH_SEPARATOR_S, -1) : NULL;

    return effnet_model_find_in(name, (const char *const *)folders, error);
}

/* Reads the first bytes, and zeros behind the end. All of them, if PATH cannot be read: opening it
 * will say why. */
static void
read_head(const char *path, guint8 head[HEAD])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    memset(head, 0, HEAD);
    if (fd < 0)
        return;
    if (read(fd, head, HEAD) < 0)
        memset(head, 0, HEAD);
    close(fd);
}

/* Whether a zip file starts with a file in no folder: torch.save() has all of its in one. */
static gboolean
is_archive(const guint8 *head)
{
    gsize length = head[26] | (gsize)head[27] << 8;

    return memcmp(head, "PK\3\4", 4) == 0 && length > 0 &&
           !memchr(head + 30, '/', MIN(length, HEAD - 30));
}

/* Whether these are the first bytes of what effnet-convert reads. */
static gboolean
is_foreign(const guint8 *head)
{
    gboolean is_onnx = head[0] == 0x08 && head[1] > 0 && head[1] < 32 &&
                       (head[2] == 0x12 || head[2] == 0x3a) && head[8] != '{';

    return memcmp(head, "\x89HDF\r\n\x1a\n", 8) == 0 || memcmp(head + 4, "TFL3", 4) == 0 ||
           is_onnx || is_archive(head);
}

/* The environment may say where the program is that is not installed. */
static char *
find_program(void)
{
    const char *given = secure_getenv("EFFNET_CONVERT");

    return given && *given ? g_strdup(given) : gst_efficientnet_program_find(PROGRAM);
}

/* Starts ARGV with its standard output at OUT, and without this process's signal handling. Returns
 * an errno. */
static int
start(char *const *argv, int out, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int error;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    error = posix_spawn(pid, argv[0], &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Reads up to the end, but no longer than MAX_SECONDS; FALSE if they have passed. */
static gboolean
read_answer(int fd, char answer[MAX_ANSWER])
{
    gint64 deadline = g_get_monotonic_time() + MAX_SECONDS * G_USEC_PER_SEC, left;
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    gsize n = 0;

    while (n < MAX_ANSWER - 1 && (left = deadline - g_get_monotonic_time()) > 0) {
        int ready = poll(&pollfd, 1, (int)(left / 1000 + 1));
        gssize part = ready > 0 ? read(fd, answer + n, MAX_ANSWER - 1 - n) : 0;

        if (ready > 0 && (part == 0 || (part < 0 && errno != EINTR)))
            break;
        n += MAX(part, 0);
    }
    answer[n] = '\0';
    return n == MAX_ANSWER - 1 || left > 0;
}

/* The path in ANSWER, or the error: a path or a sentence behind its code, and a full stop, so that
 * nothing half written counts. STATUS is the program's, or -1 if somebody else asked for it. */
static char *
understand(const char *answer, gboolean in_time, int status, const char *path, const char *program,
           GError **error)
{
    gsize n = strlen(answer);

    if (n > 2 && answer[n - 1] == '.' && answer[0] == '=')
        return g_strndup(answer + 1, n - 2);
    if (n > 2 && answer[n - 1] == '.' && g_ascii_isdigit(answer[0]))
        g_set_error(error, EFFNET_ERROR, answer[0] - '0', "%.*s", (int)(n - 2), answer + 1);
    else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                    "%s must be converted, but %s does not start: convert it once with effnet "
                    "convert",
                    path, program);
    else
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "%s is broken: " PROGRAM " could not get through it%s", path,
                    in_time ? "" : " in time");
    return NULL;
}

static char *
run(const char *program, const char *path, const char *arch, GError **error)
{
    g_autofree char *arch_option = g_strconcat("--arch=", arch, NULL);
    const char *argv[] = {
        program, "--into-cache", arch ? arch_option : "--", arch ? "--" : path, arch ? path : NULL,
        NULL};
    char answer[MAX_ANSWER];
    int ends[2], status = -1, code;
    gboolean in_time;
    pid_t pid;

    code = pipe2(ends, O_CLOEXEC) < 0 ? errno : 0;
    if (code == 0) {
        code = start((char *const *)argv, ends[1], &pid);
        close(ends[1]);
        if (code != 0)
            close(ends[0]);
    }
    if (code != 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                    "%s must be converted, but %s cannot be started (%s): convert it once with "
                    "effnet convert",
                    path, program, g_strerror(code));
        return NULL;
    }
    in_time = read_answer(ends[0], answer);
    close(ends[0]);
    if (!in_time)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return understand(answer, in_time, status, path, program, error);
}

char *
gst_efficientnet_modelfile_convert(const char *path, const char *arch, GError **error)
{
    g_autofree char *program = NULL;
    guint8 head[HEAD];

    read_head(path, head);
    if (!is_foreign(head))
        return g_strdup(path);
    program = find_program();
    return run(program, path, arch, error);
}

char *
gst_efficientnet_modelfile_get(const char *name, const char *arch, GError **error)
{
    g_autofree char *path = gst_efficientnet_modelfile_find(name, error);

    return path ? gst_efficientnet_modelfile_convert(path, arch, error) : NULL;
}
