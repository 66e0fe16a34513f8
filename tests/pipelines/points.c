/* SPDX-License-Identifier: BSD-2-Clause */
#include "points.h"

static const EffNetPlotPoint *
at(const GPtrArray *points, guint i)
{
    return g_ptr_array_index(points, i);
}

static void
test_walk(void)
{
    g_autoptr(GPtrArray) points = effnet_points_walk("b0", 2, 1, NULL);
    static const char *const scalings[] = {"compound", "depth", "width", "resolution"};
    guint64 base;

    g_assert_cmpuint(points->len, ==, 12);
    base = at(points, 0)->cost.macs;
    for (guint i = 0; i < points->len; i++) {
        const EffNetPlotPoint *point = at(points, i);

        g_assert_cmpstr(point->scaling, ==, scalings[i / 3]);
        g_assert_cmpfloat(point->phi, ==, i % 3);
        if (i % 3 == 0) {
            g_assert_cmpuint(point->cost.macs, ==, base);
            continue;
        }
        /* Repeats are rounded up and channels to multiples of 8, so that it is not quite the rule's
         * 1.92. */
        g_assert_cmpuint(point->cost.macs, >, at(points, i - 1)->cost.macs * 3 / 2);
        g_assert_cmpuint(point->cost.macs, <, at(points, i - 1)->cost.macs * 3);
    }
}

static void
test_walk_leaves_out_what_is_too_large(void)
{
    g_autoptr(GPtrArray) points = effnet_points_walk("l2", 5, 1, NULL);
    guint compound = 0;

    for (guint i = 0; i < points->len; i++)
        compound += g_str_equal(at(points, i)->scaling, "compound");
    g_assert_cmpuint(points->len, <, 24);
    g_assert_cmpuint(compound, >, 0);
}

static void
test_unknown_base(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(effnet_points_walk("b99", 1, 1, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_clear_error(&error);
    g_assert_null(effnet_points_named("b99", &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
}

static void
check_named(const char *base, const char *const *names)
{
    g_autoptr(GPtrArray) points = effnet_points_named(base, NULL);

    g_assert_cmpuint(points->len, ==, g_strv_length((char **)names));
    for (guint i = 0; i < points->len; i++)
        g_assert_cmpstr(effnet_arch_get_name(at(points, i)->arch), ==, names[i]);
}

static void
test_named(void)
{
    static const char *const b[] = {"b0", "b1", "b2", "b3", "b4", "b5",
                                    "b6", "b7", "b8", "l2", NULL};
    static const char *const lite[] = {"lite0", "lite1", "lite2", "lite3", "lite4", NULL};
    static const char *const resnet[] = {"resnet50", NULL};

    check_named("b0", b);
    check_named("b3", b);
    check_named("lite1", lite);
    check_named("resnet50", resnet);
}

static void
test_measure(void)
{
    const EffNetMeasure measure = {.precision = EFFNET_PRECISION_FP32, .threads = 1};
    g_autoptr(EffNetArch) arch =
        effnet_arch_new_scaled("mobilenet-v1", &(EffNetScaling){.phi = -9}, NULL);
    g_autoptr(EffNetPlotPoint) point = effnet_point_new("compound", -9, arch);

    g_assert_cmpfloat(point->latency, ==, 0);
    g_assert_true(effnet_point_measure(point, &measure, NULL));
    g_assert_cmpfloat(point->latency, >, 0);
}

/* A budget that nothing meets, and one that something surely meets. */
static void
test_fit(void)
{
    const EffNetMeasure measure = {.precision = EFFNET_PRECISION_FP32, .threads = 1};
    g_autoptr(EffNetPlotPoint) named = NULL, compound = NULL;

    g_assert_true(effnet_points_fit("mobilenet-v1-025", 1e-6, &measure, &named, &compound, NULL));
    g_assert_null(named);
    g_assert_null(compound);
    g_assert_true(effnet_points_fit("mobilenet-v1-025", 10, &measure, &named, &compound, NULL));
    g_assert_cmpfloat(compound->latency, <=, 10);
    g_assert_cmpstr(compound->scaling, ==, "compound");
    if (named)
        g_assert_cmpfloat(named->latency, <=, 10);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pipelines/points/walk", test_walk);
    g_test_add_func("/pipelines/points/too-large", test_walk_leaves_out_what_is_too_large);
    g_test_add_func("/pipelines/points/unknown-base", test_unknown_base);
    g_test_add_func("/pipelines/points/named", test_named);
    g_test_add_func("/pipelines/points/measure", test_measure);
    g_test_add_func("/pipelines/points/fit", test_fit);
    return g_test_run();
}
