/* SPDX-License-Identifier: BSD-2-Clause */
/* The input is the cached file of a source; another cached file lies beside it. */
#include <stdlib.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "cache.h"
#include "fuzz.h"

#define HEADER 4096

static char *folder, *source, *stored, *beside;

static void
remove_folder(void)
{
    g_unlink(source);
    g_unlink(stored);
    g_unlink(beside);
    g_rmdir(folder);
}

/* Finds the name of the cached file. */
static void
find_stored(const EffNetCacheEntry *entry)
{
    g_autoptr(GDir) dir = NULL;
    const char *name;

    effnet_cache_store(entry, "weights", 7);
    dir = g_dir_open(folder, 0, NULL);
    while (dir && (name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".weights"))
            stored = g_build_filename(folder, name, NULL);
    if (!stored)
        g_error("nothing is stored");
}

static void
set_up(EffNetCacheEntry *entry)
{
    if (!folder) {
        folder = g_dir_make_tmp("effnet-fuzz-XXXXXX", NULL);
        source = g_build_filename(folder, "source", NULL);
        beside = g_build_filename(folder, "beside.weights", NULL);
        if (!g_file_set_contents(source, "content", -1, NULL))
            g_error("no source");
        atexit(remove_folder);
    }
    *entry = (EffNetCacheEntry){.folder = folder, .source = source, .key = "key"};
    if (!effnet_identity_of(source, &entry->identity))
        g_error("no source");
    if (!stored)
        find_stored(entry);
}

/* Like g_file_set_contents(), but without waiting for the disk. */
static void
write_file(const char *path, const guint8 *data, gsize size)
{
    if (!g_file_set_contents_full(path, (const char *)data, (gssize)size, G_FILE_SET_CONTENTS_NONE,
                                  0600, NULL))
        g_error("%s cannot be written", path);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    EffNetCacheEntry entry;
    g_autofree guint8 *copy = NULL;
    gpointer weights;

    set_up(&entry);
    write_file(stored, data, size);
    write_file(beside, data, size);
    weights = effnet_cache_load(&entry, size > HEADER ? size - HEADER : 1);
    if (weights)
        copy = g_memdup2(weights, size - HEADER);
    free(weights);
    effnet_cache_store(&entry, "weights", 7);
    return 0;
}
