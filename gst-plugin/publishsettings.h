/* SPDX-License-Identifier: BSD-2-Clause */
/* The properties of efficientnetpublish: as values, and as GObject and gst-inspect know them. */
#ifndef GST_EFFICIENTNET_PUBLISHSETTINGS_H
#define GST_EFFICIENTNET_PUBLISHSETTINGS_H

#include <gst/gst.h>

#include "enums.h"

typedef struct {
    GstEfficientNetPublishMethod method;
    char *stream;
    GstStructure *filter;
    gboolean held;
    /* method=file */
    char *location;
    guint64 max_size;
    guint max_files;
    /* method=mqtt */
    char *address, *topic, *status_topic, *client_id;
    char *credentials_file, *ca_file, *cert_file, *key_file;
    guint qos;
    gboolean retain;
    guint max_queue;
    GstClockTime drain_timeout;
} GstEfficientNetPublishSettings;

typedef enum {
    GST_EFFICIENTNET_PUBLISH_PROP_METHOD = 1,
    GST_EFFICIENTNET_PUBLISH_PROP_STREAM,
    GST_EFFICIENTNET_PUBLISH_PROP_FILTER,
    GST_EFFICIENTNET_PUBLISH_PROP_HELD,
    GST_EFFICIENTNET_PUBLISH_PROP_LOCATION,
    GST_EFFICIENTNET_PUBLISH_PROP_MAX_SIZE,
    GST_EFFICIENTNET_PUBLISH_PROP_MAX_FILES,
    GST_EFFICIENTNET_PUBLISH_PROP_ADDRESS,
    GST_EFFICIENTNET_PUBLISH_PROP_TOPIC,
    GST_EFFICIENTNET_PUBLISH_PROP_STATUS_TOPIC,
    GST_EFFICIENTNET_PUBLISH_PROP_CLIENT_ID,
    GST_EFFICIENTNET_PUBLISH_PROP_CREDENTIALS_FILE,
    GST_EFFICIENTNET_PUBLISH_PROP_CA_FILE,
    GST_EFFICIENTNET_PUBLISH_PROP_CERT_FILE,
    GST_EFFICIENTNET_PUBLISH_PROP_KEY_FILE,
    GST_EFFICIENTNET_PUBLISH_PROP_QOS,
    GST_EFFICIENTNET_PUBLISH_PROP_RETAIN,
    GST_EFFICIENTNET_PUBLISH_PROP_MAX_QUEUE,
    GST_EFFICIENTNET_PUBLISH_PROP_DRAIN_TIMEOUT,
    GST_EFFICIENTNET_PUBLISH_PROP_STATS, /* read only, and none of the settings */
} GstEfficientNetPublishProp;

/* Installs them, in class_init. */
void gst_efficientnet_publish_settings_install(GObjectClass *klass);

void gst_efficientnet_publish_settings_init(GstEfficientNetPublishSettings *settings);
void gst_efficientnet_publish_settings_copy(GstEfficientNetPublishSettings *dst,
                                            const GstEfficientNetPublishSettings *src);
void gst_efficientnet_publish_settings_clear(GstEfficientNetPublishSettings *settings);

/* FALSE where there is no such property. */
gboolean gst_efficientnet_publish_settings_set(GstEfficientNetPublishSettings *settings,
                                               GstEfficientNetPublishProp prop,
                                               const GValue *value);
gboolean gst_efficientnet_publish_settings_get(const GstEfficientNetPublishSettings *settings,
                                               GstEfficientNetPublishProp prop, GValue *value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GstEfficientNetPublishSettings,
                                 gst_efficientnet_publish_settings_clear)

#endif
