/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef GST_EFFICIENTNET_URI_H
#define GST_EFFICIENTNET_URI_H

#include <glib.h>

/* TEXT; if it is a URI with a user or a password, with "***" in their place, for others to read.
 * For g_free(). */
char *gst_efficientnet_uri_hide_password(const char *text);

#endif
