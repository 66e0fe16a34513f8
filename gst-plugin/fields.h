/* SPDX-License-Identifier: BSD-2-Clause */
/* GObject properties that are fields of a structure. Each is a row of a table, from which its
 * specification and its setter derive. */
#ifndef GST_EFFICIENTNET_FIELDS_H
#define GST_EFFICIENTNET_FIELDS_H

#include <gst/gst.h>

typedef struct {
    const char *name, *nick;
    const char *blurb;
    GType type;               /* G_TYPE_STRING (NULL at first), _BOOLEAN, _UINT or _UINT64 */
    gsize offset;             /* offset of a char *, gboolean, guint or guint64 */
    guint64 minimum, maximum; /* numbers' */
    guint64 initial;          /* numbers' and booleans' */
} GstEfficientNetField;

/* BLURB replaces the field's own unless it is NULL. Floating. */
GParamSpec *gst_efficientnet_field_make_spec(const GstEfficientNetField *field, const char *blurb,
                                             GParamFlags flags);

/* To be called in class_init. Installs the properties of FIELDS, which end with one without a name,
 * with the ids 1, 2, 3, … They are set when an object is constructed, to their initial values
 * unless others are given, and cannot be read: whoever constructed the object knows them. */
void gst_efficientnet_fields_install(const GstEfficientNetField *fields, GObjectClass *klass);

/* Sets FIELD of STRUCTURE, which the offsets refer to. */
void gst_efficientnet_field_set(const GstEfficientNetField *field, gpointer structure,
                                const GValue *value);

/* Frees the strings. */
void gst_efficientnet_fields_clear(const GstEfficientNetField *fields, gpointer structure);

#endif
