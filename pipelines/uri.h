/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_URI_H
#define EFFNET_URI_H

#include <glib.h>

/* TEXT, which may be a URI or have some in it, with *** for the passwords of all of them: what
 * stands between a user's name and the host, and what parameters like "password=" say. */
char *effnet_uri_hide_passwords(const char *text);

#endif
