/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the images and videos in folders. */
#ifndef EFFNET_MEDIAFILES_H
#define EFFNET_MEDIAFILES_H

#include <glib.h>

/* Appends NAME to FILES or, if it is a folder, all images and videos in it and its subfolders,
 * sorted by name; they are recognised by their extensions. Links to folders are not followed, and
 * the folder EXCEPT, which may be NULL, is skipped. FALSE with ERROR set if a folder has none. */
gboolean effnet_media_files_add(GPtrArray *files, const char *name, const char *except,
                                GError **error);

#endif
