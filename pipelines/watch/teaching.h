/* SPDX-License-Identifier: BSD-2-Clause */
/* Teaching a program's streams: collecting pictures of classes, learning a model from them, and
 * going on with it. Used from the main loop alone. */
#ifndef EFFNET_WATCH_TEACHING_H
#define EFFNET_WATCH_TEACHING_H

#include "../log.h"
#include "pupil.h"

typedef struct _EffNetWatchTeaching EffNetWatchTeaching;

/* The folders of a teaching. */
typedef enum {
    EFFNET_WATCH_TAUGHT, /* what is learned from */
    EFFNET_WATCH_UNSURE, /* what the model was not sure of */
} EffNetWatchTeachingFolder;

/* Opens what PROGRAM names; NOTE tells the user something. */
EffNetWatchTeaching *effnet_watch_teaching_new(const EffNetWatchProgram *program,
                                               EffNetLogFunc note, gpointer data, GError **error);
/* After the streams have been freed. */
void effnet_watch_teaching_free(EffNetWatchTeaching *teaching);

guint effnet_watch_teaching_get_n_pupils(const EffNetWatchTeaching *teaching);
/* That of stream I, in the program's order. */
EffNetWatchPupil *effnet_watch_teaching_get_pupil(EffNetWatchTeaching *teaching, guint i);

/* NULL: the program names no such folder. */
EffNetWatchTeachFolder *effnet_watch_teaching_get_folder(EffNetWatchTeaching *teaching,
                                                         EffNetWatchTeachingFolder which);

/* Sets stream I's zone, as the property "roi"; NULL: what the settings say. */
gboolean effnet_watch_teaching_set_zone(EffNetWatchTeaching *teaching, guint i, const char *zone,
                                        GError **error);

/* Moves a picture that the model was not sure of to CLASS of those that are learned from. */
gboolean effnet_watch_teaching_accept(EffNetWatchTeaching *teaching, const char *found,
                                      const char *name, const char *class, GError **error);

/* Starts to learn a model; when that is done, the streams go on with it. */
gboolean effnet_watch_teaching_learn(EffNetWatchTeaching *teaching, GError **error);
void effnet_watch_teaching_cancel(EffNetWatchTeaching *teaching);

/* The streams go on with the model NAME, one that was learned, or, NULL, with the settings'. */
gboolean effnet_watch_teaching_use(EffNetWatchTeaching *teaching, const char *name, GError **error);

GBytes *effnet_watch_teaching_read_report(EffNetWatchTeaching *teaching, const char *name,
                                          const char *suffix);

/* A JSON object:
 *
 *     classes, unsure  what is in the folders: a list of name, files and bytes; unsure is null
 * where no such pictures are collected max_files, max_bytes streams          as
 * effnet_watch_pupil_append_state() writes them learning         for how many seconds, or null
 *     failure          why the newest learning failed, or null
 *     current          the model in use; null: the settings'
 *     models           the names of those that were learned, the newest first
 *
 * For g_free(). */
char *effnet_watch_teaching_format(EffNetWatchTeaching *teaching);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchTeaching, effnet_watch_teaching_free)

#endif
