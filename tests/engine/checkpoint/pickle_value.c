/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkpoint/pickle.h"
#include "../support.h"

static void
test_alloc(void)
{
    const EffNetFile file = {.path = (char *)"some.pth"};
    g_autoptr(EffNetPickle) pickle = effnet_pickle_new(&file);
    GError *error = NULL;

    for (gsize n = 1; n < 100000; n = n * 2 + 1) {
        guint8 *a = effnet_pickle_alloc(pickle, n, NULL), *b = effnet_pickle_alloc(pickle, 8, NULL);

        g_assert_cmpuint((gsize)a % 16, ==, 0);
        memset(a, 1, n);
        memset(b, 2, 8);
        g_assert_cmpint(a[n - 1], ==, 1);
    }
    g_assert_null(effnet_pickle_alloc(pickle, 300u << 20, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "some.pth holds a pickle that takes more");
    g_assert_null(effnet_pickle_alloc(pickle, G_MAXSIZE, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "more than 256 MB");
}

static void
test_append(void)
{
    const EffNetFile file = {.path = (char *)"some.pth"};
    g_autoptr(EffNetPickle) pickle = effnet_pickle_new(&file);
    EffNetPickleValue *list = effnet_pickle_value_new(pickle, EFFNET_PICKLE_LIST, NULL);

    for (gint64 i = 0; i < 1000; i++) {
        EffNetPickleValue *value = effnet_pickle_value_new(pickle, EFFNET_PICKLE_INT, NULL);

        value->integer = i;
        g_assert_true(effnet_pickle_append(pickle, &list->items, &value, 1, NULL));
    }
    g_assert_cmpuint(list->items.n, ==, 1000);
    for (gsize i = 0; i < 1000; i++)
        g_assert_cmpint(effnet_pickle_item(list, i)->integer, ==, i);
    g_assert_null(effnet_pickle_item(list, 1000));
    g_assert_null(effnet_pickle_item(effnet_pickle_item(list, 0), 0));
    g_assert_null(effnet_pickle_item(NULL, 0));
}

static void
test_access(void)
{
    EffNetPickleValue text = {.type = EFFNET_PICKLE_STRING, .string = {"ab", 2}};
    EffNetPickleValue number = {.type = EFFNET_PICKLE_INT, .integer = 5};
    guint64 size;

    g_assert_cmpstr(effnet_pickle_string(&text), ==, "ab");
    g_assert_null(effnet_pickle_string(&number));
    g_assert_null(effnet_pickle_string(NULL));
    g_assert_true(effnet_pickle_size(&number, &size));
    g_assert_cmpuint(size, ==, 5);
    number.integer = -1;
    g_assert_false(effnet_pickle_size(&number, &size));
    g_assert_false(effnet_pickle_size(&text, &size));
    g_assert_false(effnet_pickle_size(NULL, &size));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/pickle-value/alloc", test_alloc);
    g_test_add_func("/model/pickle-value/append", test_append);
    g_test_add_func("/model/pickle-value/access", test_access);
    return g_test_run();
}
