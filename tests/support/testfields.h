/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of properties. */
#ifndef EFFNET_TEST_FIELDS_H
#define EFFNET_TEST_FIELDS_H

#include "fields.h"

/* Sets every property of FIELDS in STRUCTURE: strings to their own names, numbers to their maximum,
 * booleans to TRUE. Returns how many there are. */
static inline guint
effnet_test_set_fields(const GstEfficientNetField *fields, gpointer structure)
{
    guint n = 0;

    for (; fields[n].name; n++) {
        GValue value = G_VALUE_INIT;

        g_value_init(&value, fields[n].type);
        if (fields[n].type == G_TYPE_STRING)
            g_value_set_string(&value, fields[n].name);
        else if (fields[n].type == G_TYPE_UINT)
            g_value_set_uint(&value, (guint)fields[n].maximum);
        else if (fields[n].type == G_TYPE_UINT64)
            g_value_set_uint64(&value, fields[n].maximum);
        else
            g_value_set_boolean(&value, TRUE);
        gst_efficientnet_field_set(&fields[n], structure, &value);
        g_value_unset(&value);
    }
    return n;
}

#endif
