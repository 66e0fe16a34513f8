/* SPDX-License-Identifier: BSD-2-Clause */
/* "effnet learn" in a process of its own, at a low priority. Used from the main loop alone. */
#ifndef EFFNET_WATCH_LEARNER_H
#define EFFNET_WATCH_LEARNER_H

#include <glib.h>

/* The files that it leaves in its folder. */
#define EFFNET_WATCH_LEARNER_FOLDER ".learning"
/* and NAME.safetensors */
#define EFFNET_WATCH_LEARNER_PAGE "report.html"
#define EFFNET_WATCH_LEARNER_JSON "report.json"

/* What to learn on; each may be NULL: not given. */
typedef struct {
    const char *model, *model_options, *precision;
} EffNetWatchLearnerBase;

typedef struct _EffNetWatchLearner EffNetWatchLearner;

/* Learns from the folder PATH, which is open as FD and in which it makes a folder of its own; DONE
 * is called with why it failed, or NULL, while that folder is still there. */
EffNetWatchLearner *effnet_watch_learner_new(const char *path, int fd,
                                             void (*done)(const char *failure, gpointer data),
                                             gpointer data);
/* Ends a process that runs, without calling DONE. */
void effnet_watch_learner_free(EffNetWatchLearner *learner);

/* Learns a model NAME. FALSE if it cannot be started, or runs. */
gboolean effnet_watch_learner_start(EffNetWatchLearner *learner, const char *name,
                                    const EffNetWatchLearnerBase *base, GError **error);
/* Ends it; DONE is called. */
void effnet_watch_learner_cancel(EffNetWatchLearner *learner);

/* For how many seconds it has been running; -1: it is not. */
int effnet_watch_learner_get_seconds(const EffNetWatchLearner *learner);

#endif
