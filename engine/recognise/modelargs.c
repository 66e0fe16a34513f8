/* SPDX-License-Identifier: BSD-2-Clause */
#include "modelargs.h"

/* Arguments that do not change what a trained network computes, or whose effect its weights
 * show. */
static const char *const harmless[] = {
    "num_classes",     "in_chans",   "drop_rate",          "drop_path_rate", "drop_block_rate",
    "checkpoint_path", "pretrained", "grad_checkpointing", "img_size",       "scriptable",
    "exportable",      "no_jit",     "head_bias",          "zero_init_last", NULL,
};

char *
effnet_modelargs_check_pooling(const char *name)
{
    static const char *const averages[] = {"avg", "fast", "fastavg", "", NULL};

    if (!name || g_strv_contains(averages, name))
        return NULL;
    return g_strdup_printf("has the global_pool \"%s\", where networks here take the average "
                           "(\"avg\")",
                           name);
}

static char *
check_argument(const char *key, const EffNetJson *value, const EffNetNetwork *network)
{
    const char *text = effnet_json_string(value);

    if (effnet_json_is(value, EFFNET_JSON_NULL) || g_strv_contains(harmless, key))
        return NULL;
    if (g_str_equal(key, "global_pool") && text)
        return effnet_modelargs_check_pooling(text);
    if (g_str_equal(key, "pad_type") && text && (!*text || g_str_equal(text, "same")))
        return NULL; /* read as a setting instead */
    if (g_str_equal(key, "act_layer") && text &&
        effnet_act_names_have(effnet_act_get_names(network->layers[0].act)->torch, text))
        return NULL;
    return g_strdup_printf("has the model_args \"%s\"%s%s, which the network here has not", key,
                           text ? " of " : "", text ? text : "");
}

char *
effnet_modelargs_check(const EffNetJson *config, const EffNetNetwork *network)
{
    const EffNetJson *args = effnet_json_member(config, "model_args");
    char *what = effnet_modelargs_check_pooling(
        effnet_json_string(effnet_json_member(config, "global_pool")));

    for (guint i = 0; !what && i < effnet_json_length(args); i++)
        what = check_argument(effnet_json_key(args, i), effnet_json_item(args, i), network);
    return what;
}
