/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether what a user wrote is JSON: no values are made of it. The engine's reader of JSON is none
 * of its public functions, and a copy of it here would be three times as long. */
#ifndef GST_EFFICIENTNET_JSONOBJECT_H
#define GST_EFFICIENTNET_JSONOBJECT_H

#include <glib.h>

/* Whether TEXT is a JSON object, nested at most 64 deep. */
gboolean gst_efficientnet_json_is_object(const char *text);

#endif
