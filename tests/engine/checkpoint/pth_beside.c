/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkpoint/pth_beside.h"
#include "../support.h"

static void
check(const char *text, const char *expected)
{
    g_autoptr(GByteArray) bytes = support_pickle_expand(text);
    g_autoptr(EffNetFile) file = effnet_file_open(support_hold(bytes->data, bytes->len), NULL);
    g_autoptr(EffNetPickle) pickle = effnet_pickle_new(file);
    g_auto(EffNetPthState) state = {.n_way = 0};
    GError *failed = NULL;
    guint64 position = 0;
    const EffNetPickleValue *root = effnet_pickle_load(pickle, &position, bytes->len, &failed);
    g_autofree char *found = NULL;

    g_assert_no_error(failed);
    g_assert_nonnull(effnet_pth_state_find(pickle, root, &state, &failed));
    found = effnet_pth_beside_list(&state);
    g_assert_cmpstr(found, ==, expected);
}

static void
test_none(void)
{
    check("%a.weight%", NULL);
    check("}(U\5model%a.weight%U\5epochK\1U\4loss](K\1K\2eu", NULL);
}

static void
test_listed(void)
{
    check("}(U\5model%a.weight%U\4head%w%u", "[\"1 tensor under \\\"head\\\"\"]");
    check("}(U\5model%a.weight%U\3opt}(U\5state}(K\1%x%K\2%y%uuu",
          "[\"2 tensors under \\\"opt\\\"\"]");
    check("}(U\5model%a.weight%U\3ema%b.weight%u", "[\"1 tensor under \\\"model\\\"\"]");
    check("}(U\1a}(U\5model%a.weight%U\1b](%x%euU\1c%y%u",
          "[\"1 tensor under \\\"c\\\"\", \"1 tensor under \\\"b\\\"\"]");
    check("](%a.weight%%x%e", "[\"1 tensor under \\\"a number\\\"\"]");
    /* In an object. */
    check("}(U\5model%a.weight%U\1oc__main__\nHead\n)\x81%x%bu", "[\"1 tensor under \\\"o\\\"\"]");
    /* The chosen tensors again, and a dictionary in itself. */
    check("}(U\5model%a.weight%q\1U\5againh\1u", NULL);
    check("}q\2(U\5model%a.weight%U\4selfh\2U\1b%x%u", "[\"1 tensor under \\\"b\\\"\"]");
}

static void
test_many(void)
{
    g_autoptr(GString) text = g_string_new("}(U\5model%a.weight%");
    g_autoptr(GString) expected = g_string_new("[");

    for (char key = 'A'; key <= 'Z'; key++) {
        g_string_append_printf(text, "U\1%c%%x%%", key);
        if (key < 'A' + 16)
            g_string_append_printf(expected, "\"1 tensor under \\\"%c\\\"\", ", key);
    }
    g_string_append_c(text, 'u');
    g_string_append(expected, "\"more tensors under other keys\"]");
    check(text->str, expected->str);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pth-beside/none", test_none);
    g_test_add_func("/pth-beside/listed", test_listed);
    g_test_add_func("/pth-beside/many", test_many);
    return g_test_run();
}
