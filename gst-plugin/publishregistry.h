/* SPDX-License-Identifier: BSD-2-Clause */
/* The methods and formats that efficientnetpublish knows. Each is a row, in its own source, with
 * what gst-inspect shows: its name, and its properties, which become the element's. */
#ifndef GST_EFFICIENTNET_PUBLISHREGISTRY_H
#define GST_EFFICIENTNET_PUBLISHREGISTRY_H

#include "fields.h"

typedef struct {
    const char *nick, *description; /* the value's, of the property "method" or "format" */
    GType (*get_type)(void);        /* its class; NULL: it is in a plugin file of its own, */
    const char *type_name, *plugin; /* which registers it with gst_dynamic_type_register() */
    const GstEfficientNetField
        *fields; /* the class's properties, ending with one without a name; or NULL */
} GstEfficientNetPublishChoice;

/* New rows go to the end: others' code may contain a value's number. */
#define GST_EFFICIENTNET_PUBLISH_METHODS(ROW)                                                      \
    ROW(publish_file)                                                                              \
    ROW(publish_mqtt)                                                                              \
    ROW(publish_kafka)
#define GST_EFFICIENTNET_PUBLISH_FORMATS(ROW)                                                      \
    ROW(format_json)                                                                               \
    ROW(format_dlstreamer)                                                                         \
    ROW(format_homeassistant)                                                                      \
    ROW(format_frigate)                                                                            \
    ROW(format_onvif)

#define GST_EFFICIENTNET_PUBLISH_DECLARE(name)                                                     \
    extern const GstEfficientNetPublishChoice gst_efficientnet_##name;
GST_EFFICIENTNET_PUBLISH_METHODS(GST_EFFICIENTNET_PUBLISH_DECLARE)
GST_EFFICIENTNET_PUBLISH_FORMATS(GST_EFFICIENTNET_PUBLISH_DECLARE)

typedef enum {
    GST_EFFICIENTNET_PUBLISH_METHOD, /* implements GstEfficientNetWriter */
    GST_EFFICIENTNET_PUBLISH_FORMAT, /* implements GstEfficientNetFormat */
    GST_EFFICIENTNET_PUBLISH_N_KINDS,
} GstEfficientNetPublishKind;

/* Adds CHOICE, which is static; to be called before the element's class is initialised. */
void gst_efficientnet_publish_add(GstEfficientNetPublishKind kind,
                                  const GstEfficientNetPublishChoice *choice);

/* The choice for VALUE, one of the enumeration's. */
const GstEfficientNetPublishChoice *gst_efficientnet_publish_get(GstEfficientNetPublishKind kind,
                                                                 gint value);

/* The enumeration of all choices, in order. */
GType gst_efficientnet_publish_kind_get_type(GstEfficientNetPublishKind kind);

/* Installs the properties of all choices, with ids from FIRST_ID on. */
void gst_efficientnet_publish_install_fields(GObjectClass *klass, guint first_id);

/* Creates an object of the choice's class, with those of VALUES (name to GValue) that are its
 * own. */
gpointer gst_efficientnet_publish_make(GstEfficientNetPublishKind kind, gint value,
                                       GHashTable *values, GError **error);

#endif
