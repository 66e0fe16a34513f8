/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of JSON for one frame and its results: what efficientnetpublish and "effnet classify
 * --json" print. */
#ifndef GST_EFFICIENTNET_JSON_H
#define GST_EFFICIENTNET_JSON_H

#include <gst/gst.h>

typedef struct {
    const char *uri;    /* NULL: without this key, which is else the first */
    const char *stream; /* NULL: "" */
    guint64 frame;      /* from 0 */
    GstClockTime pts;   /* GST_CLOCK_TIME_NONE: null */
    gint64 time;        /* microseconds since 1970, UTC, as g_get_real_time() */
    gint width, height;
} GstEfficientNetJsonFrame;

/* Appends the line, with its newline, to OUT. RESULTS is the list that
 * gst_efficientnet_buffer_get_results() gives; NULL: no results. The line is valid UTF-8 whatever
 * the strings are, and the same in every locale. */
void gst_efficientnet_json_append_line(GString *out, const GstEfficientNetJsonFrame *frame,
                                       const GValue *results);

/* A string in its quotation marks; STRING NULL: "". */
void gst_efficientnet_json_append_string(GString *out, const char *string);

/* The shortest text that reads back as the same float; JSON has no infinities: null. */
void gst_efficientnet_json_append_score(GString *out, float score);

#endif
