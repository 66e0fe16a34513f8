/* SPDX-License-Identifier: BSD-2-Clause */
/* Packed weights in files, so that the next start reads them instead of packing them again. A file
 * belongs to a source (a checkpoint) and to a key, which says what else the bytes depend on. It is
 * taken for the source's while that is the same file, unchanged since: device, inode, size, times
 * of modification and of change. Where they differ, the source's content is compared by a checksum
 * that the file keeps. Its own content is checked as well. Whatever is wrong with a file or the
 * folder: there is no cache then, and no error. Sums are against accidents. Against others, the
 * folder and the file are the user's own, and nobody else may write to them.
 *
 * Files are read and not mapped: one that is cut short while it is in use would end the process. */
#ifndef EFFNET_CACHE_H
#define EFFNET_CACHE_H

#include <glib.h>

/* What a file is, as long as nobody writes to it. */
typedef struct {
    guint64 device, inode, size;
    gint64 modified, modified_ns, changed, changed_ns;
} EffNetIdentity;

/* FALSE: PATH is no regular file that is there. */
gboolean effnet_identity_of(const char *path, EffNetIdentity *identity);

typedef struct {
    const char *folder;
    const char *source;      /* its path */
    EffNetIdentity identity; /* from before SOURCE was opened */
    const char *key;
} EffNetCacheEntry;

/* BYTES of weights from effnet_memory_new(); NULL: not there, or not to be trusted. */
gpointer effnet_cache_load(const EffNetCacheEntry *entry, gsize bytes);

/* Whole or not at all, whoever else does the same at the same time. Files whose source is gone are
 * removed, and those that a process left half written an hour ago. */
void effnet_cache_store(const EffNetCacheEntry *entry, gconstpointer weights, gsize bytes);

#endif
