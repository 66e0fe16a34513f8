/* SPDX-License-Identifier: BSD-2-Clause */
/* Running work that a library may not survive. */
#ifndef EFFNET_CONVERT_CHILD_H
#define EFFNET_CONVERT_CHILD_H

#include <glib.h>

typedef gboolean (*EffNetWork)(gpointer data, GError **error);

typedef struct {
    guint seconds;
    guint64 bytes; /* of memory, including its parent's */
} EffNetWorkLimits;

/* Limits this process, which LIMITS->bytes of memory then fail in, and which the system ends when
 * it has computed for so long. It leaves no core file. */
void effnet_work_limit(const EffNetWorkLimits *limits);

/* Does WORK in a child process, and passes its error on. If the child dies, because it exceeds
 * LIMITS for example, the error is "PATH is broken". The child dies with its parent. The process
 * must have no threads. */
gboolean effnet_work_in_child(EffNetWork work, gpointer data, const char *path,
                              const EffNetWorkLimits *limits, GError **error);

#endif
