/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_FUZZ_STRUCTURE_H
#define TEST_FUZZ_STRUCTURE_H

#include <gst/gst.h>

#include "fuzz.h"

/* Parses the input as GStreamer parses text for a property of this type; NULL if it is invalid. */
static inline GstStructure *
structure_from_input(const guint8 *data, gsize size)
{
    g_autofree char *text = g_strndup((const char *)data, size);

    gst_init(NULL, NULL);
    gst_debug_set_active(FALSE);
    return g_utf8_validate(text, -1, NULL) ? gst_structure_from_string(text, NULL) : NULL;
}

#endif
