/* SPDX-License-Identifier: BSD-2-Clause */
#include "meta.h"

static const char *const labels[] = {"zero", "one", "two", "three", NULL};

static void
replace(GstBuffer *buffer, const char *element, guint index, guint age)
{
    GstEfficientNetFinding *finding = g_malloc0(sizeof *finding + sizeof *finding->classes);
    GValue results = G_VALUE_INIT;

    finding->subject = (GstEfficientNetSubject){
        .pts = 77, .region = {1, 2, 3, 4}, .width = 64, .height = 48, .roi_id = -1};
    finding->n = 1;
    finding->classes[0] = (EffNetClass){index, 0.5f};
    g_value_init(&results, GST_TYPE_LIST);
    gst_efficientnet_meta_append_result(&results, finding, &finding->subject, element, "net",
                                        labels, age);
    gst_efficientnet_meta_replace(buffer, element, &results);
    g_assert_false(G_IS_VALUE(&results));
    g_free(finding);
}

static void
remove_all(GstBuffer *buffer, const char *element)
{
    GValue none = G_VALUE_INIT;

    g_value_init(&none, GST_TYPE_LIST);
    gst_efficientnet_meta_replace(buffer, element, &none);
}

/* As a model that keeps what it was learned from says it. */
static void
test_similarity(void)
{
    GstEfficientNetFinding *finding = g_malloc0(sizeof *finding + sizeof *finding->classes);
    GstBuffer *buffer = gst_buffer_new();
    GValue results = G_VALUE_INIT;
    GstEfficientNetResult result;

    replace(buffer, "e0", 1, 0);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_false(gst_efficientnet_result_is_unknown(&result));
    g_assert_cmpfloat(gst_efficientnet_result_get_similarity(&result), ==, 1);
    g_assert_false(gst_structure_has_field(result.structure, "similarity"));
    finding->n = 1;
    gst_efficientnet_finding_set_similarity(finding, 0.25f, 0.5f);
    g_value_init(&results, GST_TYPE_LIST);
    gst_efficientnet_meta_append_result(&results, finding, &finding->subject, "e0", "net", labels,
                                        0);
    gst_efficientnet_meta_replace(buffer, "e0", &results);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_true(gst_efficientnet_result_is_unknown(&result));
    g_assert_cmpfloat(gst_efficientnet_result_get_similarity(&result), ==, 0.25f);
    gst_buffer_unref(buffer);
    g_free(finding);
}

static guint
count(GstBuffer *buffer)
{
    GstEfficientNetResult result;
    guint n = 0;

    while (gst_efficientnet_buffer_get_result(buffer, n, &result))
        n++;
    return n;
}

static void
test_fields(void)
{
    GstBuffer *buffer = gst_buffer_new();
    GstEfficientNetResult result;

    replace(buffer, "e0", 1, 4);
    g_assert_cmpuint(count(buffer), ==, 1);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpstr(result.element, ==, "e0");
    g_assert_cmpstr(result.model, ==, "net");
    g_assert_cmpuint(result.n_classes, ==, 1);
    g_assert_cmpstr(gst_efficientnet_result_get_label(&result, 0), ==, "one");
    g_assert_cmpint(gst_efficientnet_result_get_index(&result, 0), ==, 1);
    g_assert_cmpfloat(gst_efficientnet_result_get_score(&result, 0), ==, 0.5f);
    g_assert_cmpint(result.x, ==, 1);
    g_assert_cmpint(result.y, ==, 2);
    g_assert_cmpint(result.w, ==, 3);
    g_assert_cmpint(result.h, ==, 4);
    g_assert_cmpint(result.width, ==, 64);
    g_assert_cmpint(result.height, ==, 48);
    g_assert_cmpint(result.roi_id, ==, -1);
    g_assert_cmpuint(result.age, ==, 4);
    g_assert_cmpuint(result.pts, ==, 77);
    gst_buffer_unref(buffer);
}

/* A second element appends; each replaces only its own results; the last one to remove its own also
 * removes the meta. */
