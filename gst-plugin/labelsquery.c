/* SPDX-License-Identifier: BSD-2-Clause */
#include "labelsquery.h"

#define NAME "efficientnet-labels"

char **
gst_efficientnet_labels_query(GstPad *pad, const char *element)
{
    GstQuery *query = gst_query_new_custom(
        GST_QUERY_CUSTOM, gst_structure_new(NAME, "element", G_TYPE_STRING, element, NULL));
    char **labels = NULL;

    if (GST_PAD_IS_SRC(pad) ? gst_pad_query(pad, query) : gst_pad_peer_query(pad, query))
        gst_structure_get(gst_query_get_structure(query), "labels", G_TYPE_STRV, &labels, NULL);
    gst_query_unref(query);
    return labels;
}

gboolean
gst_efficientnet_labels_query_is_about(GstQuery *query, const char *element)
{
    const GstStructure *structure = gst_query_get_structure(query);

    return GST_QUERY_TYPE(query) == GST_QUERY_CUSTOM && structure &&
           gst_structure_has_name(structure, NAME) &&
           g_strcmp0(gst_structure_get_string(structure, "element"), element) == 0;
}

void
gst_efficientnet_labels_query_answer(GstQuery *query, const char *const *labels, guint n)
{
    char **copies = g_new0(char *, n + 1);

    for (guint i = 0; i < n; i++)
        copies[i] = g_strdup(labels[i]);
    gst_structure_set(gst_query_writable_structure(query), "labels", G_TYPE_STRV, copies, NULL);
    g_strfreev(copies);
}
