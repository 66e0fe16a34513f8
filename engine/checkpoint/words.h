/* SPDX-License-Identifier: BSD-2-Clause */
/* Words in the names that people give to weights and to what contains them. */
#ifndef EFFNET_WORDS_H
#define EFFNET_WORDS_H

#include <glib.h>

/* Whether one of NAME's words, between '.', '_' and '-', is one of WORDS: a NULL-terminated list in
 * lower case. */
gboolean effnet_words_have(const char *name, const char *const *words);

/* Whether NAME is that of averaged weights (EMA or SWA), which are what is evaluated. */
gboolean effnet_words_are_averaged(const char *name);

#endif
