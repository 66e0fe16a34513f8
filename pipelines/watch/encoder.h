/* SPDX-License-Identifier: BSD-2-Clause */
/* Choosing an installed video encoder. */
#ifndef EFFNET_WATCH_ENCODER_H
#define EFFNET_WATCH_ENCODER_H

#include <glib.h>

typedef struct {
    const char *factory;
    const char *encode; /* in gst-launch-1.0's syntax: from I420 to what matroskamux takes */
    const char *pay;    /* an RTP payloader */
} EffNetWatchEncoder;

/* The best one installed; NULL with the error set if there is none. Static. */
const EffNetWatchEncoder *effnet_watch_encoder_find(GError **error);

#endif
