/* SPDX-License-Identifier: BSD-2-Clause */
/* What kind of picture a file is, by its first bytes: for errors about those that cannot be
 * decoded. */
#ifndef EFFNET_PICTURE_H
#define EFFNET_PICTURE_H

#include <glib.h>

/* "JPEG", "animated WebP" and so on; NULL for unknown kinds. Static. */
const char *effnet_picture_get_kind(const guint8 *bytes, gsize n);

/* The same for the file PATH; anything but a regular file is left alone. */
const char *effnet_picture_get_kind_of_file(const char *path);

#endif
