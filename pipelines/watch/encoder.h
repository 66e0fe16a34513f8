/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of the installed video encoders is taken. */
#ifndef EFFNET_WATCH_ENCODER_H
#define EFFNET_WATCH_ENCODER_H

#include <glib.h>

typedef struct {
    const char *factory;
    const char *encode; /* as for gst-launch-1.0: from I420 to what matroskamux takes */
    const char *pay;    /* an RTP payloader */
} EffNetWatchEncoder;

/* The best one that is installed; NULL: none is. */
const EffNetWatchEncoder *effnet_watch_encoder_find(GError **error);

#endif
