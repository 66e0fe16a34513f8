/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include "recognise/settings.h"
#include "../support.h"

static void
test_overlay(void)
{
    static const EffNetSource sources[] = {
        {"first", {.resolution = 64}},
        {"second", {.resolution = 96, .mean = {TRUE, {0, 0, 0}}, .epsilon = 0.5}},
        {"third", {EFFNET_SAYS_SAME, EFFNET_SAYS_IMAGENET, .resize = EFFNET_RESIZE_STRETCH}},
    };
    const char *origins[EFFNET_N_SETTINGS];
    static const char *const expected[EFFNET_N_SETTINGS] = {
        "third", "second", "first", "second", "third", NULL, NULL, "third", NULL};
    EffNetSettings settings;

    effnet_settings_overlay(sources, G_N_ELEMENTS(sources), &settings, origins);
    for (guint i = 0; i < EFFNET_N_SETTINGS; i++)
        g_assert_cmpstr(origins[i], ==, expected[i]);
    g_assert_cmpint(settings.padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpfloat(settings.epsilon, ==, 0.5);
    g_assert_cmpuint(settings.resolution, ==, 64);
    g_assert_cmpfloat(settings.mean.of[0], ==, 0);
    g_assert_cmpfloat(settings.std.of[0], ==, 0.229f);
    g_assert_cmpfloat(settings.crop_fraction, ==, 0);
    g_assert_cmpint(settings.activation, ==, EFFNET_ACTIVATION_AUTO);
}

static void
test_describe(void)
{
    static const EffNetSettings settings = {EFFNET_SAYS_SYMMETRIC,
                                            EFFNET_SAYS_INCEPTION,
                                            EFFNET_SAYS_BICUBIC,
                                            EFFNET_SAYS_STRETCH,
                                            .resolution = 224,
                                            .crop_fraction = 0.5f,
                                            .activation = EFFNET_ACTIVATION_NONE};
    static const char *const expected[EFFNET_N_SETTINGS] = {
        "padding: symmetric",     "epsilon: 1e-05",       "resolution: 224",
        "mean: 0.5 0.5 0.5",      "std: 0.5 0.5 0.5",     "crop fraction: 0.5",
        "interpolation: bicubic", "resize mode: stretch", "activation: none"};

    for (guint i = 0; i < EFFNET_N_SETTINGS; i++) {
        g_autofree char *text = effnet_settings_describe(&settings, i);

        g_assert_cmpstr(text, ==, expected[i]);
    }
}

static void
test_check(void)
{
    const struct {
        EffNetSettings settings;
        const char *error;
    } cases[] = {
        {{.resolution = 31}, "the resolution by x.json is 31, where 32 to 4096 pixels were"},
        {{.resolution = 4097}, "the resolution by x.json is 4097"},
        {{.epsilon = -1}, "the epsilon by x.json is -1"},
        {{.epsilon = 1}, "the epsilon by x.json is 1"},
        {{.epsilon = NAN}, "the epsilon by x.json is nan"},
        {{.mean = {TRUE, {0, INFINITY, 0}}}, "the mean by x.json is 0 inf 0"},
        {{.mean = {TRUE, {0, 0, NAN}}}, "the mean by x.json is 0 0 nan"},
        {{.std = {TRUE, {1, 0, 1}}},
         "the std by x.json is 1 0 1, where three numbers above 0, of pixels of 0 to 1, were"},
        {{.mean = {TRUE, {123.675f, 116.28f, 103.53f}}},
         "the mean by x.json is 123.675 116.28 103.53, where three numbers of pixels of 0 to 1"},
        {{.std = {TRUE, {255, 255, 255}}}, "the std by x.json is 255 255 255"},
        {{.std = {TRUE, {1, -1, 1}}}, "the std by x.json"},
        {{.std = {TRUE, {1, 1, INFINITY}}}, "the std by x.json"},
        {{.std = {TRUE, {NAN, 1, 1}}}, "the std by x.json"},
        {{.crop_fraction = 1.5f}, "the crop fraction by x.json is 1.5"},
        {{.crop_fraction = -1}, "the crop fraction by x.json is -1"},
        {{0}, NULL},
        {{.resolution = 4096, .epsilon = 1e-9, .crop_fraction = 1, EFFNET_SAYS_IMAGENET}, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const EffNetSource source = {"x.json", cases[i].settings};
        GError *error = NULL;

        g_assert_cmpint(effnet_source_check(&source, &error), ==, cases[i].error == NULL);
        if (cases[i].error)
            support_check_error(&error, EFFNET_ERROR_SETTINGS, cases[i].error);
    }
}

static void
test_conversions(void)
{
    const EffNetModelOptions options = {
        .resolution = 64, .set_std = TRUE, .std = {1, 2, 3}, .mean = {7, 7, 7}};
    EffNetSettings settings = effnet_settings_from_options(&options);

    g_assert_cmpuint(settings.resolution, ==, 64);
    g_assert_cmpfloat(settings.std.of[2], ==, 3);
    g_assert_false(settings.mean.said);
    g_assert_cmpint(effnet_interpolation_parse("bicubic"), ==, EFFNET_INTERPOLATION_BICUBIC);
    g_assert_cmpint(effnet_interpolation_parse("bilinear"), ==, EFFNET_INTERPOLATION_BILINEAR);
    g_assert_cmpint(effnet_interpolation_parse("random"), ==, EFFNET_INTERPOLATION_AUTO);
    g_assert_cmpint(effnet_interpolation_parse(NULL), ==, EFFNET_INTERPOLATION_AUTO);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/settings/overlay", test_overlay);
    g_test_add_func("/model/settings/describe", test_describe);
    g_test_add_func("/model/settings/check", test_check);
    g_test_add_func("/model/settings/conversions", test_conversions);
    return g_test_run();
}
