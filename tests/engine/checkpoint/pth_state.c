/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkpoint/pth_state.h"
#include "../support.h"

/* Checks that TEXT yields the one tensor NAME, in CONTAINER; or, if NAME is NULL, the error ERROR,
 * or, if that is NULL too, nothing. */
static void
check(const char *text, const char *name, const char *container, const char *error)
{
    g_autoptr(GByteArray) bytes = support_pickle_expand(text);
    g_autoptr(EffNetFile) file = effnet_file_open(support_hold(bytes->data, bytes->len), NULL);
    g_autoptr(EffNetPickle) pickle = effnet_pickle_new(file);
    g_auto(EffNetPthState) state = {.n_way = 0};
    GError *failed = NULL;
    guint64 position = 0;
    const EffNetPickleValue *root = effnet_pickle_load(pickle, &position, bytes->len, &failed);
    const EffNetPickleValue *dict;

    g_assert_no_error(failed);
    dict = effnet_pth_state_find(pickle, root, &state, &failed);
    if (error)
        support_check_error(&failed, EFFNET_ERROR_FORMAT, error);
    g_assert_no_error(failed);
    g_assert_cmpint(dict != NULL, ==, name != NULL);
    if (!name)
        return;
    g_assert_cmpstr(effnet_pickle_string(dict->items.at[0]), ==, name);
    g_assert_cmpstr(state.container, ==, container);
    g_assert_true(state.way[0] == root && state.way[state.n_way - 1] == dict);
}

static void
test_known(void)
{
    check("%a.weight%", "a.weight", NULL, NULL);
    check("}(U\5model%a.weight%u", "a.weight", "model", NULL);
    check("}(U\5model%a.weight%U\3ema%b.weight%u", "b.weight", "ema", NULL);
    check("}(U\5model}(U\6module%a.weight%uu", "a.weight", "model.module", NULL);
}

static void
test_any(void)
{
    check("}(U\7weights%a.weight%u", "a.weight", "weights", NULL);
    check("}(K\3%a.weight%u", "a.weight", "0", NULL);
    check("}(U\1a}(U\1b}(U\5model%a.weight%uuu", "a.weight", "a.b.model", NULL);
    check("](K\3%a.weight%e", "a.weight", "1", NULL);
    check("K\3%a.weight%\x86", "a.weight", "1", NULL);
    check("}(U\1a}(U\1b}(U\1c}(U\1d}(U\1e%a.weight%uuuuu", NULL, NULL, NULL);
    /* Values named like weights that are none. */
    check("}(U\1a%a.weight%U\17optimizer_state%b.weight%u", "a.weight", "a", NULL);
    check("}(U\1a%a.bias%u", NULL, NULL, NULL);
    /* A tensor beside the dictionary is no network. */
    check("}(U\1a%a.weight%U\1b%x%u", "a.weight", "a", NULL);
}

static void
test_averaged(void)
{
    check("}(U\6params%a.weight%U\12params_ema%b.weight%u", "b.weight", "params_ema", NULL);
    check("}(U\5model%a.weight%U\11model_swa%b.weight%u", "b.weight", "model_swa", NULL);
    check("}(U\5model%a.weight%U\1x%b.weight%u", "a.weight", "model", NULL);
    check("}(U\7teacher%a.weight%U\7student%b.weight%u", NULL, NULL,
          "holds several networks, one under \"teacher\" and one under \"student\"");
    check("}(U\4emax%a.weight%U\3swa%b.weight%U\5ema_2%c.weight%u", NULL, NULL,
          "holds several networks");
}

/* One dictionary under two keys, one that holds itself, and an object. */
static void
test_odd(void)
{
    check("}(U\1a%a.weight%q\1U\1bh\1u", "a.weight", "a", NULL);
    check("}q\1(U\1ah\1U\1b%a.weight%u", "a.weight", "b", NULL);
    check("}(U\1aca\nNet\n)\x81}(U\10_modules}ubu", NULL, NULL, NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/pth-state/known", test_known);
    g_test_add_func("/model/pth-state/any", test_any);
    g_test_add_func("/model/pth-state/averaged", test_averaged);
    g_test_add_func("/model/pth-state/odd", test_odd);
    return g_test_run();
}