static void
test_replace(void)
{
    GstBuffer *buffer = gst_buffer_new();
    GstEfficientNetResult result;

    g_assert_cmpuint(count(buffer), ==, 0);
    remove_all(buffer, "e0");
    g_assert_null(gst_buffer_get_custom_meta(buffer, GST_EFFICIENTNET_META_NAME));
    replace(buffer, "e0", 1, 0);
    replace(buffer, "e1", 2, 0);
    g_assert_cmpuint(count(buffer), ==, 2);
    replace(buffer, "e0", 3, 0);
    g_assert_cmpuint(count(buffer), ==, 2);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpstr(result.element, ==, "e1");
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 1, &result));
    g_assert_cmpstr(result.element, ==, "e0");
    g_assert_cmpint(gst_efficientnet_result_get_index(&result, 0), ==, 3);

    remove_all(buffer, "e0");
    g_assert_cmpuint(count(buffer), ==, 1);
    remove_all(buffer, "e1");
    g_assert_null(gst_buffer_get_custom_meta(buffer, GST_EFFICIENTNET_META_NAME));
    gst_buffer_unref(buffer);
}

/* A copy of the buffer does not change with the original. */
static void
test_copy(void)
{
    GstBuffer *buffer = gst_buffer_new(), *copy;
    GstEfficientNetResult result;

    replace(buffer, "e0", 1, 0);
    copy = gst_buffer_copy(buffer);
    replace(buffer, "e0", 2, 0);
    g_assert_true(gst_efficientnet_buffer_get_result(copy, 0, &result));
    g_assert_cmpint(gst_efficientnet_result_get_index(&result, 0), ==, 1);
    gst_buffer_unref(buffer);
    gst_buffer_unref(copy);
}

/* A structure made by others may contain anything. */
static void
test_malformed(void)
{
    static const char *const malformed[] = {
        "efficientnet-result",
        "efficientnet-result,labels=<a,b>,indices=<1>,scores=<(float)1>",
        "efficientnet-result,labels=<a>,indices=<1>,scores=0.5",
        "efficientnet-result,labels={a},indices={1},scores={0.5}",
    };
    GstStructure *odd =
        gst_structure_from_string("r,labels=<(int)1>,indices=<(string)a>,scores=<(int)1>", NULL);
    GstEfficientNetResult result;

    for (gsize i = 0; i < G_N_ELEMENTS(malformed); i++) {
        GstStructure *structure = gst_structure_from_string(malformed[i], NULL);

        g_assert_nonnull(structure);
        g_assert_false(gst_efficientnet_result_from_structure(structure, &result));
        gst_structure_free(structure);
    }
    g_assert_true(gst_efficientnet_result_from_structure(odd, &result));
    g_assert_null(gst_efficientnet_result_get_label(&result, 0));
    g_assert_cmpint(gst_efficientnet_result_get_index(&result, 0), ==, -1);
    g_assert_cmpfloat(gst_efficientnet_result_get_score(&result, 0), ==, 0);
    g_assert_cmpint(result.roi_id, ==, -1);
    g_assert_false(GST_CLOCK_TIME_IS_VALID(result.pts));
    gst_structure_free(odd);
}

/* A reader may exist before the plugin's first element. */
static void
test_unregistered(void)
{
    GstBuffer *buffer = gst_buffer_new();

    g_assert_null(gst_efficientnet_buffer_get_results(buffer));
    gst_buffer_unref(buffer);
    gst_efficientnet_meta_register();
    gst_efficientnet_meta_register();
    g_assert_true(gst_meta_info_is_custom(gst_meta_get_info(GST_EFFICIENTNET_META_NAME)));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/meta/unregistered", test_unregistered);
    g_test_add_func("/meta/fields", test_fields);
    g_test_add_func("/meta/similarity", test_similarity);
    g_test_add_func("/meta/replace", test_replace);
    g_test_add_func("/meta/copy", test_copy);
    g_test_add_func("/meta/malformed", test_malformed);
    return g_test_run();
}
