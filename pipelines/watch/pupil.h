/* SPDX-License-Identifier: BSD-2-Clause */
/* A stream that is taught: the model that it uses, the zone of its frames that it looks at, and
 * which frames become pictures. It stays across the stream's connections. */
#ifndef EFFNET_WATCH_PUPIL_H
#define EFFNET_WATCH_PUPIL_H

#include "settings.h"
#include "teachfolder.h"

#include <gst/app/gstappsink.h>

#define EFFNET_WATCH_PUPIL_MAX_SECONDS 60

typedef struct _EffNetWatchPupil EffNetWatchPupil;

/* TAUGHT: where pictures of given classes go; UNSURE: where those go that the model is not sure of.
 * Each may be NULL. */
EffNetWatchPupil *effnet_watch_pupil_new(const EffNetWatchSettings *settings,
                                         EffNetWatchTeachFolder *taught,
                                         EffNetWatchTeachFolder *unsure);
void effnet_watch_pupil_free(EffNetWatchPupil *pupil);

const EffNetWatchSettings *effnet_watch_pupil_get_settings(const EffNetWatchPupil *pupil);

/* A connection begins: CLASSIFIER gets the model and the zone, and frames that come through PAD, of
 * a queue's sink, to SINK are taken; until the connection's pipeline is stopped, and detached. */
void effnet_watch_pupil_attach(EffNetWatchPupil *pupil, GstElement *classifier, GstPad *pad,
                               GstAppSink *sink);
void effnet_watch_pupil_detach(EffNetWatchPupil *pupil);

/* A file, from the next frames on, or NULL: the settings' model. */
void effnet_watch_pupil_set_model(EffNetWatchPupil *pupil, const char *model);
/* As the property "roi"; NULL: the settings'. FALSE if it is no zone. */
gboolean effnet_watch_pupil_set_zone(EffNetWatchPupil *pupil, const char *zone);
/* NULL: the settings'. For g_free(). */
char *effnet_watch_pupil_get_zone(EffNetWatchPupil *pupil);

/* Takes a frame for CLASS, or, if SECONDS is not 0, some in each second for so long. */
gboolean effnet_watch_pupil_collect(EffNetWatchPupil *pupil, const char *class, guint seconds,
                                    GError **error);
void effnet_watch_pupil_stop(EffNetWatchPupil *pupil);

/* Appends an object: name, zone (null: the whole frame), class (null: nothing is being taken),
 * taken (by the newest collection), left (seconds) and error (why it has ended, or null). */
void effnet_watch_pupil_append_state(EffNetWatchPupil *pupil, GString *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchPupil, effnet_watch_pupil_free)

#endif
