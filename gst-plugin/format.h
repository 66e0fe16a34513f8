/* SPDX-License-Identifier: BSD-2-Clause */
/* What the records of efficientnetpublish look like: the interface that a format's class
 * implements. */
#ifndef GST_EFFICIENTNET_FORMAT_H
#define GST_EFFICIENTNET_FORMAT_H

#include "writer.h"

#define GST_TYPE_EFFICIENTNET_FORMAT (gst_efficientnet_format_get_type())
G_DECLARE_INTERFACE(GstEfficientNetFormat, gst_efficientnet_format, GST, EFFICIENTNET_FORMAT,
                    GObject)

typedef struct {
    const char *stream;
    guint64 frame;            /* from 0 */
    gint64 time;              /* microseconds since 1970, UTC, as g_get_real_time() */
    gint width, height;       /* 0: unknown */
    GstClockTime stream_time; /* GST_CLOCK_TIME_NONE: unknown */
    GstBuffer *buffer;        /* the buffer that carries the results, among other metadata */
    const GValue *results;    /* those to be written, for gst_efficientnet_results_get() */
    GstPad *pad;              /* the buffer came to it; for queries */
} GstEfficientNetRecord;

/* All but write may be NULL. connected and received are called on a thread of the writer's, at the
 * same time as write. */
struct _GstEfficientNetFormatInterface {
    GTypeInterface parent;
    GstEfficientNetWriterFeatures needs;
    gboolean every_buffer; /* write is also called for buffers without results to be written */

    /* Called before WRITER is opened. Sets in REQUESTS the last will and the subscriptions, in
     * memory that lives as long as the format. Errors are of GST_RESOURCE_ERROR, and start with the
     * property at fault. */
    gboolean (*prepare)(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
                        const char *stream, GstEfficientNetWriterRequests *requests,
                        GError **error);
    /* Writes RECORD, as one or several messages. FALSE as from gst_efficientnet_writer_write(). */
    gboolean (*write)(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
                      const GstEfficientNetRecord *record, GError **error);
    /* Called when the other side is reached, perhaps again; it may have forgotten everything. */
    void (*connected)(GstEfficientNetFormat *format, GstEfficientNetWriter *writer);
    void (*received)(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
                     const char *topic, const char *payload, gsize length);
};

gboolean gst_efficientnet_format_has_every_buffer(GstEfficientNetFormat *format);

/* What FORMAT needs and WRITER lacks, in words; NULL: nothing. For g_free(). */
char *gst_efficientnet_format_find_missing(GstEfficientNetFormat *format,
                                           GstEfficientNetWriter *writer);

/* Opens WRITER, which lacks nothing, for FORMAT's records. */
gboolean gst_efficientnet_format_open(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
                                      const char *stream, GstElement *element, GError **error);

gboolean gst_efficientnet_format_write(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
                                       const GstEfficientNetRecord *record, GError **error);

#endif
