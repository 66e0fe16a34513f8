/* SPDX-License-Identifier: BSD-2-Clause */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <effnet/error.h>

#define MAX_MESSAGE 4096

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED TRUE
#else
#define IS_SANITIZED FALSE
#endif

/* Writes the error's code as a byte, then its message; nothing if all went well. */
static void
write_error(int fd, const GError *error)
{
    char message[MAX_MESSAGE];
    gsize n = MIN(strlen(error->message), sizeof message - 1);

    message[0] = (char)error->code;
    memcpy(message + 1, error->message, n);
    if (write(fd, message, n + 1) < 0)
        _exit(EXIT_FAILURE);
}

void
effnet_work_limit(const EffNetWorkLimits *limits)
{
    const struct rlimit bytes = {limits->bytes, limits->bytes}, none = {0, 0};
    const struct rlimit seconds = {limits->seconds, limits->seconds};

    if (!IS_SANITIZED) /* whose shadow memory needs more */
        setrlimit(RLIMIT_DATA, &bytes);
    setrlimit(RLIMIT_CPU, &seconds);
    setrlimit(RLIMIT_CORE, &none);
}

static void G_GNUC_NORETURN
be_child(EffNetWork work, gpointer data, const EffNetWorkLimits *limits, pid_t parent, int fd)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    int nowhere = open("/dev/null", O_WRONLY);
    GError *error = NULL;
    gboolean ok;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* the parent died before that */
        _exit(EXIT_FAILURE);
    /* The child dies silently. */
    for (gsize i = 0; i < G_N_ELEMENTS(deadly); i++)
        signal(deadly[i], SIG_DFL);
    /* Its parent, who says that there was no time, comes first. */
    effnet_work_limit(&(EffNetWorkLimits){limits->seconds + 1, limits->bytes});
    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    ok = work(data, &error);
    if (!ok)
        write_error(fd, error);
    g_clear_error(&error);
    _exit(ok ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Waits until there is something to read, or the end; FALSE if neither comes before DEADLINE. */
static gboolean
wait_for_bytes(int fd, gint64 deadline)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    gint64 left;

    while ((left = deadline - g_get_monotonic_time()) > 0) {
        int ready = poll(&pollfd, 1, (int)MIN(left / 1000 + 1, G_MAXINT));

        if (ready > 0)
            return TRUE;
        if (ready < 0 && errno != EINTR)
            return FALSE;
    }
    return FALSE;
}

/* Reads what write_error() wrote. FALSE if that is incomplete; then sets *IN_TIME to whether the
 * child had ended. */
static gboolean
read_error(int fd, gint64 deadline, gboolean *in_time, GError **error)
{
    g_autofree char *text = NULL;
    char message[MAX_MESSAGE];
    gsize n = 0;
    gssize part = 1;

    while (n < sizeof message && part != 0) {
        *in_time = wait_for_bytes(fd, deadline);
        if (!*in_time)
            return FALSE;
        part = read(fd, message + n, sizeof message - n);
        if (part < 0 && errno != EINTR)
            return FALSE;
        n += (gsize)MAX(part, 0);
    }
    if (n < 2)
        return FALSE;
    text = g_utf8_make_valid(message + 1, n - 1);
    g_set_error_literal(error, EFFNET_ERROR, message[0], text);
    return TRUE;
}

gboolean
effnet_work_in_child(EffNetWork work, gpointer data, const char *path,
                     const EffNetWorkLimits *limits, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + limits->seconds * (gint64)G_USEC_PER_SEC;
    int ends[2], status = 0;
    gboolean explained, in_time;
    pid_t parent = getpid(), child;

    if (pipe2(ends, O_CLOEXEC) < 0 || (child = fork()) < 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY, "no process for %s: %s", path,
                    g_strerror(errno));
        return FALSE;
    }
    if (child == 0)
        be_child(work, data, limits, parent, ends[1]);
    close(ends[1]);
    explained = read_error(ends[0], deadline, &in_time, error);
    close(ends[0]);
    if (!in_time)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (explained || (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS))
        return !explained;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                "%s is broken: the HDF5 library could not get through it%s", path,
                in_time ? "" : " in time");
    return FALSE;
}
