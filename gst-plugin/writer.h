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
    const char *topic; /* NULL: the writer's own */
    const char *data;  /* of a record, without a newline at its end */
    gsize length;
    gboolean retain; /* the broker keeps it for those who subscribe later */
} GstEfficientNetMessage;

/* What a writer can do beyond writing records, one after the other, to one place. */
typedef enum {
    GST_EFFICIENTNET_WRITER_TOPICS = 1 << 0,        /* messages with a topic of their own */
    GST_EFFICIENTNET_WRITER_RETAIN = 1 << 1,        /* messages that are kept */
    GST_EFFICIENTNET_WRITER_WILL = 1 << 2,          /* a last will */
    GST_EFFICIENTNET_WRITER_SUBSCRIPTIONS = 1 << 3, /* messages from the other side */
} GstEfficientNetWriterFeatures;

/* What the owner of a writer wants of it beyond write(). The functions are called by a thread of
 * the writer's, never after close has returned, and may call write(). */
typedef struct {
    const GstEfficientNetMessage *will; /* sent when the connection ends, in order or not */
    const char *const *subscriptions;   /* topic filters, to NULL */
    void (*connected)(GstEfficientNetWriter *writer, gpointer owner); /* each time */
    /* PAYLOAD is of LENGTH bytes, whatever the other side put there, and a NUL behind them. What is
     * longer than 1 MiB is ignored. */
    void (*received)(GstEfficientNetWriter *writer, const char *topic, const char *payload,
                     gsize length, gpointer owner);
    GObject *owner;
} GstEfficientNetWriterRequests;

struct _GstEfficientNetWriterInterface {
    GTypeInterface parent;
    GstEfficientNetWriterFeatures features;

    gboolean (*open)(GstEfficientNetWriter *writer, const GstEfficientNetWriterRequests *requests,
                     GstElement *element, GError **error);
    gboolean (*write)(GstEfficientNetWriter *writer, const GstEfficientNetMessage *message,
                      GError **error);
    void (*set_flushing)(GstEfficientNetWriter *writer, gboolean flushing);
    void (*drain)(GstEfficientNetWriter *writer); /* may be NULL */
    void (*close)(GstEfficientNetWriter *writer);
    void (*get_counts)(GstEfficientNetWriter *writer, GstEfficientNetWriterCounts *counts);
    char *(*make_topic)(GstEfficientNetWriter *writer, const char *suffix); /* with TOPICS */
};

GstEfficientNetWriterFeatures gst_efficientnet_writer_get_features(GstEfficientNetWriter *writer);

/* Once. The writer posts warnings and infos in the name of ELEMENT, which it holds no reference of.
 * REQUESTS asks for nothing that is not among the writer's features, and its will and subscriptions
 * are copied; NULL: nothing. Errors are of GST_RESOURCE_ERROR, and begin with the property that is
 * at fault. */
gboolean gst_efficientnet_writer_open(GstEfficientNetWriter *writer,
                                      const GstEfficientNetWriterRequests *requests,
                                      GstElement *element, GError **error);

/* MESSAGE needs nothing that is not among the writer's features. FALSE without an error: flushing.
 * Any thread, where the writer has one of its own. */
gboolean gst_efficientnet_writer_write(GstEfficientNetWriter *writer,
                                       const GstEfficientNetMessage *message, GError **error);

/* Lets go whoever waits in a call. Any thread. */
void gst_efficientnet_writer_set_flushing(GstEfficientNetWriter *writer, gboolean flushing);

/* Waits until nothing is queued, not while flushing, and for a bounded time or, where there is no
 * queue, as long as write would. */
void gst_efficientnet_writer_drain(GstEfficientNetWriter *writer);

/* Drains, for what is left of that time, and drops what is still queued. Once, after open. */
void gst_efficientnet_writer_close(GstEfficientNetWriter *writer);

/* Any thread, after close as well. */
void gst_efficientnet_writer_get_counts(GstEfficientNetWriter *writer,
                                        GstEfficientNetWriterCounts *counts);

/* The topic that is SUFFIX below the writer's own; what no topic may have in SUFFIX is replaced.
 * Before open as well. Of a writer with TOPICS alone. */
char *gst_efficientnet_writer_make_topic(GstEfficientNetWriter *writer, const char *suffix);

#endif
