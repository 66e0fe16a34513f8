/* SPDX-License-Identifier: BSD-2-Clause */
/* Which classes the frames of a video were of, and how many each. */
#ifndef EFFNET_TALLY_H
#define EFFNET_TALLY_H

#include <glib.h>

typedef struct _EffNetTally EffNetTally;

EffNetTally *effnet_tally_new(void);
void effnet_tally_free(EffNetTally *tally);
void effnet_tally_reset(EffNetTally *tally);

/* Whether there has been no frame yet. */
gboolean effnet_tally_is_empty(const EffNetTally *tally);

/* A frame whose best class is INDEX, which is called LABEL; NULL: a frame of none. */
void effnet_tally_add(EffNetTally *tally, guint index, const char *label);

/* The class of most frames, or of as many the one that came first: its label; NULL: none. */
const char *effnet_tally_get_best(const EffNetTally *tally, guint *index);

/* "14 frames: tabby 9, Egyptian cat 3, 2 others", of at most MAX classes. */
void effnet_tally_append(const EffNetTally *tally, GString *out, guint max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetTally, effnet_tally_free)

#endif
