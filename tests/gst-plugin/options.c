/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

static void
parse(const char *text, EffNetModelOptions *options, GstStructure **structure)
{
    GError *error = NULL;

    *structure = gst_structure_from_string(text, NULL);
    g_assert_nonnull(*structure);
    g_assert_true(gst_efficientnet_options_parse(*structure, options, &error));
    g_assert_no_error(error);
}

static void
test_nothing(void)
{
    static const EffNetModelOptions zero;
    EffNetModelOptions options = {.resolution = 7};

    g_assert_true(gst_efficientnet_options_parse(NULL, &options, NULL));
    g_assert_cmpmem(&options, sizeof options, &zero, sizeof zero);
}

static void
test_all(void)
{
    EffNetModelOptions options;
    GstStructure *structure;

    parse("o,arch=b3,resolution=300,mean=<0.5,0.25,1>,std=<1,2.0,(float)3>,padding=symmetric,"
          "epsilon=1e-5",
          &options, &structure);
    g_assert_cmpstr(options.arch, ==, "b3");
    g_assert_cmpuint(options.resolution, ==, 300);
    g_assert_true(options.set_mean && options.set_std);
    g_assert_cmpfloat(options.mean[1], ==, 0.25f);
    g_assert_cmpfloat(options.mean[2], ==, 1.0f);
    g_assert_cmpfloat(options.std[0], ==, 1.0f);
    g_assert_cmpfloat(options.std[2], ==, 3.0f);
    g_assert_cmpint(options.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpfloat(options.epsilon, ==, 1e-5);
    gst_structure_free(structure);
}

/* The property's text, with and without a structure's name first. */
static void
test_text(void)
{
    static const char *const texts[] = {"padding=same", "options,padding=same",
                                        "padding=same,mean=<0.5,0.5,0.5>"};
    GValue value = G_VALUE_INIT, plain = G_VALUE_INIT, back = G_VALUE_INIT;
    g_autofree char *text = NULL;

    g_value_init(&value, gst_efficientnet_model_options_get_type());
    g_value_init(&plain, GST_TYPE_STRUCTURE);
    g_value_init(&back, gst_efficientnet_model_options_get_type());
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        EffNetModelOptions options;

        g_assert_true(gst_value_deserialize(&value, texts[i]));
        g_assert_true(gst_efficientnet_options_parse(g_value_get_boxed(&value), &options, NULL));
        g_assert_cmpint(options.padding, ==, EFFNET_PADDING_SAME);
    }
    g_assert_false(gst_value_deserialize(&back, "padding=<"));
    /* A GstStructure can be transformed to the property's type, and back. */
    g_assert_true(g_value_transform(&value, &plain));
    g_assert_true(gst_structure_has_field(gst_value_get_structure(&plain), "mean"));
    g_assert_true(g_value_transform(&plain, &back));
    g_assert_cmpint(gst_value_compare(&value, &back), ==, GST_VALUE_EQUAL);
    text = gst_value_serialize(&back);
    g_assert_true(gst_value_deserialize(&value, text));
    g_assert_cmpint(gst_value_compare(&value, &back), ==, GST_VALUE_EQUAL);
    g_value_unset(&value);
    g_value_unset(&plain);
    g_value_unset(&back);
}

static void
test_wrong(void)
{
    static const char *const wrong[][2] = {
        {"o,size=3", "size"},
        {"o,arch=3", "arch"},
        {"o,resolution=0", "resolution"},
        {"o,resolution=-4", "resolution"},
        {"o,resolution=1.5", "resolution"},
        {"o,resolution=(string)224", "resolution"},
        {"o,resolution=(gint64)99999999999", "resolution"},
        {"o,mean=<0.5,0.5>", "mean"},
        {"o,mean=0.5", "mean"},
        {"o,mean=<a,b,c>", "mean"},
        {"o,mean=<1e300,0.0,0.0>", "mean"},
        {"o,std=<1e300,1.0,1.0>", "std"},
        {"o,std=<1e-300,1.0,1.0>", "std"},
        {"o,std=<1,0,1>", "std"},
        {"o,padding=valid", "padding"},
        {"o,padding=3", "padding"},
        {"o,epsilon=0", "epsilon"},
        {"o,epsilon=small", "epsilon"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        GstStructure *structure = gst_structure_from_string(wrong[i][0], NULL);
        EffNetModelOptions options;
        GError *error = NULL;

        g_assert_nonnull(structure);
        g_test_message("%s", wrong[i][0]);
        g_assert_false(gst_efficientnet_options_parse(structure, &options, &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
        g_assert_true(g_str_has_prefix(error->message, "model-options: "));
        g_assert_nonnull(strstr(error->message, wrong[i][1]));
        g_error_free(error);
        gst_structure_free(structure);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/options/nothing", test_nothing);
    g_test_add_func("/options/all", test_all);
    g_test_add_func("/options/text", test_text);
    g_test_add_func("/options/wrong", test_wrong);
    return g_test_run();
}
