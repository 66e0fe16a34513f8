/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs independent tasks on several threads. */
#ifndef EFFNET_LEARN_PARALLEL_H
#define EFFNET_LEARN_PARALLEL_H

#include <glib.h>

/* Runs task INDEX, on thread THREAD (from 0). FALSE: tasks that have not begun are not run. */
typedef gboolean (*EffNetTask)(gpointer data, guint index, guint thread);

/* Runs tasks 0 to N - 1, begun in that order, on up to THREADS new threads, as many as can be
 * started, or on the caller's if none can; returns when all have ended. */
void effnet_parallel_run(guint n, guint threads, EffNetTask task, gpointer data);

#endif
