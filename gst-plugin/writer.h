/* SPDX-License-Identifier: BSD-2-Clause */
/* Where efficientnetpublish's lines go: what a method implements. file is in this plugin; another
 * one is a GObject class in a plugin file of its own, which registers it as a dynamic type
 * (gst_dynamic_type_register()), and which GStreamer loads when an element asks for that method. */
#ifndef GST_EFFICIENTNET_WRITER_H
#define GST_EFFICIENTNET_WRITER_H

#include "publishsettings.h"

#define GST_TYPE_EFFICIENTNET_WRITER (gst_efficientnet_writer_get_type())
G_DECLARE_INTERFACE(GstEfficientNetWriter, gst_efficientnet_writer, GST, EFFICIENTNET_WRITER,
                    GObject)

typedef struct {
    guint64 written; /* and, by a broker, acknowledged */
    guint64 dropped; /* nobody was there to take them, or not in time */
    guint64 queued;
} GstEfficientNetWriterCounts;

struct _GstEfficientNetWriterInterface {
    GTypeInterface parent;

    gboolean (*open)(GstEfficientNetWriter *writer, const GstEfficientNetPublishSettings *settings,
                     GstElement *element, GError **error);
    gboolean (*write)(GstEfficientNetWriter *writer, const char *line, gsize length,
                      GError **error);
    void (*set_flushing)(GstEfficientNetWriter *writer, gboolean flushing);
    void (*drain)(GstEfficientNetWriter *writer);
    void (*close)(GstEfficientNetWriter *writer);
    void (*get_counts)(GstEfficientNetWriter *writer, GstEfficientNetWriterCounts *counts);
};

/* A writer for the method of SETTINGS, opened. It posts warnings and infos in the name of ELEMENT,
 * which it holds no reference of. */
GstEfficientNetWriter *gst_efficientnet_writer_open(const GstEfficientNetPublishSettings *settings,
                                                    GstElement *element, GError **error);

/* LINE ends with its newline. FALSE without an error: flushing. */
gboolean gst_efficientnet_writer_write(GstEfficientNetWriter *writer, const char *line,
                                       gsize length, GError **error);

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
