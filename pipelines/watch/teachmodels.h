/* SPDX-License-Identifier: BSD-2-Clause */
/* The models that were learned from a folder of pictures, which are in it with their reports, and
 * what is to be known of it after the program's next start. */
#ifndef EFFNET_WATCH_TEACHMODELS_H
#define EFFNET_WATCH_TEACHMODELS_H

#include <glib.h>

#define EFFNET_WATCH_TEACH_MODELS_KEPT 5

/* Each of the following works on the folder that is open as FD. */

/* The names of the models, char *, the newest first, such as "model-20260131-184500". For
 * g_ptr_array_unref(). */
GPtrArray *effnet_watch_teach_models_list(int fd);

/* Whether NAME is the name of a model that is there. */
gboolean effnet_watch_teach_models_has(int fd, const char *name);

/* A name for a new model. For g_free(). */
char *effnet_watch_teach_models_new_name(int fd);

/* Takes over what a learner has left as the model NAME. Deletes the oldest models of which there
 * are more than are kept, but not CURRENT, or NULL. */
gboolean effnet_watch_teach_models_adopt(int fd, const char *name, const char *current,
                                         GError **error);

void effnet_watch_teach_models_remove(int fd, const char *name);

/* What a model's report is; SUFFIX is "html" or "json". NULL: there is none. */
GBytes *effnet_watch_teach_models_read_report(int fd, const char *name, const char *suffix);

/* What was saved: the model in use, or NULL, and the ZONES of streams, by name; for g_free() and
 * g_hash_table_unref(). What is not there, or damaged, is as if nothing had been saved. */
char *effnet_watch_teach_models_load(int fd, GHashTable **zones);
gboolean effnet_watch_teach_models_save(int fd, const char *current, GHashTable *zones,
                                        GError **error);

#endif
