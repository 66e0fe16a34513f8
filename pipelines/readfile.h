/* SPDX-License-Identifier: BSD-2-Clause */
/* Small files of settings, whatever is at their names. */
#ifndef EFFNET_READFILE_H
#define EFFNET_READFILE_H

#include <glib.h>

typedef enum {
    EFFNET_READ_FILE_ANY,
    EFFNET_READ_FILE_SECRET, /* its owner's alone: an error if others may read it */
} EffNetReadFile;

/* What is in the regular file PATH, of at most MAX bytes, with a 0 behind it; *N (which may be
 * NULL) is how many there are. A pipe is not waited for. */
char *effnet_read_file(const char *path, gsize max, EffNetReadFile kind, gsize *n, GError **error);

#endif
