/* SPDX-License-Identifier: BSD-2-Clause */
/* Work that a library may not survive. */
#ifndef EFFNET_CONVERT_CHILD_H
#define EFFNET_CONVERT_CHILD_H

#include <glib.h>

typedef gboolean (*EffNetWork)(gpointer data, GError **error);

/* Does WORK in a child process, whose error is passed on. Where the child dies, or takes minutes of
 * the CPU, the error is "PATH is broken". The process must have no threads. */
gboolean effnet_work_in_child(EffNetWork work, gpointer data, const char *path, GError **error);

#endif
