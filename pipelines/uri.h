/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_URI_H
#define EFFNET_URI_H

#include <glib.h>

/* TEXT, which may contain URIs, with *** in place of their passwords: what is between a user's name
 * and the host, and what parameters like "password=" say. For g_free(). */
char *effnet_uri_hide_passwords(const char *text);

#endif
