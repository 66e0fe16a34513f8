/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the records of efficientnetpublish go: what the class of a method implements. The class has
 * GObject properties for its settings, and nothing else knows them: see publishregistry.h. */
#ifndef GST_EFFICIENTNET_WRITER_H
#define GST_EFFICIENTNET_WRITER_H

#include <gst/gst.h>

#define GST_TYPE_EFFICIENTNET_WRITER (gst_efficientnet_writer_get_type())
G_DECLARE_INTERFACE(GstEfficientNetWriter, gst_efficientnet_writer, GST, EFFICIENTNET_WRITER,
                    GObject)

typedef struct {
    guint64 written; /* and, by a broker, acknowledged */
    guint64 dropped; /* nobody was there to take them, or not in time */
    guint64 queued;
} GstEfficientNetWriterCounts;

typedef struct {
    const char *data; /* of a record, without a newline at its end */
    gsize length;
} GstEfficientNetMessage;

struct _GstEfficientNetWriterInterface {
    GTypeInterface parent;

    gboolean (*open)(GstEfficientNetWriter *writer, GstElement *element, GError **error);
    gboolean (*write)(GstEfficientNetWriter *writer, const GstEfficientNetMessage *message,
                      GError **error);
    void (*set_flushing)(GstEfficientNetWriter *writer, gboolean flushing);
    void (*drain)(GstEfficientNetWriter *writer); /* may be NULL */
    void (*close)(GstEfficientNetWriter *writer);
    void (*get_counts)(GstEfficientNetWriter *writer, GstEfficientNetWriterCounts *counts);
};

/* Once. The writer posts warnings and infos in the name of ELEMENT, which it holds no reference of.
 * Errors are of GST_RESOURCE_ERROR, and begin with the property that is at fault. */
gboolean gst_efficientnet_writer_open(GstEfficientNetWriter *writer, GstElement *element,
                                      GError **error);

/* FALSE without an error: flushing. */
gboolean gst_efficientnet_writer_write(GstEfficientNetWriter *writer,
                                       const GstEfficientNetMessage *message, GError **error);

/* Lets go whoever waits in a call. Any thread. */
void gst_efficientnet_writer_set_flushing(GstEfficientNetWriter *writer, gboolean flushing);

/* Waits, for a bounded time and not while flushing, until nothing is queued. */
void gst_efficientnet_writer_drain(GstEfficientNetWriter *writer);

/* Drains, for what is left of that time, and drops what is still queued. Once, after open. */
void gst_efficientnet_writer_close(GstEfficientNetWriter *writer);

/* Any thread, after close as well. */
void gst_efficientnet_writer_get_counts(GstEfficientNetWriter *writer,
                                        GstEfficientNetWriterCounts *counts);

#endif
