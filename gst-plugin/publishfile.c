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

#include <glib/gstdio.h>

struct _GstEfficientNetPublishFile {
    GObject parent;

    char *location; /* NULL: standard output */
    gboolean is_fifo;
    guint64 max_size; /* of a file; 0: any */
    guint max_files;
    guint64 size; /* so far */
    int fd;       /* -1: a FIFO without a reader */
    GstPoll *poll;
    GstPollFD poll_fd;

    GMutex lock;
    guint64 written, dropped;
};

static void implement_writer(GstEfficientNetWriterInterface *iface);

G_DEFINE_TYPE_WITH_CODE(GstEfficientNetPublishFile, gst_efficientnet_publish_file, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_WRITER, implement_writer))

static const char *
get_name(const GstEfficientNetPublishFile *self)
{
    return self->location ? self->location : "standard output";
}

static void
set_open_error(const GstEfficientNetPublishFile *self, GError **error)
{
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
                "location: %s cannot be written: %s", get_name(self), g_strerror(errno));
}

static void
use_fd(GstEfficientNetPublishFile *self, int fd)
{
    self->fd = fd;
    gst_poll_fd_init(&self->poll_fd);
    self->poll_fd.fd = fd;
    gst_poll_add_fd(self->poll, &self->poll_fd);
    gst_poll_fd_ctl_write(self->poll, &self->poll_fd, TRUE);
}

static void
close_fd(GstEfficientNetPublishFile *self)
{
    if (self->fd < 0)
        return;
    gst_poll_remove_fd(self->poll, &self->poll_fd);
    if (self->location)
        close(self->fd);
    self->fd = -1;
}

/* A FIFO that nobody reads stays closed, without an error. */
static gboolean
open_location(GstEfficientNetPublishFile *self, int flags, GError **error)
{
    int fd = self->location ? open(self->location, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, 0666)
                            : STDOUT_FILENO;

    if (fd < 0 && self->is_fifo && errno == ENXIO)
        return TRUE;
    if (fd < 0) {
        set_open_error(self, error);
        return FALSE;
    }
    use_fd(self, fd);
    return TRUE;
}

static gboolean
open_writer(GstEfficientNetWriter *writer, const GstEfficientNetPublishSettings *settings,
            GstElement *element, GError **error)
{
    GstEfficientNetPublishFile *self = GST_EFFICIENTNET_PUBLISH_FILE(writer);
    const char *location = settings->location;
    struct stat st;

    if (!location || !*location || strcmp(location, "-") == 0)
        return open_location(self, 0, error);
    self->location = g_strdup(location);
    self->is_fifo = stat(location, &st) == 0 && S_ISFIFO(st.st_mode);
    if (self->is_fifo)
        return open_location(self, O_NONBLOCK, error);
    if (!open_location(self, O_CREAT | (settings->max_size > 0 ? O_APPEND : O_TRUNC), error))
        return FALSE;
    if (fstat(self->fd, &st) == 0 && S_ISREG(st.st_mode)) {
        self->max_size = settings->max_size;
        self->max_files = settings->max_files;
        self->size = (guint64)st.st_size;
    }
    return TRUE;
}

static void
close_writer(GstEfficientNetWriter *writer)
{
    close_fd(GST_EFFICIENTNET_PUBLISH_FILE(writer));
}

static void
set_flushing(GstEfficientNetWriter *writer, gboolean flushing)
{
    gst_poll_set_flushing(GST_EFFICIENTNET_PUBLISH_FILE(writer)->poll, flushing);
}

/* location to location.1, what was there to location.2, the oldest one away. */
static gboolean
rotate(GstEfficientNetPublishFile *self, GError **error)
{
    close_fd(self);
    for (guint i = self->max_files; i > 0; i--) {
        g_autofree char *from =
            i > 1 ? g_strdup_printf("%s.%u", self->location, i - 1) : g_strdup(self->location);
        g_autofree char *to = g_strdup_printf("%s.%u", self->location, i);

        if (g_rename(from, to) != 0 && errno != ENOENT) {
            set_open_error(self, error);
            return FALSE;
        }
    }
    self->size = 0;
    return open_location(self, O_CREAT | O_TRUNC, error);
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
set_write_error(const GstEfficientNetPublishFile *self, GError **error)
{
    gboolean full = errno == ENOSPC || errno == EDQUOT;

    if (errno == EPIPE)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
                    "location: nobody reads %s any longer", get_name(self));
    else
        g_set_error(error, GST_RESOURCE_ERROR,
                    full ? GST_RESOURCE_ERROR_NO_SPACE_LEFT : GST_RESOURCE_ERROR_WRITE,
                    "location: %s cannot be written: %s", get_name(self), g_strerror(errno));
}

