/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of JSON for a frame and its results, as efficientnetpublish and "effnet classify --json"
 * print it. */
#ifndef GST_EFFICIENTNET_JSON_H
#define GST_EFFICIENTNET_JSON_H

#include <gst/gst.h>

typedef struct {
    const char *uri;    /* the first key; NULL: none */
    const char *stream; /* NULL: "" */
    guint64 frame;      /* from 0 */
    GstClockTime pts;   /* GST_CLOCK_TIME_NONE: null */
    gint64 time;        /* microseconds since 1970, UTC, as g_get_real_time() */
    gint64 sender_time; /* the same, of the sender's clock; 0: unknown, and left out */
    gint width, height;
} GstEfficientNetJsonFrame;

/* Appends the line, with a newline, to OUT. RESULTS is the list that
 * gst_efficientnet_buffer_get_results() returns; NULL: no results. The line is valid UTF-8 whatever
 * the strings are, and the same in every locale. */
void gst_efficientnet_json_append_line(GString *out, const GstEfficientNetJsonFrame *frame,
                                       const GValue *results);

/* Appends a string in quotation marks; NULL as "". */
void gst_efficientnet_json_append_string(GString *out, const char *string);

/* Appends the shortest text that reads back as the same float; infinities, which JSON lacks, as
 * null. */
void gst_efficientnet_json_append_score(GString *out, float score);

#endif
