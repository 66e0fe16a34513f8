/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef GST_EFFICIENTNET_INTERFACETYPE_H
#define GST_EFFICIENTNET_INTERFACETYPE_H

#include <glib-object.h>

/* The interface type NAME, whose structure has SIZE bytes. Every plugin file contains the code of
 * an interface that they share, but all must have one type: the one whose code came first registers
 * it. NAME is static. TYPE is kept for the next call. Any thread. */
GType gst_efficientnet_interface_type_get(gsize *type, const char *name, guint size);

#endif
