/* SPDX-License-Identifier: BSD-2-Clause */
/* GObject properties that are fields of a structure: each is one row of a table, from which its
 * specification and its setter come. */
#ifndef GST_EFFICIENTNET_FIELDS_H
#define GST_EFFICIENTNET_FIELDS_H

#include <gst/gst.h>

typedef struct {
    const char *name, *nick;
    const char *blurb;
    GType type;               /* G_TYPE_STRING (NULL at first), _BOOLEAN, _UINT or _UINT64 */
    gsize offset;             /* of a char *, gboolean, guint or guint64 */
    guint64 minimum, maximum; /* of numbers */
    guint64 initial;          /* of numbers and booleans */
} GstEfficientNetField;

/* BLURB in place of the field's own, unless NULL. Floating. */
GParamSpec *gst_efficientnet_field_make_spec(const GstEfficientNetField *field, const char *blurb,
                                             GParamFlags flags);

/* In class_init: the properties of FIELDS, to the one without a name, with the ids 1, 2, 3… They
 * are set, to their initial values unless others are given, when an object is made, and are not
 * read: whoever made the object knows them. */
void gst_efficientnet_fields_install(const GstEfficientNetField *fields, GObjectClass *klass);

/* STRUCTURE is what the offsets are in. */
void gst_efficientnet_field_set(const GstEfficientNetField *field, gpointer structure,
                                const GValue *value);

/* Frees the strings. */
void gst_efficientnet_fields_clear(const GstEfficientNetField *fields, gpointer structure);

#endif
