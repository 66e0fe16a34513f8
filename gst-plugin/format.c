/* SPDX-License-Identifier: BSD-2-Clause */
#include "format.h"

G_DEFINE_INTERFACE(GstEfficientNetFormat, gst_efficientnet_format, G_TYPE_OBJECT)

static void
gst_efficientnet_format_default_init(GstEfficientNetFormatInterface *iface)
{
}

gboolean
gst_efficientnet_format_write(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
                              const GstEfficientNetRecord *record, GError **error)
{
    return GST_EFFICIENTNET_FORMAT_GET_IFACE(format)->write(format, writer, record, error);
}
