/* SPDX-License-Identifier: BSD-2-Clause */
/* A file that appears when it is whole. Until then it is under another name in the same folder, and
 * what was at its own name stays. */
#ifndef EFFNET_OUTFILE_H
#define EFFNET_OUTFILE_H

#include <glib.h>

typedef struct _EffNetOutfile EffNetOutfile;

/* What is at PATH and no regular file, a pipe for example, is written to as it is, if
 * ALLOW_SPECIAL; else it is an error. A link stays, and what it leads to is replaced. */
EffNetOutfile *effnet_outfile_new(const char *path, gboolean allow_special, GError **error);

/* Where to write; the name ends as PATH does. What is there may be replaced. */
const char *effnet_outfile_get_path(const EffNetOutfile *outfile);

/* After all has been written and closed. */
gboolean effnet_outfile_commit(EffNetOutfile *outfile, GError **error);

/* What was not committed is gone. */
void effnet_outfile_free(EffNetOutfile *outfile);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetOutfile, effnet_outfile_free)

#endif
