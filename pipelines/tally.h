/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts the frames of a video by class. */
#ifndef EFFNET_TALLY_H
#define EFFNET_TALLY_H

#include <glib.h>

typedef struct _EffNetTally EffNetTally;

EffNetTally *effnet_tally_new(void);
void effnet_tally_free(EffNetTally *tally);
void effnet_tally_reset(EffNetTally *tally);

/* Whether no frame has been added yet. */
gboolean effnet_tally_is_empty(const EffNetTally *tally);

/* Adds a frame whose best class is INDEX, named LABEL; NULL: it has no class. */
void effnet_tally_add(EffNetTally *tally, guint index, const char *label);

/* The label of the class with the most frames, of equal ones the first added; NULL if there is
 * none. Sets INDEX. The tally owns the label. */
const char *effnet_tally_get_best(const EffNetTally *tally, guint *index);

/* Appends a summary with at most MAX classes, such as "14 frames: tabby 9, Egyptian cat 3, 2
 * others, 1 without a class". */
void effnet_tally_append(const EffNetTally *tally, GString *out, guint max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetTally, effnet_tally_free)

#endif
