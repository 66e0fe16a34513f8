/* SPDX-License-Identifier: BSD-2-Clause */
/* The process's one pool of threads. */
#ifndef EFFNET_POOL_H
#define EFFNET_POOL_H

#include <glib.h>

typedef void (*EffNetPoolFunc)(gpointer data, guint member);

/* Calls FUNC(DATA, 0) here and, as far as workers are free, FUNC(DATA, 1) … FUNC(DATA, MEMBERS - 1)
 * on workers; returns when all that were called are back. FUNC shares the work out by itself, and
 * must be complete when member 0 returns. */
void effnet_pool_run(guint members, EffNetPoolFunc func, gpointer data);

#endif