/* FALSE when flushing. */
static gboolean
wait_until_writable(GstEfficientNetPublishFile *self)
{
    int ready;

    do
        ready = gst_poll_wait(self->poll, GST_CLOCK_TIME_NONE);
    while (ready < 0 && (errno == EINTR || errno == EAGAIN));
    return ready >= 0 || errno != EBUSY;
}

typedef enum {
    WRITTEN,
    DROPPED,
    FLUSHING,
    FAILED,
} Outcome;

static Outcome
write_all(GstEfficientNetPublishFile *self, const char *line, gsize length, GError **error)
{
    while (length > 0) {
        gssize written;

        if (!wait_until_writable(self))
            return FLUSHING;
        /* A pipe that is writable takes as much without waiting, so a flush never waits either. */
        written = write_quietly(self->fd, line, MIN(length, PIPE_BUF));
        if (written < 0) {
            if (errno == EINTR || errno == EAGAIN)
                continue;
            if (errno == EPIPE && self->is_fifo) {
                close_fd(self);
                return DROPPED;
            }
            set_write_error(self, error);
            return FAILED;
        }
        line += written;
        length -= (gsize)written;
    }
    return WRITTEN;
}

static Outcome
write_somewhere(GstEfficientNetPublishFile *self, const char *line, gsize length, GError **error)
{
    if (self->max_size > 0 && self->size > 0 && self->size + length > self->max_size &&
        !rotate(self, error))
        return FAILED;
    if (self->is_fifo && self->fd < 0 && !open_location(self, O_NONBLOCK, error))
        return FAILED;
    if (self->fd < 0)
        return DROPPED;
    self->size += length;
    return write_all(self, line, length, error);
}

static gboolean
write_line(GstEfficientNetWriter *writer, const char *line, gsize length, GError **error)
{
    GstEfficientNetPublishFile *self = GST_EFFICIENTNET_PUBLISH_FILE(writer);
    Outcome outcome = write_somewhere(self, line, length, error);

    g_mutex_lock(&self->lock);
    if (outcome == WRITTEN)
        self->written++;
    else
        self->dropped++;
    g_mutex_unlock(&self->lock);
    return outcome == WRITTEN || outcome == DROPPED;
}

static void
get_counts(GstEfficientNetWriter *writer, GstEfficientNetWriterCounts *counts)
{
    GstEfficientNetPublishFile *self = GST_EFFICIENTNET_PUBLISH_FILE(writer);

    g_mutex_lock(&self->lock);
    *counts = (GstEfficientNetWriterCounts){.written = self->written, .dropped = self->dropped};
    g_mutex_unlock(&self->lock);
}

static void
finalize(GObject *object)
{
    GstEfficientNetPublishFile *self = GST_EFFICIENTNET_PUBLISH_FILE(object);

    close_fd(self);
    gst_poll_free(self->poll);
    g_free(self->location);
    g_mutex_clear(&self->lock);
    G_OBJECT_CLASS(gst_efficientnet_publish_file_parent_class)->finalize(object);
}

static void
implement_writer(GstEfficientNetWriterInterface *iface)
{
    iface->open = open_writer;
    iface->write = write_line;
    iface->set_flushing = set_flushing;
    iface->close = close_writer;
    iface->get_counts = get_counts;
}

static void
gst_efficientnet_publish_file_class_init(GstEfficientNetPublishFileClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
gst_efficientnet_publish_file_init(GstEfficientNetPublishFile *self)
{
    g_mutex_init(&self->lock);
    self->fd = -1;
    self->poll = gst_poll_new(TRUE);
}
