/* SPDX-License-Identifier: BSD-2-Clause */
#include "checkpoint/words.h"

static void
test_have(void)
{
    static const char *const words[] = {"loss", "opt", NULL};

    g_assert_true(effnet_words_have("loss", words));
    g_assert_true(effnet_words_have("val_Loss.weight", words));
    g_assert_true(effnet_words_have("net-opt", words));
    g_assert_false(effnet_words_have("lossless.weight", words));
    g_assert_false(effnet_words_have("adopt_losses", words));
    g_assert_false(effnet_words_have("", words));
}

static void
test_averaged(void)
{
    g_assert_true(effnet_words_are_averaged("params_ema"));
    g_assert_true(effnet_words_are_averaged("SWA.model"));
    g_assert_true(effnet_words_are_averaged("n_averaged"));
    g_assert_false(effnet_words_are_averaged("schema"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/words/have", test_have);
    g_test_add_func("/model/words/averaged", test_averaged);
    return g_test_run();
}
