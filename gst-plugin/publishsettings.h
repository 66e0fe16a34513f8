/* SPDX-License-Identifier: BSD-2-Clause */
/* The properties of efficientnetpublish, as values, and as GObject and gst-inspect know them. */
#ifndef GST_EFFICIENTNET_PUBLISHSETTINGS_H
#define GST_EFFICIENTNET_PUBLISHSETTINGS_H

#include <gst/gst.h>

typedef struct {
    gint method, format; /* see publishregistry.h */
    char *stream;
    GstStructure *filter;
    gboolean held;
    GHashTable *values; /* the methods' and formats' properties that were set: name to GValue */
} GstEfficientNetPublishSettings;

/* The ids of the element's own properties. Those of methods and formats follow. */
typedef enum {
    GST_EFFICIENTNET_PUBLISH_PROP_METHOD = 1,
    GST_EFFICIENTNET_PUBLISH_PROP_FORMAT,
    GST_EFFICIENTNET_PUBLISH_PROP_STREAM,
    GST_EFFICIENTNET_PUBLISH_PROP_FILTER,
    GST_EFFICIENTNET_PUBLISH_PROP_HELD,
    GST_EFFICIENTNET_PUBLISH_PROP_STATS, /* read-only, and not a setting */
    GST_EFFICIENTNET_PUBLISH_PROP_FIRST_FIELD,
} GstEfficientNetPublishProp;

/* Installs all of them; to be called in class_init. */
void gst_efficientnet_publish_settings_install(GObjectClass *klass);

void gst_efficientnet_publish_settings_init(GstEfficientNetPublishSettings *settings);
void gst_efficientnet_publish_settings_copy(GstEfficientNetPublishSettings *dst,
                                            const GstEfficientNetPublishSettings *src);
void gst_efficientnet_publish_settings_clear(GstEfficientNetPublishSettings *settings);

/* SPEC is the element's, for one of the properties above; FALSE for "stats". */
gboolean gst_efficientnet_publish_settings_set(GstEfficientNetPublishSettings *settings,
                                               const GParamSpec *spec, const GValue *value);
gboolean gst_efficientnet_publish_settings_get(const GstEfficientNetPublishSettings *settings,
                                               GParamSpec *spec, GValue *value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GstEfficientNetPublishSettings,
                                 gst_efficientnet_publish_settings_clear)

#endif
