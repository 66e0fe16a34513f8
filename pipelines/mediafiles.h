/* SPDX-License-Identifier: BSD-2-Clause */
/* The pictures and videos in folders. */
#ifndef EFFNET_MEDIAFILES_H
#define EFFNET_MEDIAFILES_H

#include <glib.h>

/* Appends NAME to FILES or, where it is a folder, all pictures and videos in it and in the folders
 * in it, by name; they are told by their endings. Links to folders are not followed, and nothing of
 * the folder EXCEPT, which may be NULL, is taken. A folder with nothing is an error. */
gboolean effnet_media_files_add(GPtrArray *files, const char *name, const char *except,
                                GError **error);

#endif
