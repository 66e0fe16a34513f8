/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "publishregistry.h"

struct _GstEfficientNetPublishFile {
    GObject parent;

    /* Properties. */
    char *location;
    guint64 max_size;
    guint max_files;

    const char *path; /* NULL: standard output */
    gboolean is_fifo, is_regular;
    guint64 limit; /* the most bytes of a regular file at PATH; 0: no limit */
    guint64 size;  /* its bytes so far */
    int fd;        /* -1: a FIFO without a reader */
    GstPoll *poll;
    GstPollFD poll_fd;

    GString *line; /* the line that is being written, or could only be written in part */
    gsize done;    /* its bytes that are written */
    gboolean ends_inside_line; /* the file, whoever wrote it, ends inside a line, so that a newline
                                * comes first */

    GMutex lock;
    GstEfficientNetWriterCounts counts;
};

static const GstEfficientNetField fields[] = {
    {"location", "Location",
     "a file, which is emptied first, or a FIFO: records are dropped while it has no reader, and a "
     "reader that is slow is waited for (NULL or -: standard output)",
     G_TYPE_STRING, .offset = offsetof(GstEfficientNetPublishFile, location)},
    {"max-size", "Maximum size",
     "the largest size of the file in bytes; the file is then appended to instead of emptied, and "
     "before it would grow larger it is renamed to location.1, location.1 to location.2, and so on "
     "(0: no limit)",
     G_TYPE_UINT64, .offset = offsetof(GstEfficientNetPublishFile, max_size),
     .maximum = G_MAXINT64},
    {"max-files", "Maximum files", "how many files renamed by max-size are kept (0: none)",
     G_TYPE_UINT, .offset = offsetof(GstEfficientNetPublishFile, max_files), .maximum = 10000,
     .initial = 5},
    {NULL},
};

const GstEfficientNetPublishChoice gst_efficientnet_publish_file = {
    .nick = "file",
    .description = "To a file, a FIFO or standard output",
    .get_type = gst_efficientnet_publish_file_get_type,
    .fields = fields,
};

static void implement_writer(GstEfficientNetWriterInterface *iface);

G_DEFINE_TYPE_WITH_CODE(GstEfficientNetPublishFile, gst_efficientnet_publish_file, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_WRITER, implement_writer))

static const char *
get_name(const GstEfficientNetPublishFile *self)
{
    return self->path ? self->path : "standard output";
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
    if (self->path)
        close(self->fd);
    self->fd = -1;
}

/* Opens PATH. A FIFO that nobody reads stays closed, which is not an error. */
static gboolean
open_location(GstEfficientNetPublishFile *self, int flags, GError **error)
{
    int fd = self->path ? open(self->path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, 0666)
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

/* Where the next write to FD, a regular file, goes. */
static off_t
find_position(int fd, const struct stat *st)
{
    return fcntl(fd, F_GETFL) & O_APPEND ? st->st_size : lseek(fd, 0, SEEK_CUR);
}

/* Whether POSITION is inside a line. FD may be open only for writing; what cannot be read counts as
 * whole lines. */
static gboolean
is_inside_line(int fd, off_t position)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    int reader = position > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    char last = '\n';

    if (reader < 0)
        return FALSE;
    if (pread(reader, &last, 1, position - 1) != 1)
        last = '\n';
    close(reader);
    return last != '\n';
}

static gboolean
open_writer(GstEfficientNetWriter *writer, const GstEfficientNetWriterRequests *requests,
            GstElement *element, GError **error)
{
    GstEfficientNetPublishFile *self = GST_EFFICIENTNET_PUBLISH_FILE(writer);
    int flags = O_CREAT | (self->max_size > 0 ? O_APPEND : O_TRUNC);
    struct stat st;

    if (self->location && *self->location && strcmp(self->location, "-") != 0)
        self->path = self->location;
    self->is_fifo = self->path && stat(self->path, &st) == 0 && S_ISFIFO(st.st_mode);
    if (!open_location(self, self->is_fifo ? O_NONBLOCK : flags, error))
        return FALSE;
    self->is_regular = self->fd >= 0 && fstat(self->fd, &st) == 0 && S_ISREG(st.st_mode);
    if (self->is_regular) {
        self->limit = self->path ? self->max_size : 0;
        self->size = (guint64)st.st_size;
        self->ends_inside_line = is_inside_line(self->fd, find_position(self->fd, &st));
    }
    return TRUE;
}

