/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <effnet/error.h>

#include "file.h"

static gboolean
check_kind(const char *path, const struct stat *st, GError **error)
{
    if (S_ISREG(st->st_mode) && st->st_size > 0)
        return TRUE;
    g_set_error(error, EFFNET_ERROR,
                S_ISREG(st->st_mode) ? EFFNET_ERROR_FORMAT : EFFNET_ERROR_NOT_FOUND, "%s is %s",
                path,
                S_ISREG(st->st_mode)   ? "empty"
                : S_ISDIR(st->st_mode) ? "a folder, where a file was expected"
                                       : "not a regular file");
    return FALSE;
}

EffNetFile *
effnet_file_open(const char *path, GError **error)
{
    struct stat st;
    EffNetFile *file;
    /* O_NONBLOCK, so that a FIFO without a writer does not hang before fstat() tells what it is. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 || fstat(fd, &st) < 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be opened: %s", path,
                    g_strerror(errno));
        goto error;
    }
    if (!check_kind(path, &st, error))
        goto error;
    file = g_new0(EffNetFile, 1);
    file->path = g_strdup(path);
    file->fd = fd;
    file->size = (guint64)st.st_size;
    return file;

error:
    if (fd >= 0)
        close(fd);
    return NULL;
}

void
effnet_file_close(EffNetFile *file)
{
    if (!file)
        return;
    close(file->fd);
    g_free(file->path);
    g_free(file);
}

gboolean
effnet_file_read(const EffNetFile *file, guint64 offset, void *dst, gsize n, GError **error)
{
    guint8 *to = dst;

    if (!effnet_range_fits(offset, n, file->size))
        goto cut;
    while (n > 0) {
        ssize_t got = pread(file->fd, to, n, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be read: %s",
                        file->path, g_strerror(errno));
            return FALSE;
        }
        if (got == 0)
            goto cut;
        to += got;
        offset += (guint64)got;
        n -= (gsize)got;
    }
    return TRUE;

cut:
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                "%s is cut short: %" G_GSIZE_FORMAT " bytes expected at %" G_GUINT64_FORMAT
                ", but it has %" G_GUINT64_FORMAT,
                file->path, n, offset, file->size);
    return FALSE;
}

char *
effnet_file_load(const char *path, gsize limit, gsize *length, GError **error)
{
    g_autoptr(EffNetFile) file = effnet_file_open(path, error);
    g_autofree char *text = NULL;

    if (!file)
        return NULL;
    if (file->size > limit) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "%s has %" G_GUINT64_FORMAT " bytes, at most %" G_GSIZE_FORMAT
                    " are sensible for such a file",
                    path, file->size, limit);
        return NULL;
    }
    text = g_malloc(file->size + 1);
    if (!effnet_file_read(file, 0, text, file->size, error))
        return NULL;
    text[file->size] = '\0';
    *length = file->size;
    return g_steal_pointer(&text);
}
