/* SPDX-License-Identifier: BSD-2-Clause */
/* Tasks that know nothing of one another, on several threads. */
#ifndef EFFNET_LEARN_PARALLEL_H
#define EFFNET_LEARN_PARALLEL_H

#include <glib.h>

/* Task INDEX, on thread THREAD (from 0). FALSE: the tasks that are not begun are left out. */
typedef gboolean (*EffNetTask)(gpointer data, guint index, guint thread);

/* Runs N tasks in the order of their numbers on up to THREADS threads, of which the calling one is
 * none, and returns when they are over. */
void effnet_parallel_run(guint n, guint threads, EffNetTask task, gpointer data);

#endif
