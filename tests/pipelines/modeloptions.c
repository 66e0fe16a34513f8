/* SPDX-License-Identifier: BSD-2-Clause */
#include "modeloptions.h"

#include <string.h>

static void
parse(const char *text, EffNetModelOptions *options, char **arch)
{
    GError *error = NULL;

    *options = (EffNetModelOptions){0};
    effnet_model_options_parse(text, options, arch, &error);
    g_assert_no_error(error);
}

static void
test_all(void)
{
    EffNetModelOptions options;
    g_autofree char *arch = NULL;

    parse("o,arch=b3,resolution=300,mean=<0.5, 0.25,1>,std=<1,2.0,3>,padding=symmetric,"
          "epsilon=1e-5",
          &options, &arch);
    g_assert_cmpstr(options.arch, ==, "b3");
    g_assert_true(options.arch == arch);
    g_assert_cmpuint(options.resolution, ==, 300);
    g_assert_true(options.set_mean && options.set_std);
    g_assert_cmpfloat(options.mean[1], ==, 0.25f);
    g_assert_cmpfloat(options.mean[2], ==, 1.0f);
    g_assert_cmpfloat(options.std[2], ==, 3.0f);
    g_assert_cmpint(options.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpfloat(options.epsilon, ==, 1e-5);
}

/* As the element takes them: with and without a name, with a structure's types. */
static void
test_forms(void)
{
    static const char *const texts[] = {"padding=same", "options,padding=same", "o, padding = same",
                                        "o,padding=(string)same", "padding=\"same\""};
    EffNetModelOptions options;
    g_autofree char *arch = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        parse(texts[i], &options, &arch);
        g_assert_cmpint(options.padding, ==, EFFNET_PADDING_SAME);
    }
    parse(NULL, &options, &arch);
    g_assert_cmpint(options.padding, ==, EFFNET_PADDING_AUTO);
    parse("arch=b0,arch=b1", &options, &arch);
    g_assert_cmpstr(options.arch, ==, "b1");
}

static void
test_wrong(void)
{
    static const char *const wrong[][2] = {
        {"", "not of the form NAME=VALUE"},
        {"same", "not of the form NAME=VALUE"},
        {"padding=same,", "not of the form NAME=VALUE"},
        {"o,p,padding=same", "\"p\" is not of the form"},
        {"size=3", "there is no field size"},
        {"arch=", "arch must be the name of a network"},
        {"resolution=0", "resolution must be"},
        {"resolution=1.5", "resolution must be"},
        {"resolution=big", "resolution must be"},
        {"resolution=1e99", "resolution must be"},
        {"mean=<0.5,0.5>", "mean must be three numbers"},
        {"mean=0.5", "mean must be"},
        {"mean=<a,b,c>", "mean must be"},
        {"mean=<nan,1,1>", "mean must be"},
        {"std=<1,0,1>", "std must be"},
        {"padding=both", "padding must be same or symmetric, not both"},
        {"epsilon=-1", "epsilon must be"},
        {"mean=<1,1", "mean must be"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        EffNetModelOptions options = {0};
        g_autofree char *arch = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_false(effnet_model_options_parse(wrong[i][0], &options, &arch, &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
        g_assert_nonnull(strstr(error->message, wrong[i][1]));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/modeloptions/all", test_all);
    g_test_add_func("/modeloptions/forms", test_forms);
    g_test_add_func("/modeloptions/wrong", test_wrong);
    return g_test_run();
}
