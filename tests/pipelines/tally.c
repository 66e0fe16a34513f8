/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally.h"

static void
assert_text(const EffNetTally *tally, guint max, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);

    effnet_tally_append(tally, text, max);
    g_assert_cmpstr(text->str, ==, expected);
}

static void
add(EffNetTally *tally, const char *classes)
{
    static const char *const labels[] = {"cat, house cat", "dog", "cup", "cat, big cat"};

    for (; *classes; classes++)
        if (*classes == '-')
            effnet_tally_add(tally, 0, NULL);
        else
            effnet_tally_add(tally, (guint)(*classes - '0'), labels[*classes - '0']);
}

static void
test_order(void)
{
    g_autoptr(EffNetTally) tally = effnet_tally_new();
    guint index = 99;

    g_assert_true(effnet_tally_is_empty(tally));
    g_assert_null(effnet_tally_get_best(tally, &index));
    assert_text(tally, 3, "0 frames: -");
    add(tally, "1");
    assert_text(tally, 3, "1 frame: dog 1");
    add(tally, "2003301");
    g_assert_cmpstr(effnet_tally_get_best(tally, &index), ==, "cat, house cat");
    g_assert_cmpuint(index, ==, 0);
    assert_text(tally, 9, "8 frames: cat 3, dog 2, cat 2, cup 1");
    assert_text(tally, 2, "8 frames: cat 3, dog 2, 3 others");
    effnet_tally_reset(tally);
    g_assert_true(effnet_tally_is_empty(tally));
    add(tally, "11");
    assert_text(tally, 9, "2 frames: dog 2");
}

static void
test_none(void)
{
    g_autoptr(EffNetTally) tally = effnet_tally_new();
    guint index = 99;

    add(tally, "--");
    g_assert_false(effnet_tally_is_empty(tally));
    g_assert_null(effnet_tally_get_best(tally, &index));
    assert_text(tally, 3, "2 frames: -");
    add(tally, "3");
    g_assert_cmpstr(effnet_tally_get_best(tally, &index), ==, "cat, big cat");
    assert_text(tally, 3, "3 frames: cat 1, 2 without a class");
    add(tally, "1");
    assert_text(tally, 1, "4 frames: cat 1, 1 others, 2 without a class");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tally/order", test_order);
    g_test_add_func("/tally/none", test_none);
    return g_test_run();
}
