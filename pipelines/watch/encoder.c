/* SPDX-License-Identifier: BSD-2-Clause */
#include "encoder.h"

#include <effnet/effnet.h>
#include <gst/gst.h>

/* Fast encoders without delay, with a key frame about every two seconds, where viewers and players
 * can start. The last one is in the good plugins, like the muxer. */
static const EffNetWatchEncoder encoders[] = {
    {"x264enc",
     "x264enc tune=zerolatency speed-preset=superfast pass=qual quantizer=24 key-int-max=60",
     "rtph264pay config-interval=-1"},
    {"openh264enc",
     "openh264enc complexity=low rate-control=quality bitrate=2000000 gop-size=60 ! h264parse",
     "rtph264pay config-interval=-1"},
    {"vp8enc",
     "vp8enc deadline=1 cpu-used=8 end-usage=vbr target-bitrate=2000000 keyframe-max-dist=60",
     "rtpvp8pay"},
};

static gboolean
is_installed(const char *factory)
{
    g_autoptr(GstElementFactory) found = gst_element_factory_find(factory);

    return found != NULL;
}

const EffNetWatchEncoder *
effnet_watch_encoder_find(GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(encoders); i++) {
        if (is_installed(encoders[i].factory))
            return &encoders[i];
    }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                "none of GStreamer's video encoders x264enc, openh264enc and vp8enc is installed");
    return NULL;
}
