/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading small settings files, whatever is at their paths. */
#ifndef EFFNET_READFILE_H
#define EFFNET_READFILE_H

#include <glib.h>

typedef enum {
    EFFNET_READ_FILE_ANY,
    EFFNET_READ_FILE_SECRET, /* an error if others than its owner may read it */
} EffNetReadFile;

/* The content of the regular file PATH, of at most MAX bytes, followed by a NUL; sets *N, unless N
 * is NULL, to its length. Does not wait for a pipe. For g_free(). */
char *effnet_read_file(const char *path, gsize max, EffNetReadFile kind, gsize *n, GError **error);

/* The same of NAME in the open folder FOLDER, if it is no link. NULL with errno set: EINVAL if it
 * is no regular file, EFBIG if it is longer. */
GBytes *effnet_read_file_at(int folder, const char *name, gsize max);

#endif
