/* SPDX-License-Identifier: BSD-2-Clause */
/* A list of inputs, read as it is needed. */
#ifndef EFFNET_FILTER_INPUTS_H
#define EFFNET_FILTER_INPUTS_H

#include <glib.h>

typedef struct _EffNetInputs EffNetInputs;

/* Reads the list at PATH, or from standard input if PATH is "-". Names end with newlines, or with
 * NUL if IS_ZERO. */
EffNetInputs *effnet_inputs_new(const char *path, gboolean is_zero, GError **error);

void effnet_inputs_free(EffNetInputs *inputs);

/* Puts the next name into NAME, and its place in the list, from 0, into *INDEX. Names are cut to
 * what a file system and a URI need; one with a NUL in it is an error. FALSE without an error at
 * the end of the list. */
gboolean effnet_inputs_next(EffNetInputs *inputs, GString *name, guint64 *index, GError **error);

/* How many names the list has; 0 if only reading it would tell. */
guint64 effnet_inputs_count(const EffNetInputs *inputs);

/* Appends what a record of the input NAME begins with; a comma follows. Passwords are hidden. */
void effnet_inputs_append_head(GString *record, guint64 index, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetInputs, effnet_inputs_free)

#endif