static void
set_flushing(GstEfficientNetWriter *writer, gboolean flushing)
{
    gst_poll_set_flushing(GST_EFFICIENTNET_PUBLISH_FILE(writer)->poll, flushing);
}

/* Renames location to location.1, that to location.2, and so on; the oldest is removed. */
static gboolean
rotate(GstEfficientNetPublishFile *self, GError **error)
{
    close_fd(self);
    for (guint i = self->max_files; i > 0; i--) {
        g_autofree char *from =
            i > 1 ? g_strdup_printf("%s.%u", self->path, i - 1) : g_strdup(self->path);
        g_autofree char *to = g_strdup_printf("%s.%u", self->path, i);

        if (g_rename(from, to) != 0 && errno != ENOENT) {
            set_open_error(self, error);
            return FALSE;
        }
    }
    self->size = 0;
    self->ends_inside_line = FALSE;
    return open_location(self, O_CREAT | O_TRUNC, error);
}

/* write(), without the signals for a reader that has left or a limit on file sizes, whatever the
 * process does about them. */
static gssize
write_quietly(int fd, const char *data, gsize length)
{
    static const struct timespec now = {0};
    sigset_t sent, pending, old;
    gssize written;
    int error;

    sigpending(&pending);
    sigemptyset(&sent);
    sigaddset(&sent, SIGPIPE);
    sigaddset(&sent, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &sent, &old);
    written = write(fd, data, length);
    error = errno;
    if (sigismember(&pending, SIGPIPE))
        sigdelset(&sent, SIGPIPE);
    if (sigismember(&pending, SIGXFSZ))
        sigdelset(&sent, SIGXFSZ);
    if (written < 0 && (error == EPIPE || error == EFBIG)) {
        while (sigtimedwait(&sent, NULL, &now) < 0 && errno == EINTR)
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

/* FALSE if flushing. */
static gboolean
wait_until_writable(GstEfficientNetPublishFile *self)
{
    int ready;

    do
        ready = gst_poll_wait(self->poll, GST_CLOCK_TIME_NONE);
    while (ready < 0 && (errno == EINTR || errno == EAGAIN));
    return ready >= 0 || errno != EBUSY;
}

static gboolean
is_writable(const GstEfficientNetPublishFile *self)
{
    struct pollfd fd = {.fd = self->fd, .events = POLLOUT};

    return poll(&fd, 1, 0) > 0;
}

typedef enum {
    WRITTEN,
    DROPPED,
    FLUSHING,
    FAILED,
} Outcome;

/* Writes the rest of the line: waits for a reader if WAIT; otherwise writes what he takes now. */
static Outcome
write_rest(GstEfficientNetPublishFile *self, gboolean wait, GError **error)
{
    while (self->done < self->line->len) {
        gsize length = self->line->len - self->done;
        gssize written;

        /* Regular files are always writable, and no flush interrupts a line. A pipe that is
         * writable takes that much without waiting, so that a flush never waits either. */
        if (!self->is_regular) {
            if (!(wait ? wait_until_writable(self) : is_writable(self)))
                return FLUSHING;
            length = MIN(length, PIPE_BUF);
        }
        written = write_quietly(self->fd, self->line->str + self->done, length);
        if (written >= 0) {
            self->done += (gsize)written;
            self->size += (gsize)written;
        } else if (errno == EPIPE && self->is_fifo) {
            close_fd(self);
            return DROPPED;
        } else if (errno != EINTR && errno != EAGAIN) {
            set_write_error(self, error);
            return FAILED;
        }
    }
    return WRITTEN;
}

/* Keeps the rest of a line that was started, unless it was dropped with its reader: it precedes the
 * next line. */
static Outcome
settle_line(GstEfficientNetPublishFile *self, Outcome outcome)
{
    gboolean keep = (outcome == FLUSHING || outcome == FAILED) && self->done > 0;

    g_mutex_lock(&self->lock);
    self->counts.queued = keep;
    if (outcome == WRITTEN)
        self->counts.written++;
    else if (!keep)
        self->counts.dropped++;
    g_mutex_unlock(&self->lock);
    if (self->done > 0)
        self->ends_inside_line = FALSE;
    if (!keep) {
        g_string_truncate(self->line, 0);
        self->done = 0;
    }
    return outcome;
}

static Outcome
end_line(GstEfficientNetPublishFile *self, gboolean wait, GError **error)
{
    return self->done > 0 ? settle_line(self, write_rest(self, wait, error)) : WRITTEN;
}

/* Renames a file that is long enough, and opens what was closed. */
static gboolean
prepare_file(GstEfficientNetPublishFile *self, gsize length, GError **error)
{
    length += self->ends_inside_line ? 2 : 1;
    if (self->limit > 0 && self->size > 0 && self->size + length > self->limit)
        return rotate(self, error);
    return self->fd >= 0 ||
           open_location(self, self->is_fifo ? O_NONBLOCK : O_CREAT | O_APPEND, error);
}

static Outcome
write_line(GstEfficientNetPublishFile *self, const GstEfficientNetMessage *message, GError **error)
{
    if (!prepare_file(self, message->length, error))
        return settle_line(self, FAILED);
    if (self->fd < 0)
        return settle_line(self, DROPPED);
    if (self->ends_inside_line)
        g_string_append_c(self->line, '\n');
    g_string_append_len(self->line, message->data, (gssize)message->length);
    g_string_append_c(self->line, '\n');
    return settle_line(self, write_rest(self, TRUE, error));
}

static gboolean
write_message(GstEfficientNetWriter *writer, const GstEfficientNetMessage *message, GError **error)
{
    GstEfficientNetPublishFile *self = GST_EFFICIENTNET_PUBLISH_FILE(writer);
    Outcome outcome = end_line(self, TRUE, error);

    if (outcome == WRITTEN || outcome == DROPPED) {
        outcome = write_line(self, message, error);
    } else {
        g_mutex_lock(&self->lock);
        self->counts.dropped++;
        g_mutex_unlock(&self->lock);
    }
    return outcome == WRITTEN || outcome == DROPPED;
}

static void
drain(GstEfficientNetWriter *writer)
{
    end_line(GST_EFFICIENTNET_PUBLISH_FILE(writer), TRUE, NULL);
}

static void
close_writer(GstEfficientNetWriter *writer)
{
    GstEfficientNetPublishFile *self = GST_EFFICIENTNET_PUBLISH_FILE(writer);

    end_line(self, FALSE, NULL);
    close_fd(self);
    g_mutex_lock(&self->lock);
    self->counts.dropped += self->counts.queued;
    self->counts.queued = 0;
    g_mutex_unlock(&self->lock);
}

static void
get_counts(GstEfficientNetWriter *writer, GstEfficientNetWriterCounts *counts)
{
    GstEfficientNetPublishFile *self = GST_EFFICIENTNET_PUBLISH_FILE(writer);

    g_mutex_lock(&self->lock);
    *counts = self->counts;
    g_mutex_unlock(&self->lock);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    gst_efficientnet_field_set(&fields[id - 1], object, value);
}

static void
finalize(GObject *object)
{
    GstEfficientNetPublishFile *self = GST_EFFICIENTNET_PUBLISH_FILE(object);

    close_fd(self);
    gst_poll_free(self->poll);
    g_string_free(self->line, TRUE);
    gst_efficientnet_fields_clear(fields, self);
    g_mutex_clear(&self->lock);
    G_OBJECT_CLASS(gst_efficientnet_publish_file_parent_class)->finalize(object);
}

static void
implement_writer(GstEfficientNetWriterInterface *iface)
{
    iface->open = open_writer;
    iface->write = write_message;
    iface->set_flushing = set_flushing;
    iface->drain = drain;
    iface->close = close_writer;
    iface->get_counts = get_counts;
}

static void
gst_efficientnet_publish_file_class_init(GstEfficientNetPublishFileClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    object_class->set_property = set_property;
    object_class->finalize = finalize;
    gst_efficientnet_fields_install(fields, object_class);
}

static void
gst_efficientnet_publish_file_init(GstEfficientNetPublishFile *self)
{
    g_mutex_init(&self->lock);
    self->fd = -1;
    self->line = g_string_new(NULL);
    self->poll = gst_poll_new(TRUE);
}
