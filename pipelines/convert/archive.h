/* SPDX-License-Identifier: BSD-2-Clause */
/* Archives as Teachable Machine exports them: a model of another format, and its labels. */
#ifndef EFFNET_CONVERT_ARCHIVE_H
#define EFFNET_CONVERT_ARCHIVE_H

#include <glib.h>

/* Replaces the zip file's content in DATA and N by that of the only model in it, and sets LABELS to
 * those in its labels.txt, NULL if it has none. Both are at most LIMIT bytes. A .keras file, which
 * is a zip file itself, stays as it is. PATH is the file's. */
gboolean effnet_archive_open(const char *path, char **data, gsize *n, gsize limit, char ***labels,
                             GError **error);

#endif
