/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening a checkpoint: a file, or an index of several, with the names that tensors have in a
 * network. */
#include <string.h>

#include "formats.h"

/* What DataParallel, torch.compile() and training frameworks prepend to every name. */
static const char *const prefixes[] = {"module.", "_orig_mod.", "model."};

/* The length of the prefix that all names with a dot share; others, such as an averaging's counter,
 * may be beside them. */
static gsize
shared_prefix(const EffNetCheckpoint *checkpoint, const char *prefix)
{
    gboolean found = FALSE;

    for (guint i = 0; i < checkpoint->tensors->len; i++) {
        const char *name = g_array_index(checkpoint->tensors, EffNetTensor, i).name;

        if (g_str_has_prefix(name, prefix))
            found = TRUE;
        else if (strchr(name, '.'))
            return 0;
    }
    return found ? strlen(prefix) : 0;
}

/* Removes one prefix; there may be another. */
static gboolean
remove_prefix(EffNetCheckpoint *checkpoint)
{
    gsize length = 0;

    for (gsize p = 0; p < G_N_ELEMENTS(prefixes) && !length; p++)
        length = shared_prefix(checkpoint, prefixes[p]);
    for (guint i = 0; length && i < checkpoint->tensors->len; i++) {
        char *name = g_array_index(checkpoint->tensors, EffNetTensor, i).name;

        if (strchr(name, '.'))
            memmove(name, name + length, strlen(name + length) + 1);
    }
    return length > 0;
}

static gboolean
index_names(EffNetCheckpoint *checkpoint, GError **error)
{
    for (guint i = 0; i < checkpoint->tensors->len; i++) {
        EffNetTensor *tensor = &g_array_index(checkpoint->tensors, EffNetTensor, i);

        if (!g_hash_table_insert(checkpoint->by_name, tensor->name, tensor))
            return effnet_checkpoint_fail(checkpoint, error, "has two tensors named %s",
                                          tensor->name);
    }
    return TRUE;
}

/* An index must also be named like one; see effnet_sharded_is_name(). */
static gboolean
is_index(const EffNetCheckpoint *checkpoint)
{
    char first = 0;

    return effnet_sharded_is_name(checkpoint->file->path) &&
           effnet_file_read(checkpoint->file, 0, &first, 1, NULL) && first == '{';
}

EffNetCheckpoint *
effnet_checkpoint_open(const char *path, GError **error)
{
    g_autoptr(EffNetCheckpoint) checkpoint = effnet_checkpoint_new(path, error);

    if (!checkpoint || !(is_index(checkpoint) ? effnet_sharded_parse(checkpoint, error)
                                              : effnet_part_parse(checkpoint, error)))
        return NULL;
    while (remove_prefix(checkpoint))
        continue;
    if (!index_names(checkpoint, error))
        return NULL;
    return g_steal_pointer(&checkpoint);
}
