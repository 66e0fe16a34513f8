/* SPDX-License-Identifier: BSD-2-Clause */
#include "labelsquery.h"

static gboolean
answer(GstPad *pad, GstObject *parent, GstQuery *query)
{
    static const char *const labels[] = {"cat", "dog"};

    if (!gst_efficientnet_labels_query_is_about(query, "first"))
        return FALSE;
    gst_efficientnet_labels_query_answer(query, labels, 2);
    return TRUE;
}

static void
test_query(void)
{
    GstPad *source = gst_pad_new("src", GST_PAD_SRC), *sink = gst_pad_new("sink", GST_PAD_SINK);
    g_auto(GStrv) labels = NULL;

    g_assert_null(gst_efficientnet_labels_query(sink, "first"));
    gst_pad_set_query_function(source, answer);
    g_assert_cmpint(gst_pad_link(source, sink), ==, GST_PAD_LINK_OK);
    labels = gst_efficientnet_labels_query(sink, "first");
    g_assert_cmpuint(g_strv_length(labels), ==, 2);
    g_assert_cmpstr(labels[0], ==, "cat");
    g_assert_cmpstr(labels[1], ==, "dog");
    g_assert_null(gst_efficientnet_labels_query(sink, "second"));
    g_strfreev(labels);
    labels = gst_efficientnet_labels_query(source, "first"); /* its own element's */
    g_assert_cmpuint(g_strv_length(labels), ==, 2);
    gst_object_unref(source);
    gst_object_unref(sink);
}

/* Other queries are not mistaken for it. */
static void
test_others(void)
{
    GstQuery *queries[] = {
        gst_query_new_latency(),
        gst_query_new_custom(GST_QUERY_CUSTOM, NULL),
        gst_query_new_custom(GST_QUERY_CUSTOM, gst_structure_new_empty("others")),
        gst_query_new_custom(GST_QUERY_CUSTOM, gst_structure_new_empty("efficientnet-labels")),
    };

    for (gsize i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_assert_false(gst_efficientnet_labels_query_is_about(queries[i], "first"));
        gst_query_unref(queries[i]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/labelsquery/query", test_query);
    g_test_add_func("/labelsquery/others", test_others);
    return g_test_run();
}
