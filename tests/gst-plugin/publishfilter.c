/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishfilter.h"

#include <gst/efficientnet/meta.h>

static GstEfficientNetPublishFilter *
make_filter(const char *text)
{
    GstStructure *structure = text ? gst_structure_from_string(text, NULL) : NULL;
    GError *error = NULL;
    GstEfficientNetPublishFilter *filter = gst_efficientnet_publish_filter_new(structure, &error);

    g_assert_no_error(error);
    g_assert_true(!text || structure);
    gst_clear_structure(&structure);
    return filter;
}

/* A result of the frame NUMBER, inferred AGE frames ago, with the two classes FIRST (0.75) and
 * "tiger, Panthera tigris" (0.125). */
static GstStructure *
make_result(guint number, guint age, const char *first, gint roi_id)
{
    g_autofree char *text = g_strdup_printf(
        "efficientnet-result,element=e,model=m,labels=<\"%s\",\"tiger, Panthera tigris\">,"
        "indices=<%d,292>,scores=<(float)0.75,(float)0.125>,roi_id=%d,age=(uint)%u,"
        "pts=(guint64)%u",
        first, first[0], roi_id, age, 1000 * (number - age));
    GstStructure *structure = gst_structure_from_string(text, NULL);

    g_assert_nonnull(structure);
    return structure;
}

