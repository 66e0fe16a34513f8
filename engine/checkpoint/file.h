/* SPDX-License-Identifier: BSD-2-Clause */
/* A regular file, read at given offsets. It is never mapped: if another process truncates it, that
 * is an error and not a SIGBUS, and its pages do not count as our memory. */
#ifndef EFFNET_FILE_H
#define EFFNET_FILE_H

#include <glib.h>

typedef struct {
    char *path;
    int fd;
    guint64 size;
} EffNetFile;

EffNetFile *effnet_file_open(const char *path, GError **error);
void effnet_file_close(EffNetFile *file);

/* Reads all N bytes at OFFSET; an error names the file. */
gboolean effnet_file_read(const EffNetFile *file, guint64 offset, void *dst, gsize n,
                          GError **error);
/* The whole file, of at most LIMIT bytes, followed by a NUL. For g_free(). */
char *effnet_file_load(const char *path, gsize limit, gsize *length, GError **error);

/* Whether N bytes at OFFSET end at or before SIZE. */
static inline gboolean
effnet_range_fits(guint64 offset, guint64 n, guint64 size)
{
    return offset <= size && n <= size - offset;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetFile, effnet_file_close)

#endif
