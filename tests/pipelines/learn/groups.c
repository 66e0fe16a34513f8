/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/groups.h"

static void
test_join(void)
{
    g_autoptr(EffNetGroups) groups = effnet_groups_new(8);
    static const guint expected[8] = {0, 1, 0, 2, 1, 0, 3, 0};
    g_autofree guint *numbers = NULL;
    guint n;

    effnet_groups_join(groups, 7, 5);
    effnet_groups_join(groups, 2, 0);
    effnet_groups_join(groups, 4, 1);
    effnet_groups_join(groups, 5, 2);
    effnet_groups_join(groups, 0, 7); /* already joined */
    numbers = effnet_groups_number(groups, &n);
    g_assert_cmpuint(n, ==, 4);
    for (guint i = 0; i < 8; i++)
        g_assert_cmpuint(numbers[i], ==, expected[i]);
}

/* Each fold gets its share of a class of 90 pictures and of a class of 10. */
static void
test_strata(void)
{
    guint groups[100], strata[100], counts[5][2] = {{0}};
    g_autofree guint *folds = NULL;

    for (guint i = 0; i < 100; i++) {
        groups[i] = i;
        strata[i] = i >= 90;
    }
    folds = effnet_folds_new(100, groups, 100, strata, 2, 5);
    for (guint i = 0; i < 100; i++)
        counts[folds[i]][strata[i]]++;
    for (guint f = 0; f < 5; f++) {
        g_assert_cmpuint(counts[f][0], ==, 18);
        g_assert_cmpuint(counts[f][1], ==, 2);
    }
}

/* Groups of any size stay whole, and no fold becomes much larger than another. */
static void
test_whole_groups(void)
{
    enum { N = 210, GROUPS = 20 };
    guint groups[N], strata[N], where[GROUPS], sizes[5] = {0}, at = 0;
    g_autofree guint *folds = NULL, *again = NULL;

    for (guint g = 0; g < GROUPS; g++)
        for (guint i = 0; i <= g; i++, at++) {
            groups[at] = g;
            strata[at] = g % 2;
        }
    g_assert_cmpuint(at, ==, N);
    folds = effnet_folds_new(N, groups, GROUPS, strata, 2, 5);
    again = effnet_folds_new(N, groups, GROUPS, strata, 2, 5);
    for (guint i = 0; i < N; i++) {
        if (i == 0 || groups[i] != groups[i - 1])
            where[groups[i]] = folds[i];
        g_assert_cmpuint(folds[i], ==, where[groups[i]]);
        g_assert_cmpuint(folds[i], ==, again[i]);
        sizes[folds[i]]++;
    }
    for (guint f = 0; f < 5; f++) {
        g_assert_cmpuint(sizes[f], >=, 35);
        g_assert_cmpuint(sizes[f], <=, 50);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/learn/groups/join", test_join);
    g_test_add_func("/learn/groups/strata", test_strata);
    g_test_add_func("/learn/groups/whole-groups", test_whole_groups);
    return g_test_run();
}
