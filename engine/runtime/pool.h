/* SPDX-License-Identifier: BSD-2-Clause */
/* The process's one pool of threads. */
#ifndef EFFNET_POOL_H
#define EFFNET_POOL_H

#include <glib.h>

typedef void (*EffNetPoolFunc)(gpointer data, guint member);

/* Calls FUNC(DATA, 0) here and, as far as workers are free, FUNC(DATA, 1) to FUNC(DATA, MEMBERS -
 * 1) on workers; returns when all calls have. FUNC shares out the work by itself; all of it must be
 * done when member 0 returns. */
void effnet_pool_run(guint members, EffNetPoolFunc func, gpointer data);

#endif
