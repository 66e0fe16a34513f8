/* SPDX-License-Identifier: BSD-2-Clause */
/* A file that appears when it is complete. Until then it has another name in the same folder, and
 * what had its own name stays. */
#ifndef EFFNET_OUTFILE_H
#define EFFNET_OUTFILE_H

#include <glib.h>

typedef struct _EffNetOutfile EffNetOutfile;

/* If PATH is something other than a regular file, a pipe for example, it is written to directly if
 * ALLOW_SPECIAL, and otherwise an error. A link stays, and what it leads to is replaced. */
EffNetOutfile *effnet_outfile_new(const char *path, gboolean allow_special, GError **error);

/* Where to write; the name ends like PATH. What is there may be replaced. */
const char *effnet_outfile_get_path(const EffNetOutfile *outfile);

/* To be called when everything was written and closed. */
gboolean effnet_outfile_commit(EffNetOutfile *outfile, GError **error);

/* Removes what was not committed. */
void effnet_outfile_free(EffNetOutfile *outfile);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetOutfile, effnet_outfile_free)

#endif
