/* SPDX-License-Identifier: BSD-2-Clause */
/* Packed weights in files, so that the next start reads them instead of packing again.
 *
 * A file belongs to a source (a checkpoint) and to a key, which says what else the bytes depend on.
 * The source counts as unchanged while device, inode, size and the times of modification and change
 * are the same; if they differ, its content is compared with a checksum that the file keeps. The
 * file's own content is checked as well. Whatever is wrong with a file or the folder, there is just
 * no cache, and no error. Checksums protect against accidents; against others, the folder and the
 * file must be the user's own, and writable by nobody else.
 *
 * Files are read, not mapped: truncating a mapped file in use would kill the process. */
#ifndef EFFNET_CACHE_H
#define EFFNET_CACHE_H

#include <sys/stat.h>

#include <glib.h>

/* Identifies a file's content as long as nobody writes to it. */
typedef struct {
    guint64 device, inode, size;
    gint64 modified, modified_ns, changed, changed_ns;
} EffNetIdentity;

/* FALSE: PATH is not a regular file. */
gboolean effnet_identity_of(const char *path, EffNetIdentity *identity);

/* Whether ST is the user's own and nobody else may write to it. */
gboolean effnet_is_private(const struct stat *st);

typedef struct {
    const char *folder;
    const char *source;      /* the source's path */
    EffNetIdentity identity; /* as it was before SOURCE was opened */
    const char *key;
} EffNetCacheEntry;

/* The BYTES bytes of weights, for free(); NULL if they are not there, or cannot be trusted. */
gpointer effnet_cache_load(const EffNetCacheEntry *entry, gsize bytes);

/* Stores WEIGHTS, entirely or not at all, even if others store the same at the same time. Removes
 * files whose source is gone, and those that were left unfinished an hour ago. */
void effnet_cache_store(const EffNetCacheEntry *entry, gconstpointer weights, gsize bytes);

#endif
