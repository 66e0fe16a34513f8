/* SPDX-License-Identifier: BSD-2-Clause */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <effnet/error.h>

#define MAX_SECONDS 300 /* of the CPU: L2, the largest network, takes some */
#define MAX_MESSAGE 4096

/* The first byte is the error's code; nothing when all went well. */
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

static void G_GNUC_NORETURN
be_child(EffNetWork work, gpointer data, int fd)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    const struct rlimit seconds = {MAX_SECONDS, MAX_SECONDS}, none = {0, 0};
    int nowhere = open("/dev/null", O_WRONLY);
    GError *error = NULL;
    gboolean ok;

    /* It dies silently. */
    for (gsize i = 0; i < G_N_ELEMENTS(deadly); i++)
        signal(deadly[i], SIG_DFL);
    setrlimit(RLIMIT_CPU, &seconds);
    setrlimit(RLIMIT_CORE, &none);
    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    ok = work(data, &error);
    if (!ok)
        write_error(fd, error);
    g_clear_error(&error);
    _exit(ok ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* What write_error() wrote; FALSE where it did not. */
static gboolean
read_error(int fd, GError **error)
{
    g_autofree char *text = NULL;
    char message[MAX_MESSAGE];
    gsize n = 0;
    gssize part;

    while (n < sizeof message && (part = read(fd, message + n, sizeof message - n)) != 0) {
        if (part < 0 && errno != EINTR)
            return FALSE;
        n += MAX(part, 0);
    }
    if (n < 2)
        return FALSE;
    text = g_utf8_make_valid(message + 1, n - 1);
    g_set_error_literal(error, EFFNET_ERROR, message[0], text);
    return TRUE;
}

gboolean
effnet_work_in_child(EffNetWork work, gpointer data, const char *path, GError **error)
{
    int ends[2], status = 0;
    gboolean explained;
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) < 0 || (child = fork()) < 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY, "no process for %s: %s", path,
                    g_strerror(errno));
        return FALSE;
    }
    if (child == 0)
        be_child(work, data, ends[1]);
    close(ends[1]);
    explained = read_error(ends[0], error);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (explained || (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS))
        return !explained;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                "%s is broken: the HDF5 library could not get through it", path);
    return FALSE;
}
