/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "arch/arch.h"
#include "recognise/modelargs.h"

/* Checks the config TEXT for the network NAME; NULL: nothing contradicts. */
static void
check_for(const char *name, const char *text, const char *expected)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);
    g_autoptr(EffNetNetwork) network = effnet_network_new(arch, 224, 3, 4, EFFNET_PADDING_SAME);
    g_autoptr(EffNetJson) json = effnet_json_parse(text, strlen(text), NULL);
    g_autofree char *found = effnet_modelargs_check(json, network);

    g_assert_cmpstr(found, ==, expected);
}

/* The same for B0, which has SiLU. */
static void
check(const char *text, const char *expected)
{
    check_for("b0", text, expected);
}

static void
test_args(void)
{
    check("{}", NULL);
    check("{\"model_args\": {}, \"global_pool\": \"avg\"}", NULL);
    check("{\"model_args\": {\"drop_rate\": 0.2, \"act_layer\": \"silu\", \"pad_type\": \"same\", "
          "\"norm_layer\": null}}",
          NULL);
    check("{\"model_args\": {\"act_layer\": \"relu\"}}",
          "has the model_args \"act_layer\" of relu, which the network here has not");
    check("{\"model_args\": {\"output_stride\": 16}}",
          "has the model_args \"output_stride\", which the network here has not");
}

static void
test_hard_swish(void)
{
    check_for("mobilenet-v3-large", "{\"model_args\": {\"act_layer\": \"hard_swish\"}}", NULL);
    check_for("mobilenet-v3-large", "{\"model_args\": {\"act_layer\": \"silu\"}}",
              "has the model_args \"act_layer\" of silu, which the network here has not");
}

static void
test_pooling(void)
{
    g_autofree char *found = effnet_modelargs_check_pooling("catavgmax");

    g_assert_cmpstr(
        found, ==,
        "has the global_pool \"catavgmax\", where networks here take the average (\"avg\")");
    g_assert_null(effnet_modelargs_check_pooling(NULL));
    g_assert_null(effnet_modelargs_check_pooling("fast"));
    check("{\"global_pool\": \"max\"}",
          "has the global_pool \"max\", where networks here take the average (\"avg\")");
    check("{\"model_args\": {\"global_pool\": \"max\"}}",
          "has the global_pool \"max\", where networks here take the average (\"avg\")");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/modelargs/args", test_args);
    g_test_add_func("/model/modelargs/hard-swish", test_hard_swish);
    g_test_add_func("/model/modelargs/pooling", test_pooling);
    return g_test_run();
}
