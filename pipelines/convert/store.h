/* SPDX-License-Identifier: BSD-2-Clause */
/* What files were converted to, kept in the user's cache folder: for each content, version of the
 * converter and network that was asked for, a folder with a checkpoint in it that bears the file's
 * own name. As with packed weights, the folder must be the user's own, and writable by nobody else.
 * What was not asked for in a month is removed. */
#ifndef EFFNET_CONVERT_STORE_H
#define EFFNET_CONVERT_STORE_H

#include <glib.h>

typedef struct _EffNetStore EffNetStore;

/* The place in FOLDER of what INPUT, whose content are the N bytes at DATA and the FILES beside it
 * (GBytes by name; NULL: none), is converted to as the network ARCH (NULL: whatever it is). Waits
 * while another process has the same place. NULL with the error set if nothing can be kept in
 * FOLDER, which is created if needed. */
EffNetStore *effnet_store_open(const char *folder, const char *input, const char *arch,
                               gconstpointer data, gsize n, GHashTable *files, GError **error);

/* Where the checkpoint is, or belongs. */
const char *effnet_store_get_path(const EffNetStore *store);
/* Whether it is there, whole. */
gboolean effnet_store_has(const EffNetStore *store);

/* Lets others have the place, and removes what is old. */
void effnet_store_close(EffNetStore *store);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetStore, effnet_store_close)

#endif