/* What is kept of the result: "LABEL LABEL", or "". */
static char *
apply(GstEfficientNetPublishFilter *filter, GstStructure *result, guint number, gboolean held)
{
    GValue results = G_VALUE_INIT, kept = G_VALUE_INIT, value = G_VALUE_INIT;
    GString *labels = g_string_new(NULL);
    GstEfficientNetResult view;

    g_value_init(&results, GST_TYPE_LIST);
    g_value_init(&kept, GST_TYPE_LIST);
    g_value_init(&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed(&value, result);
    gst_value_list_append_and_take_value(&results, &value);
    gst_efficientnet_publish_filter_apply(filter, &results, number, held, &kept);
    for (guint i = 0; gst_efficientnet_results_get(&kept, i, &view); i++) {
        for (guint k = 0; k < view.n_classes; k++)
            g_string_append_printf(labels, "%s%s", labels->len > 0 ? " " : "",
                                   gst_efficientnet_result_get_label(&view, k));
    }
    g_value_unset(&results);
    g_value_unset(&kept);
    return g_string_free(labels, FALSE);
}

static void
assert_kept(GstEfficientNetPublishFilter *filter, guint number, guint age, const char *first,
            gboolean held, const char *expected)
{
    g_autofree char *kept = apply(filter, make_result(number, age, first, -1), number, held);

    g_assert_cmpstr(kept, ==, expected);
}

static void
test_all(void)
{
    g_autoptr(GstEfficientNetPublishFilter) filter = make_filter(NULL);

    for (guint i = 0; i < 3; i++)
        assert_kept(filter, i, i, "cat", TRUE, "cat tiger, Panthera tigris");
}

static void
test_classes(void)
{
    static const struct {
        const char *filter, *expected;
    } rows[] = {
        {"f,classes=<cat>", "cat"},
        {"f,classes=<CAT,dog>", "cat"},
        {"f,classes=<\"panthera tigris\">", "tiger, Panthera tigris"},
        {"f,classes=<\"tiger, panthera tigris\">", "tiger, Panthera tigris"},
        {"f,classes=<292>", "tiger, Panthera tigris"},
        {"f,classes=<(string)292,cat>", "cat tiger, Panthera tigris"},
        {"f,classes={cat,292}", "cat tiger, Panthera tigris"},
        {"f,classes=tiger", "tiger, Panthera tigris"},
        {"f,classes=292", "tiger, Panthera tigris"},
        {"f,classes=<Panthera>", ""},
        {"f,threshold=0.5", "cat"},
        {"f,threshold=1", ""},
        {"f,threshold=0.1,classes=<tiger>", "tiger, Panthera tigris"},
        {"f,threshold=0.2,classes=<tiger>", ""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GstEfficientNetPublishFilter) filter = make_filter(rows[i].filter);

        assert_kept(filter, 0, 0, "cat", TRUE, rows[i].expected);
    }
}

static void
test_changes(void)
{
    g_autoptr(GstEfficientNetPublishFilter) filter =
        make_filter("f,changes=true,classes=<cat,dog>");

    assert_kept(filter, 0, 0, "cat", TRUE, "cat");
    assert_kept(filter, 1, 0, "cat", TRUE, "");
    assert_kept(filter, 2, 0, "dog", TRUE, "dog");
    assert_kept(filter, 3, 1, "dog", TRUE, "");
    /* Gone and back again counts as a change. */
    assert_kept(filter, 4, 0, "fox", TRUE, "");
    assert_kept(filter, 5, 0, "dog", TRUE, "dog");
}

static void
test_changes_of_regions(void)
{
    g_autoptr(GstEfficientNetPublishFilter) filter = make_filter("f,changes=true,threshold=0.5");

    for (gint roi = 0; roi < 3; roi++) {
        g_autofree char *first = apply(filter, make_result(0, 0, "cat", roi), 0, TRUE);
        g_autofree char *second = apply(filter, make_result(1, 0, "cat", roi), 1, TRUE);

        g_assert_cmpstr(first, ==, "cat");
        g_assert_cmpstr(second, ==, "");
    }
}

/* Every inference once, even one that first comes with an age. */
static void
test_not_held(void)
{
    g_autoptr(GstEfficientNetPublishFilter) filter = make_filter("f,threshold=0.5");

    assert_kept(filter, 0, 0, "cat", FALSE, "cat");
    assert_kept(filter, 1, 1, "cat", FALSE, "");
    assert_kept(filter, 3, 1, "cat", FALSE, "cat");
    assert_kept(filter, 4, 2, "cat", FALSE, "");
    assert_kept(filter, 5, 0, "cat", FALSE, "cat");
}

static void
test_refused(void)
{
    static const struct {
        const char *filter, *says;
    } rows[] = {
        {"f,color=red", "\"color\""},
        {"f,threshold=high", "threshold is a number, and \"high\""},
        {"f,threshold=true", "threshold is a number"},
        {"f,changes=1", "changes is true or false"},
        {"f,classes=<0.5>", "classes is labels and indices"},
        {"f,classes=0.5", "classes is labels and indices"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GstStructure *structure = gst_structure_from_string(rows[i].filter, NULL);
        g_autoptr(GError) error = NULL;

        g_assert_nonnull(structure);
        g_assert_null(gst_efficientnet_publish_filter_new(structure, &error));
        g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
        g_assert_true(g_str_has_prefix(error->message, "filter: "));
        g_assert_nonnull(strstr(error->message, rows[i].says));
        gst_structure_free(structure);
    }
}

/* What is remembered of regions is bounded. */
static void
test_many_regions(void)
{
    g_autoptr(GstEfficientNetPublishFilter) filter = make_filter("f,threshold=0.5");

    for (gint roi = 0; roi < 10000; roi++) {
        g_autofree char *kept = apply(filter, make_result(0, 0, "cat", roi), 0, FALSE);

        g_assert_cmpstr(kept, ==, "cat");
    }
}

/* What becomes unknown has changed, though its first class is the same. */
static void
test_changes_unknown(void)
{
    static const gboolean unknown[] = {FALSE, TRUE, TRUE, FALSE};
    g_autoptr(GstEfficientNetPublishFilter) filter = make_filter("f,changes=true");

    for (guint i = 0; i < G_N_ELEMENTS(unknown); i++) {
        GstStructure *result = make_result(i, 0, "cat", -1);
        g_autofree char *kept = NULL;

        gst_structure_set(result, "similarity", G_TYPE_FLOAT, 0.5f, "unknown", G_TYPE_BOOLEAN,
                          unknown[i], NULL);
        kept = apply(filter, result, i, FALSE);
        g_assert_cmpstr(kept, ==, i == 2 ? "" : "cat tiger, Panthera tigris");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/publishfilter/all", test_all);
    g_test_add_func("/publishfilter/classes", test_classes);
    g_test_add_func("/publishfilter/changes", test_changes);
    g_test_add_func("/publishfilter/changes-unknown", test_changes_unknown);
    g_test_add_func("/publishfilter/changes-of-regions", test_changes_of_regions);
    g_test_add_func("/publishfilter/not-held", test_not_held);
    g_test_add_func("/publishfilter/refused", test_refused);
    g_test_add_func("/publishfilter/many-regions", test_many_regions);
    return g_test_run();
}
