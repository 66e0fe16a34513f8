/* SPDX-License-Identifier: BSD-2-Clause */
#include "formatfrigate.h"

#include <string.h>

#include <gst/efficientnet/meta.h>

/* Names of models and streams come from elsewhere: more topics than that are not remembered. */
#define MAX_TOPICS 256

struct _GstEfficientNetFormatFrigate {
    GObject parent;

    GMutex lock;
    GHashTable *states; /* topic to the label that it has */
};

static void implement_format(GstEfficientNetFormatInterface *iface);

G_DEFINE_TYPE_WITH_CODE(GstEfficientNetFormatFrigate, gst_efficientnet_format_frigate,
                        G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_FORMAT, implement_format))

/* Takes ownership of TOPIC. */
static gboolean
is_news(GstEfficientNetFormatFrigate *self, char *topic, const char *label)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

    if (g_strcmp0(g_hash_table_lookup(self->states, topic), label) == 0) {
        g_free(topic);
        return FALSE;
    }
    if (g_hash_table_size(self->states) >= MAX_TOPICS)
        g_hash_table_remove_all(self->states);
    g_hash_table_insert(self->states, topic, g_strdup(label));
    return TRUE;
}

static gboolean
write_result(GstEfficientNetFormatFrigate *self, GstEfficientNetWriter *writer,
             const GstEfficientNetRecord *record, const GstEfficientNetResult *result,
             GError **error)
{
    g_autofree char *stream = g_strdelimit(g_strdup(record->stream), "/", '_');
    g_autofree char *model = g_strdelimit(g_strdup(result->model ? result->model : ""), "/", '_');
    g_autofree char *suffix = g_strconcat(stream, "/classification/", model, NULL);
    g_autofree char *topic = gst_efficientnet_writer_make_topic(writer, suffix);
    const char *best = gst_efficientnet_result_get_label(result, 0);
    g_autofree char *label =
        g_utf8_make_valid(gst_efficientnet_result_is_unknown(result) ? "unknown"
                          : best                                     ? best
                                                                     : "",
                          -1);
    const GstEfficientNetMessage message = {
        .topic = topic, .key = record->stream, .data = label, .length = strlen(label)};

    return !is_news(self, g_strdup(topic), label) ||
           gst_efficientnet_writer_write(writer, &message, error);
}

/* What is in a region that somebody detected is no state of the camera. */
static gboolean
write_record(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
             const GstEfficientNetRecord *record, GError **error)
{
    GstEfficientNetResult result;

    for (guint i = 0; gst_efficientnet_results_get(record->results, i, &result); i++)
        if (result.roi_id == -1 &&
            !write_result(GST_EFFICIENTNET_FORMAT_FRIGATE(format), writer, record, &result, error))
            return FALSE;
    return TRUE;
}

/* Who listens may have missed what was sent before. */
static void
connected(GstEfficientNetFormat *format, GstEfficientNetWriter *writer)
{
    GstEfficientNetFormatFrigate *self = GST_EFFICIENTNET_FORMAT_FRIGATE(format);

    g_mutex_lock(&self->lock);
    g_hash_table_remove_all(self->states);
    g_mutex_unlock(&self->lock);
}

static void
finalize(GObject *object)
{
    GstEfficientNetFormatFrigate *self = GST_EFFICIENTNET_FORMAT_FRIGATE(object);

    g_hash_table_unref(self->states);
    g_mutex_clear(&self->lock);
    G_OBJECT_CLASS(gst_efficientnet_format_frigate_parent_class)->finalize(object);
}

static void
implement_format(GstEfficientNetFormatInterface *iface)
{
    iface->needs = GST_EFFICIENTNET_WRITER_TOPICS;
    iface->write = write_record;
    iface->connected = connected;
}

static void
gst_efficientnet_format_frigate_class_init(GstEfficientNetFormatFrigateClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
gst_efficientnet_format_frigate_init(GstEfficientNetFormatFrigate *self)
{
    g_mutex_init(&self->lock);
    self->states = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}
