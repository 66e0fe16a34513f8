/* SPDX-License-Identifier: BSD-2-Clause */
/* What GObject and gst-inspect know about the properties of efficientnet. */
#ifndef GST_EFFICIENTNET_PROPERTIES_H
#define GST_EFFICIENTNET_PROPERTIES_H

#include "settings.h"

/* Installs every property of GstEfficientNetProp; to be called in class_init. */
void gst_efficientnet_properties_install(GObjectClass *klass);

#endif
