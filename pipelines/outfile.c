/* SPDX-License-Identifier: BSD-2-Clause */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <effnet/error.h>
#include <glib/gstdio.h>

#define MAX_NAME 200 /* bytes of the file's name that its temporary name keeps */
#define TRIES    100

struct _EffNetOutfile {
    char *path;    /* as given */
    char *target;  /* what PATH leads to */
    char *written; /* where to write until it is committed; for what is special, TARGET itself */
    mode_t mode;
    gboolean is_special;
};

static gboolean
fail(const char *path, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be written: %s", path,
                g_strerror(errno));
    return FALSE;
}

static char *
get_target(const char *path)
{
    char *real = realpath(path, NULL);
    char *target = g_strdup(real ? real : path);

    free(real);
    return target;
}

static char *
new_name(const char *target)
{
    g_autofree char *folder = g_path_get_dirname(target);
    g_autofree char *base = g_path_get_basename(target);
    gsize length = strlen(base);
    g_autofree char *name = g_strdup_printf(".%08x%08x.%s", g_random_int(), g_random_int(),
                                            base + (length > MAX_NAME ? length - MAX_NAME : 0));

    return g_build_filename(folder, name, NULL);
}

/* Creates the temporary file, with the permissions of a new file, or of the one before. */
static gboolean
create(EffNetOutfile *self, const struct stat *before, GError **error)
{
    struct stat st;
    int fd = -1;

    for (guint i = 0; fd < 0 && i < TRIES; i++) {
        g_free(self->written);
        self->written = new_name(self->target);
        fd = g_open(self->written, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0) {
        g_clear_pointer(&self->written, g_free);
        return fail(self->path, error);
    }
    self->mode = (before ? before->st_mode : fstat(fd, &st) == 0 ? st.st_mode : 0600) & 0777;
    close(fd);
    return TRUE;
}

static gboolean
set_up(EffNetOutfile *self, gboolean allow_special, GError **error)
{
    struct stat st;
    gboolean exists = stat(self->path, &st) == 0;

    if (exists && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return fail(self->path, error);
    }
    if (!exists || S_ISREG(st.st_mode)) {
        if (exists && g_access(self->target, W_OK) != 0)
            return fail(self->path, error);
        return create(self, exists ? &st : NULL, error);
    }
    if (!allow_special) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s is no regular file",
                    self->path);
        return FALSE;
    }
    self->is_special = TRUE;
    self->written = g_strdup(self->path);
    return TRUE;
}

EffNetOutfile *
effnet_outfile_new(const char *path, gboolean allow_special, GError **error)
{
    g_autoptr(EffNetOutfile) self = g_new0(EffNetOutfile, 1);

    self->path = g_strdup(path);
    self->target = get_target(path);
    return set_up(self, allow_special, error) ? g_steal_pointer(&self) : NULL;
}

const char *
effnet_outfile_get_path(const EffNetOutfile *self)
{
    return self->written;
}

static gboolean
sync_path(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    gboolean ok = fd >= 0 && fsync(fd) == 0;
    int why = errno;

    if (fd >= 0)
        close(fd);
    errno = why;
    return ok;
}

gboolean
effnet_outfile_commit(EffNetOutfile *self, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(self->target);

    if (self->is_special)
        return TRUE;
    if (g_chmod(self->written, self->mode) != 0 || !sync_path(self->written, 0) ||
        g_rename(self->written, self->target) != 0)
        return fail(self->path, error);
    g_clear_pointer(&self->written, g_free);
    sync_path(folder, O_DIRECTORY); /* not every file system can */
    return TRUE;
}

void
effnet_outfile_free(EffNetOutfile *self)
{
    if (self->written && !self->is_special)
        g_unlink(self->written);
    g_free(self->written);
    g_free(self->target);
    g_free(self->path);
    g_free(self);
}
