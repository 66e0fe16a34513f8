/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct _GstEfficientNetPublishFile {
    char *name; /* as sentences call it */
    int fd;
    gboolean close_fd;
    GstPoll *poll;
    GstPollFD poll_fd;
};

/* A FIFO is opened for reading as well, or opening it would wait for the first reader. */
static int
open_location(const char *location)
{
    struct stat st;
    int flags = O_WRONLY | O_CREAT | O_TRUNC;

    if (stat(location, &st) == 0 && S_ISFIFO(st.st_mode))
        flags = O_RDWR | O_NONBLOCK;
    return open(location, flags | O_CLOEXEC | O_NOCTTY, 0666);
}

GstEfficientNetPublishFile *
gst_efficientnet_publish_file_open(const char *location, GError **error)
{
    gboolean is_stdout = !location || !*location || strcmp(location, "-") == 0;
    int fd = is_stdout ? STDOUT_FILENO : open_location(location);
    GstEfficientNetPublishFile *file;

    if (fd < 0) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
                    "location: %s cannot be written: %s", location, g_strerror(errno));
        return NULL;
    }
    file = g_new0(GstEfficientNetPublishFile, 1);
    file->name = g_strdup(is_stdout ? "standard output" : location);
    file->fd = fd;
    file->close_fd = !is_stdout;
    file->poll = gst_poll_new(TRUE);
    gst_poll_fd_init(&file->poll_fd);
    file->poll_fd.fd = fd;
    gst_poll_add_fd(file->poll, &file->poll_fd);
    gst_poll_fd_ctl_write(file->poll, &file->poll_fd, TRUE);
    return file;
}

void
gst_efficientnet_publish_file_close(GstEfficientNetPublishFile *file)
{
    gst_poll_free(file->poll);
    if (file->close_fd)
        close(file->fd);
    g_free(file->name);
    g_free(file);
}

void
gst_efficientnet_publish_file_set_flushing(GstEfficientNetPublishFile *file, gboolean flushing)
{
    gst_poll_set_flushing(file->poll, flushing);
}

/* write() without the signal that a reader's leaving sends, whatever the process does about it. */
static gssize
write_quietly(int fd, const char *data, gsize length)
{
    static const struct timespec now = {0};
    sigset_t pipe_set, pending, old;
    gssize written;
    int error;

    sigpending(&pending);
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_set, &old);
    written = write(fd, data, length);
    error = errno;
    if (written < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE)) {
        while (sigtimedwait(&pipe_set, NULL, &now) < 0 && errno == EINTR)
            continue;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = error;
    return written;
}

static void
set_write_error(const GstEfficientNetPublishFile *file, GError **error)
{
    gboolean full = errno == ENOSPC || errno == EDQUOT;

    if (errno == EPIPE)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
                    "location: nobody reads %s any longer", file->name);
    else
        g_set_error(error, GST_RESOURCE_ERROR,
                    full ? GST_RESOURCE_ERROR_NO_SPACE_LEFT : GST_RESOURCE_ERROR_WRITE,
                    "location: %s cannot be written: %s", file->name, g_strerror(errno));
}

/* FALSE when flushing. */
static gboolean
wait_until_writable(GstEfficientNetPublishFile *file)
{
    int ready;

    do
        ready = gst_poll_wait(file->poll, GST_CLOCK_TIME_NONE);
    while (ready < 0 && (errno == EINTR || errno == EAGAIN));
    return ready >= 0 || errno != EBUSY;
}

gboolean
gst_efficientnet_publish_file_write(GstEfficientNetPublishFile *file, const char *line,
                                    gsize length, GError **error)
{
    while (length > 0) {
        gssize written;

        if (!wait_until_writable(file))
            return FALSE;
        /* A pipe that is writable takes as much without waiting, so a flush never waits either. */
        written = write_quietly(file->fd, line, MIN(length, PIPE_BUF));
        if (written < 0) {
            if (errno == EINTR || errno == EAGAIN)
                continue;
            set_write_error(file, error);
            return FALSE;
        }
        line += written;
        length -= (gsize)written;
    }
    return TRUE;
}
