/* SPDX-License-Identifier: BSD-2-Clause */
/* What identifies this side to a broker: users with passwords, and certificates. Errors are of
 * GST_RESOURCE_ERROR, start with the property at fault, and never contain what a file says. */
#ifndef GST_EFFICIENTNET_CREDENTIALS_H
#define GST_EFFICIENTNET_CREDENTIALS_H

#include <gst/gst.h>

/* Takes what was read from SOURCE, a property or a variable; PASSWORD may be NULL. */
typedef gboolean (*GstEfficientNetSetUser)(gpointer client, const char *user, const char *password,
                                           const char *source, GError **error);

/* Opens PATH for reading; -1 with the error set. Refuses a FIFO or a device, which opening might
 * wait for or activate, and a file of more than MAXIMUM bytes. */
int gst_efficientnet_credentials_open(const char *property, const char *path, gsize maximum,
                                      GError **error);

/* Calls SET with CLIENT and USER:PASSWORD of the first line of PATH, or, if that is NULL, of the
 * variables; does nothing without USER_VARIABLE. No copy of the file's text stays in memory. */
gboolean gst_efficientnet_credentials_read(const char *path, const char *user_variable,
                                           const char *password_variable,
                                           GstEfficientNetSetUser set, gpointer client,
                                           GError **error);

/* Whether PATH, for PROPERTY, can be opened as a file of certificates; TRUE if it is NULL. The TLS
 * library opens it again at each connection. */
gboolean gst_efficientnet_credentials_check_certificates(const char *property, const char *path,
                                                         GError **error);

#endif
