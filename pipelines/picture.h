/* SPDX-License-Identifier: BSD-2-Clause */
/* What kind of picture a file is, by its first bytes: for sentences about those that cannot be
 * decoded. */
#ifndef EFFNET_PICTURE_H
#define EFFNET_PICTURE_H

#include <glib.h>

/* "JPEG", "animated WebP" and so on; NULL: none that is known. */
const char *effnet_picture_get_kind(const guint8 *bytes, gsize n);

/* Of the file PATH; a file that is not regular is not touched. */
const char *effnet_picture_get_kind_of_file(const char *path);

#endif
