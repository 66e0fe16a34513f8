/* SPDX-License-Identifier: BSD-2-Clause */
#include "readfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <effnet/error.h>

static gboolean
check(const char *path, int fd, gsize max, EffNetReadFile kind, GError **error)
{
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s: %s", path, g_strerror(errno));
    else if (!S_ISREG(st.st_mode))
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s is no regular file", path);
    else if (st.st_size < 0 || (guint64)st.st_size > max)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s has more than %" G_GSIZE_FORMAT " bytes", path, max);
    else if (kind == EFFNET_READ_FILE_SECRET && st.st_mode & 077)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s can be read by others: \"chmod 600\" keeps it secret", path);
    else
        return TRUE;
    return FALSE;
}

/* Reads at most MAX bytes, even if the file grows meanwhile. NULL with errno set. */
static char *
read_all(int fd, gsize max, gsize *n)
{
    g_autofree char *bytes = g_malloc(max + 1);
    gssize part;

    *n = 0;
    while (*n < max && (part = read(fd, bytes + *n, max - *n)) != 0) {
        if (part < 0 && errno != EINTR)
            return NULL;
        *n += (gsize)MAX(part, 0);
    }
    bytes[*n] = '\0';
    return g_steal_pointer(&bytes);
}

char *
effnet_read_file(const char *path, gsize max, EffNetReadFile kind, gsize *n, GError **error)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    char *bytes = NULL;
    gsize length;

    if (check(path, fd, max, kind, error) && !(bytes = read_all(fd, max, n ? n : &length)))
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s: %s", path, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return bytes;
}

GBytes *
effnet_read_file_at(int folder, const char *name, gsize max)
{
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    char *bytes = NULL;
    struct stat st;
    gsize n = 0;
    int reason;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0) {
        if (S_ISREG(st.st_mode) && (guint64)st.st_size <= max)
            bytes = read_all(fd, (gsize)st.st_size, &n);
        else
            errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
    }
    reason = errno;
    close(fd);
    errno = reason;
    return bytes ? g_bytes_new_take(bytes, n) : NULL;
}
