/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the records of efficientnetpublish go: the interface that a method's class implements. The
 * class has GObject properties for its settings, and nothing else knows them: see
 * publishregistry.h. */
#ifndef GST_EFFICIENTNET_WRITER_H
#define GST_EFFICIENTNET_WRITER_H

#include <gst/gst.h>

#define GST_TYPE_EFFICIENTNET_WRITER (gst_efficientnet_writer_get_type())
G_DECLARE_INTERFACE(GstEfficientNetWriter, gst_efficientnet_writer, GST, EFFICIENTNET_WRITER,
                    GObject)

typedef struct {
    guint64 written; /* and, if by a broker, acknowledged */
    guint64 dropped; /* nobody took them, or not in time */
    guint64 queued;
} GstEfficientNetWriterCounts;

typedef struct {
    const char *topic; /* NULL: the writer's own */
    const char *key;   /* messages with the same key stay in order; NULL: none */
    const char *data;  /* a record, without a newline at its end */
    gsize length;
    gboolean retain; /* the broker keeps it for those who subscribe later */
} GstEfficientNetMessage;

/* What a writer can do besides writing records, one after another, to one place. */
typedef enum {
    GST_EFFICIENTNET_WRITER_TOPICS = 1 << 0,        /* messages with a topic of their own */
    GST_EFFICIENTNET_WRITER_RETAIN = 1 << 1,        /* messages that are kept */
    GST_EFFICIENTNET_WRITER_WILL = 1 << 2,          /* a last will */
    GST_EFFICIENTNET_WRITER_SUBSCRIPTIONS = 1 << 3, /* messages from the other side */
} GstEfficientNetWriterFeatures;

/* What a writer's owner needs besides write(). The functions are called on a thread of the
 * writer's, never after close has returned, and may call write(). */
typedef struct {
    const GstEfficientNetMessage *will; /* sent when the connection ends, whether in order or not */
    const char *const *subscriptions;   /* topic filters, NULL-terminated */
    void (*connected)(GstEfficientNetWriter *writer,
                      gpointer owner); /* called for each connection */
    /* PAYLOAD has LENGTH bytes, whatever the other side put there, followed by a NUL. Payloads
     * longer than 1 MiB are ignored. */
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

/* To be called once. The writer posts warnings and infos in the name of ELEMENT, to which it holds
 * no reference. REQUESTS must be among the writer's features; its will and subscriptions are
 * copied; NULL: nothing. Errors are of GST_RESOURCE_ERROR, and start with the property at fault. */
gboolean gst_efficientnet_writer_open(GstEfficientNetWriter *writer,
                                      const GstEfficientNetWriterRequests *requests,
                                      GstElement *element, GError **error);

/* MESSAGE needs nothing that is not among the writer's features. FALSE without an error: flushing.
 * Any thread, if the writer has one of its own. */
gboolean gst_efficientnet_writer_write(GstEfficientNetWriter *writer,
                                       const GstEfficientNetMessage *message, GError **error);

/* While flushing, no call waits. Any thread. */
void gst_efficientnet_writer_set_flushing(GstEfficientNetWriter *writer, gboolean flushing);

/* Waits until nothing is queued, but not while flushing, and for a bounded time or, without a
 * queue, as long as write would. */
void gst_efficientnet_writer_drain(GstEfficientNetWriter *writer);

/* Drains for the rest of that time, then drops what is still queued. To be called once, after
 * open. */
void gst_efficientnet_writer_close(GstEfficientNetWriter *writer);

/* Any thread, even after close. */
void gst_efficientnet_writer_get_counts(GstEfficientNetWriter *writer,
                                        GstEfficientNetWriterCounts *counts);

/* The topic SUFFIX below the writer's own, with characters that topics may not contain replaced.
 * Even before open; only for writers with TOPICS. For g_free(). */
char *gst_efficientnet_writer_make_topic(GstEfficientNetWriter *writer, const char *suffix);

#endif
