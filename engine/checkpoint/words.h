/* SPDX-License-Identifier: BSD-2-Clause */
/* Words in the names of weights and of their containers. */
#ifndef EFFNET_WORDS_H
#define EFFNET_WORDS_H

#include <glib.h>

/* Whether NAME, split at '.', '_' and '-', contains one of WORDS, a NULL-terminated list in lower
 * case. */
gboolean effnet_words_have(const char *name, const char *const *words);

/* Whether NAME is that of averaged weights (EMA or SWA), which are what is evaluated. */
gboolean effnet_words_are_averaged(const char *name);

#endif
