/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether what a user wrote is JSON. */
#ifndef GST_EFFICIENTNET_JSONOBJECT_H
#define GST_EFFICIENTNET_JSONOBJECT_H

#include <glib.h>

/* Whether TEXT is a JSON object, nested at most 64 deep. */
gboolean gst_efficientnet_json_is_object(const char *text);

#endif
