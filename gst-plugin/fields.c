/* SPDX-License-Identifier: BSD-2-Clause */
#include "fields.h"

GParamSpec *
gst_efficientnet_field_make_spec(const GstEfficientNetField *field, const char *blurb,
                                 GParamFlags flags)
{
    if (!blurb)
        blurb = field->blurb;
    switch (field->type) {
    case G_TYPE_STRING:
        return g_param_spec_string(field->name, field->nick, blurb, NULL, flags);
    case G_TYPE_BOOLEAN:
        return g_param_spec_boolean(field->name, field->nick, blurb, field->initial != 0, flags);
    case G_TYPE_UINT:
        return g_param_spec_uint(field->name, field->nick, blurb, (guint)field->minimum,
                                 (guint)field->maximum, (guint)field->initial, flags);
    case G_TYPE_UINT64:
        return g_param_spec_uint64(field->name, field->nick, blurb, field->minimum, field->maximum,
                                   field->initial, flags);
    default:
        g_assert_not_reached();
    }
}

void
gst_efficientnet_fields_install(const GstEfficientNetField *fields, GObjectClass *klass)
{
    for (guint i = 0; fields[i].name; i++)
        g_object_class_install_property(
            klass, i + 1,
            gst_efficientnet_field_make_spec(
                &fields[i], NULL, G_PARAM_WRITABLE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS));
}

void
gst_efficientnet_field_set(const GstEfficientNetField *field, gpointer structure,
                           const GValue *value)
{
    gpointer place = (char *)structure + field->offset;

    switch (field->type) {
    case G_TYPE_STRING:
        g_free(*(char **)place);
        *(char **)place = g_value_dup_string(value);
        break;
    case G_TYPE_BOOLEAN:
        *(gboolean *)place = g_value_get_boolean(value);
        break;
    case G_TYPE_UINT:
        *(guint *)place = g_value_get_uint(value);
        break;
    case G_TYPE_UINT64:
        *(guint64 *)place = g_value_get_uint64(value);
        break;
    default:
        g_assert_not_reached();
    }
}

void
gst_efficientnet_fields_clear(const GstEfficientNetField *fields, gpointer structure)
{
    for (guint i = 0; fields[i].name; i++)
        if (fields[i].type == G_TYPE_STRING)
            g_clear_pointer((char **)((char *)structure + fields[i].offset), g_free);
}
