/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"
#include "regions.h"
#include "settings.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults, again = settings;
    GValue value = G_VALUE_INIT;
    EffNetRect zone;

    g_value_init(&value, G_TYPE_STRING);
    g_value_take_string(&value, g_strndup((const char *)data, size));
    if (gst_efficientnet_frame_settings_set(&settings, GST_EFFICIENTNET_PROP_ROI, &value)) {
        /* Reading the value back gives the same region. */
        gst_efficientnet_frame_settings_get(&settings, GST_EFFICIENTNET_PROP_ROI, &value);
        if (!gst_efficientnet_frame_settings_set(&again, GST_EFFICIENTNET_PROP_ROI, &value) ||
            settings.roi.x != again.roi.x || settings.roi.y != again.roi.y ||
            settings.roi.w != again.roi.w || settings.roi.h != again.roi.h)
            g_error("%s is another zone", g_value_get_string(&value));
        if (gst_efficientnet_region_cut_zone(&settings, 640, 480, &zone) &&
            (zone.w == 0 || zone.h == 0 || zone.w > 640 || zone.x > 640 - zone.w || zone.h > 480 ||
             zone.y > 480 - zone.h))
            g_error("a zone outside of the frame");
    }
    g_value_unset(&value);
    return 0;
}
