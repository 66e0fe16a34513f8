/* SPDX-License-Identifier: BSD-2-Clause */
/* A custom query, which goes upstream: which labels the model of an efficientnet has. */
#ifndef GST_EFFICIENTNET_LABELSQUERY_H
#define GST_EFFICIENTNET_LABELSQUERY_H

#include <gst/gst.h>

/* Asks the elements upstream of PAD, or also its own if it is a source pad, for the labels of the
 * efficientnet that is called ELEMENT. NULL: nobody knows. For g_strfreev(). */
char **gst_efficientnet_labels_query(GstPad *pad, const char *element);

/* Whether QUERY is that query, about ELEMENT. */
gboolean gst_efficientnet_labels_query_is_about(GstQuery *query, const char *element);

/* Answers QUERY with N labels. */
void gst_efficientnet_labels_query_answer(GstQuery *query, const char *const *labels, guint n);

#endif
