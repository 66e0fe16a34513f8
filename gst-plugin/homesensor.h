/* SPDX-License-Identifier: BSD-2-Clause */
/* A sensor of format=homeassistant: what one element found in its frame or zone. */
#ifndef GST_EFFICIENTNET_HOMESENSOR_H
#define GST_EFFICIENTNET_HOMESENSOR_H

#include <gst/efficientnet/meta.h>

#include "writer.h"

/* In place of a state: there is none. */
#define GST_EFFICIENTNET_HOME_NONE "None"

typedef struct {
    char *element;
    char *id; /* among those of its device: letters, digits, "_" */
    char *state_topic, *attributes_topic;
    char *model;      /* that OPTIONS are of */
    char **options;   /* all states; NULL: too many, or unknown */
    char *state;      /* NULL: none yet */
    char *attributes; /* JSON */
    gint64 seen;      /* when the element had a result, in monotonic time */
    gint64 written;   /* when the state was */
    gboolean due;     /* the state has to be written */
} GstEfficientNetHomeSensor;

/* The sensor of ELEMENT; its topics are WRITER's below DEVICE. */
GstEfficientNetHomeSensor *gst_efficientnet_home_sensor_new(GstEfficientNetWriter *writer,
                                                            const char *device,
                                                            const char *element);
void gst_efficientnet_home_sensor_free(GstEfficientNetHomeSensor *sensor);

/* Sets the state to RESULT's, or to none if it is NULL. If it becomes another one, and only then,
 * the attributes become RESULT's, too, and it returns TRUE. */
gboolean gst_efficientnet_home_sensor_set(GstEfficientNetHomeSensor *sensor,
                                          const GstEfficientNetResult *result);

/* Whether the state can be one of the options, which are of the result's model. */
gboolean gst_efficientnet_home_sensor_fits(const GstEfficientNetHomeSensor *sensor,
                                           const GstEfficientNetResult *result);

/* Makes the options from LABELS (NULL: unknown) of MODEL. There are none if one is missing, or if
 * they are more than Home Assistant should keep among a sensor's attributes. */
void gst_efficientnet_home_sensor_set_options(GstEfficientNetHomeSensor *sensor, const char *model,
                                              const char *const *labels);

/* Appends what Home Assistant is told of it, as a JSON object. NAMED: it is not the device's only
 * sensor. */
void gst_efficientnet_home_sensor_append(const GstEfficientNetHomeSensor *sensor, GString *out,
                                         const char *device, gboolean named, guint expire_after);

/* TEXT as a part of identifiers and discovery topics, never the same for two texts. For g_free().
 */
char *gst_efficientnet_home_make_id(const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetHomeSensor, gst_efficientnet_home_sensor_free)

#endif
