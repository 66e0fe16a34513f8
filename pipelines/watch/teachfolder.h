/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder of pictures with a folder for each class in it, as "effnet learn" reads it. Names of
 * classes and pictures come from strangers: each must be one component of a path, and all is done
 * relative to the open folder, without following links. Any thread may call these functions. */
#ifndef EFFNET_WATCH_TEACHFOLDER_H
#define EFFNET_WATCH_TEACHFOLDER_H

#include "retention.h"

typedef struct _EffNetWatchTeachFolder EffNetWatchTeachFolder;

typedef struct {
    char *name;
    guint files;
    guint64 bytes; /* of these */
} EffNetWatchTeachClass;

/* Opens PATH, and makes it if it is not there. Within LIMITS, pictures can be added; ROTATES: and
 * beyond, at the expense of the oldest. For effnet_watch_teach_folder_free(). */
EffNetWatchTeachFolder *effnet_watch_teach_folder_new(const char *path,
                                                      const EffNetWatchRetentionLimits *limits,
                                                      gboolean rotates, GError **error);
void effnet_watch_teach_folder_free(EffNetWatchTeachFolder *folder);

const char *effnet_watch_teach_folder_get_path(const EffNetWatchTeachFolder *folder);
const EffNetWatchRetentionLimits *
effnet_watch_teach_folder_get_limits(const EffNetWatchTeachFolder *folder);
/* The folder itself, open as long as FOLDER is. */
int effnet_watch_teach_folder_get_fd(const EffNetWatchTeachFolder *folder);

/* Whether NAME can become a class: a component of a path that no system takes for anything else. */
gboolean effnet_watch_teach_folder_is_class(const char *name);

/* The classes that are there, EffNetWatchTeachClass, by name. For g_ptr_array_unref(). */
GPtrArray *effnet_watch_teach_folder_list_classes(EffNetWatchTeachFolder *folder);

/* The names of CLASS's files, char *, the newest first. For g_ptr_array_unref(). */
GPtrArray *effnet_watch_teach_folder_list(EffNetWatchTeachFolder *folder, const char *class,
                                          GError **error);

/* Writes a picture of CLASS, whose folder is made if it is missing: STEM.SUFFIX, or, if there is
 * one, STEM-1.SUFFIX and so on. It appears when it is complete. */
gboolean effnet_watch_teach_folder_add(EffNetWatchTeachFolder *folder, const char *class,
                                       const char *stem, const char *suffix, GBytes *picture,
                                       GError **error);

GBytes *effnet_watch_teach_folder_read(EffNetWatchTeachFolder *folder, const char *class,
                                       const char *name, GError **error);

/* Deletes a picture; after the last one its class is gone as well. */
gboolean effnet_watch_teach_folder_remove(EffNetWatchTeachFolder *folder, const char *class,
                                          const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchTeachFolder, effnet_watch_teach_folder_free)

#endif
