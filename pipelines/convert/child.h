/* SPDX-License-Identifier: BSD-2-Clause */
/* Work that a library may not survive. */
#ifndef EFFNET_CONVERT_CHILD_H
#define EFFNET_CONVERT_CHILD_H

#include <glib.h>

typedef gboolean (*EffNetWork)(gpointer data, GError **error);

typedef struct {
    guint seconds;
    guint64 bytes; /* of memory, with all that its parent has */
} EffNetWorkLimits;

/* Does WORK in a child process, whose error is passed on. Where the child dies, of what it needs
 * more of than LIMITS for example, the error is "PATH is broken". It dies with its parent. The
 * process must have no threads. */
gboolean effnet_work_in_child(EffNetWork work, gpointer data, const char *path,
                              const EffNetWorkLimits *limits, GError **error);

#endif
