/* SPDX-License-Identifier: BSD-2-Clause */
#include "naming.h"

/* Rows that depend on the file's name say so, and come before those that do not. */
static void
test_origins(void)
{
    g_autoptr(GArray) sources = g_array_new(FALSE, FALSE, sizeof(EffNetSource));
    const EffNetSource *source;

    effnet_practice_add(&effnet_naming_lukemelas, "b0", "adv-efficientnet-b0", "a", "b", sources);
    g_assert_cmpuint(sources->len, ==, 2);
    source = &g_array_index(sources, EffNetSource, 0);
    g_assert_cmpstr(source->origin, ==, "b");
    g_assert_true(source->settings.mean.said);
    source = &g_array_index(sources, EffNetSource, 1);
    g_assert_cmpstr(source->origin, ==, "a");
    g_assert_cmpint(source->settings.padding, ==, EFFNET_PADDING_SAME);
}

/* People capitalise names as they like. */
static void
test_case(void)
{
    EffNetSettings practice =
        practice_of(&effnet_naming_timm, "b0", "Best_EfficientNet_B0.RA4_e3600");

    g_assert_cmpint(practice.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpfloat(practice.crop_fraction, ==, 0.9f);
}

static void
test_nothing(void)
{
    EffNetSettings practice = practice_of(&effnet_naming_timm, "b0", NULL);

    g_assert_cmpint(practice.padding, ==, EFFNET_PADDING_AUTO);
    g_assert_cmpuint(practice.resolution, ==, 0);
    g_assert_false(practice.mean.said);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/practice/origins", test_origins);
    g_test_add_func("/model/practice/case", test_case);
    g_test_add_func("/model/practice/nothing", test_nothing);
    return g_test_run();
}
