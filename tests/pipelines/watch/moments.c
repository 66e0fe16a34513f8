/* SPDX-License-Identifier: BSD-2-Clause */
#include "moments.h"

#include "fake.h"

#include <string.h>

#define BEGINS EFFNET_WATCH_MOMENT_BEGINS
#define ENDS   EFFNET_WATCH_MOMENT_ENDS

/* A frame at TIME, in tenths of a second (-1: it has none), of class INDEX (0: of none), and what
 * begins and ends with it. */
typedef struct {
    gint time, index;
    guint change;
} Step;

static void
check(EffNetWatchMoments *moments, const Step *steps, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_autofree char *label = g_strdup_printf("class %d", steps[i].index);
        GstClockTime pts =
            steps[i].time < 0 ? GST_CLOCK_TIME_NONE : (GstClockTime)steps[i].time * GST_SECOND / 10;
        g_autoptr(GstBuffer) buffer = effnet_test_fake_frame(pts, steps[i].index ? label : NULL,
                                                             steps[i].index, 0.5f, 0, pts);
        guint change = effnet_watch_moments_follow(moments, buffer);

        if (change != steps[i].change)
            g_error("step %u gives %u", i, change);
        if (change & BEGINS) {
            g_assert_cmpint(moments->index, ==, steps[i].index);
            g_assert_cmpstr(moments->label, ==, label);
        }
    }
    effnet_watch_moments_clear(moments);
}

static void
test_at_once(void)
{
    static const Step steps[] = {{0, 0, 0},   {1, 1, BEGINS},          {2, 1, 0},
                                 {900, 1, 0}, {910, 2, ENDS | BEGINS}, {915, 3, ENDS},
                                 {918, 3, 0}, {920, 3, BEGINS},        {925, 0, ENDS},
                                 {926, 3, 0}, {940, 3, BEGINS}};
    EffNetWatchMoments moments = {.most = GST_CLOCK_TIME_NONE, .apart = GST_SECOND};

    effnet_watch_moments_init(&moments);
    check(&moments, steps, G_N_ELEMENTS(steps));
}

/* A class that flickers is one moment, and one that stays is cut. */
static void
test_lingering(void)
{
    static const Step steps[] = {
        {0, 1, BEGINS}, {5, 2, 0},       {9, 1, 0},  {15, 0, 0},   {19, 2, ENDS | BEGINS},
        {48, 2, 0},     {49, 2, ENDS},   {55, 2, 0}, {60, 0, 0},   {64, 2, 0},
        {74, 0, 0},     {75, 2, BEGINS}, {80, 0, 0}, {85, 0, ENDS}};
    EffNetWatchMoments moments = {.linger = GST_SECOND, .most = 3 * GST_SECOND};

    effnet_watch_moments_init(&moments);
    check(&moments, steps, G_N_ELEMENTS(steps));
}

/* Sources that begin again, and frames without times. */
static void
test_times(void)
{
    static const Step steps[] = {{-1, 1, BEGINS}, {-1, 1, 0}, {90, 1, ENDS},
                                 {91, 0, 0},      {10, 0, 0}, {11, 2, BEGINS},
                                 {5, 2, ENDS},    {6, 1, 0},  {2, 1, BEGINS}};
    EffNetWatchMoments moments = {.linger = GST_SECOND, .most = 3 * GST_SECOND};

    effnet_watch_moments_init(&moments);
    check(&moments, steps, G_N_ELEMENTS(steps));
}

static GHashTable *
new_set(const char *names, GError **error)
{
    static const char *const labels[] = {"tabby, tabby cat", "crane", "Crane", "3"};
    g_auto(GStrv) split = g_strsplit(names, ",", -1);

    return effnet_watch_moments_new_set(split, labels, G_N_ELEMENTS(labels), error);
}

static void
test_set(void)
{
    static const struct {
        const char *names;
        gint classes[3];
        guint n;
    } cases[] = {{"Tabby Cat", {0}, 1},
                 {"crane, 0", {0, 1, 2}, 3},
                 {"3", {3}, 1},
                 {"2", {2}, 1},
                 {"unknown", {EFFNET_WATCH_UNKNOWN_CLASS}, 1}};
    static const char *const wrong[] = {"cat", "4", "-1", "tabby,", ""};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GHashTable) set = new_set(cases[i].names, &error);

        g_assert_no_error(error);
        g_assert_cmpuint(g_hash_table_size(set), ==, cases[i].n);
        for (guint k = 0; k < cases[i].n; k++)
            g_assert_true(g_hash_table_contains(set, GINT_TO_POINTER(cases[i].classes[k])));
    }
    for (guint i = 0; i < G_N_ELEMENTS(wrong) - 1; i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(new_set(wrong[i], &error));
        g_assert_nonnull(strstr(error->message, "of its 4 classes"));
    }
}

/* Others are as none. */
static void
test_chosen(void)
{
    static const Step steps[] = {{0, 1, 0}, {1, 2, BEGINS}, {5, 1, ENDS}, {30, 3, 0}};
    g_autoptr(GHashTable) set = g_hash_table_new(NULL, NULL);
    EffNetWatchMoments moments = {.classes = set, .most = GST_CLOCK_TIME_NONE};

    g_hash_table_add(set, GINT_TO_POINTER(2));
    effnet_watch_moments_init(&moments);
    check(&moments, steps, G_N_ELEMENTS(steps));
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/moments/at-once", test_at_once);
    g_test_add_func("/moments/lingering", test_lingering);
    g_test_add_func("/moments/times", test_times);
    g_test_add_func("/moments/set", test_set);
    g_test_add_func("/moments/chosen", test_chosen);
    return g_test_run();
}
