/* SPDX-License-Identifier: BSD-2-Clause */
/* What the records of efficientnetpublish look like: what the class of a format implements. */
#ifndef GST_EFFICIENTNET_FORMAT_H
#define GST_EFFICIENTNET_FORMAT_H

#include "writer.h"

#define GST_TYPE_EFFICIENTNET_FORMAT (gst_efficientnet_format_get_type())
G_DECLARE_INTERFACE(GstEfficientNetFormat, gst_efficientnet_format, GST, EFFICIENTNET_FORMAT,
                    GObject)

typedef struct {
    const char *stream;
    guint64 frame;         /* from 0 */
    gint64 time;           /* microseconds since 1970, UTC, as g_get_real_time() */
    gint width, height;    /* 0: unknown */
    GstBuffer *buffer;     /* that carries the results, among other metadata */
    const GValue *results; /* those to be written, of gst_efficientnet_results_get() */
} GstEfficientNetRecord;

struct _GstEfficientNetFormatInterface {
    GTypeInterface parent;

    /* Writes RECORD. FALSE as gst_efficientnet_writer_write() has it. */
    gboolean (*write)(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
                      const GstEfficientNetRecord *record, GError **error);
};

gboolean gst_efficientnet_format_write(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
                                       const GstEfficientNetRecord *record, GError **error);

#endif
