/* SPDX-License-Identifier: BSD-2-Clause */
#include "lines.h"

#include <effnet/effnet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#define STOP_CHECK 100 /* ms */

struct _EffNetWatchLines {
    char *name; /* for messages */
    int fd;
    GMutex mutex; /* held while writing */
    gint stopped;
};

/* A FIFO is opened for reading as well; otherwise opening it would wait for a reader. */
static int
open_path(const char *path)
{
    struct stat st;
    int flags = O_WRONLY | O_CREAT | O_APPEND;

    if (stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
        flags = O_RDWR;
    return open(path, flags | O_CLOEXEC | O_NOCTTY, 0666);
}

/* Whether the file PATH ends inside a line, because its writer was killed or the disk was full. */
static gboolean
ends_in_line(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    char last = '\n';
    struct stat st;

    if (fd < 0)
        return FALSE;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        pread(fd, &last, 1, st.st_size - 1) < 0)
        last = '\n';
    close(fd);
    return last != '\n';
}

EffNetWatchLines *
effnet_watch_lines_open(const char *path, GError **error)
{
    int fd = path ? open_path(path) : STDOUT_FILENO;
    EffNetWatchLines *lines;

    if (fd < 0 || (path && ends_in_line(path) && write(fd, "\n", 1) != 1)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be written: %s", path,
                    g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    lines = g_new0(EffNetWatchLines, 1);
    lines->name = g_strdup(path ? path : "the standard output");
    lines->fd = fd;
    g_mutex_init(&lines->mutex);
    return lines;
}

void
effnet_watch_lines_close(EffNetWatchLines *lines)
{
    if (lines->fd != STDOUT_FILENO)
        close(lines->fd);
    g_mutex_clear(&lines->mutex);
    g_free(lines->name);
    g_free(lines);
}

void
effnet_watch_lines_stop(EffNetWatchLines *lines)
{
    g_atomic_int_set(&lines->stopped, TRUE);
}

/* FALSE if stopped. */
static gboolean
wait_until_writable(EffNetWatchLines *lines)
{
    struct pollfd pollfd = {.fd = lines->fd, .events = POLLOUT};

    while (!g_atomic_int_get(&lines->stopped)) {
        if (poll(&pollfd, 1, STOP_CHECK) > 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
effnet_watch_lines_write(EffNetWatchLines *lines, const char *text, gsize length, GError **error)
{
    gboolean ok = TRUE;

    g_mutex_lock(&lines->mutex);
    while (length > 0 && wait_until_writable(lines)) {
        /* A pipe that is writable takes this much without waiting. */
        gssize written = write(lines->fd, text, MIN(length, PIPE_BUF));

        if (written >= 0) {
            text += written;
            length -= (gsize)written;
        } else if (errno != EINTR && errno != EAGAIN) {
            if (errno == EPIPE)
                g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                            "nobody reads %s any longer", lines->name);
            else
                g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be written: %s",
                            lines->name, g_strerror(errno));
            effnet_watch_lines_stop(lines);
            ok = FALSE;
        }
    }
    g_mutex_unlock(&lines->mutex);
    return ok;
}
