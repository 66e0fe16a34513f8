/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/matching.h"

#include <string.h>

static const char *const labels[] = {"tench, Tinca tinca", "crane", "tabby", "crane", "7",
                                     "Tabby, a cat",       NULL};

static guint *
match(const char *const *wanted, const EffNetModelInfo *info, GError **error)
{
    EffNetDataset dataset = {.labels = g_ptr_array_new()};
    guint *classes;

    for (; *wanted; wanted++)
        g_ptr_array_add(dataset.labels, (gpointer)*wanted);
    classes = effnet_matching_new(&dataset, info, error);
    g_ptr_array_unref(dataset.labels);
    return classes;
}

static void
test_names(void)
{
    const EffNetModelInfo info = {.name = "m", .n_classes = 6, .labels = labels};
    g_autoptr(GError) error = NULL;
    g_autofree guint *classes = match(
        (const char *[]){"TENCH", "tench, tinca tinca", "tabby", "tabby, a cat", "7", "3", NULL},
        &info, &error);
    static const guint expected[6] = {0, 0, 2, 5, 4, 3};

    g_assert_no_error(error);
    g_assert_cmpmem(classes, sizeof expected, expected, sizeof expected);
}

static void
assert_fails(const char *label, const EffNetModelInfo *info, const char *says)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(match((const char *[]){label, NULL}, info, &error));
    g_assert_nonnull(strstr(error->message, says));
}

static void
test_failures(void)
{
    const EffNetModelInfo info = {.name = "m", .n_classes = 6, .labels = labels};
    const EffNetModelInfo unnamed = {.name = "m", .n_classes = 6}, headless = {.name = "m"};
    g_autofree guint *classes = match((const char *[]){"5", NULL}, &unnamed, NULL);

    g_assert_cmpuint(classes[0], ==, 5);
    assert_fails("crane", &info, "2 classes of m have the label crane");
    assert_fails("unicorn", &info, "unicorn is no label");
    assert_fails("6", &info, "one of its 6 classes");
    assert_fails("-1", &info, "no label");
    assert_fails("tench", &unnamed, "no label");
    assert_fails("0", &headless, "no classifier");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/learn/matching/names", test_names);
    g_test_add_func("/learn/matching/failures", test_failures);
    return g_test_run();
}
