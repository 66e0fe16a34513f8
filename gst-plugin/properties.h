/* SPDX-License-Identifier: BSD-2-Clause */
/* What GObject and gst-inspect know of the properties of efficientnet. */
#ifndef GST_EFFICIENTNET_PROPERTIES_H
#define GST_EFFICIENTNET_PROPERTIES_H

#include "settings.h"

/* Every property of GstEfficientNetProp, in class_init. */
void gst_efficientnet_properties_install(GObjectClass *klass);

#endif
