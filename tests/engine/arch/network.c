/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/network.h"

static EffNetNetwork *
network(const char *name, guint resolution, EffNetPadding padding)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);

    return effnet_network_new(arch, resolution, 3, 10, padding);
}

/* In every network, each layer reads what the one before it wrote. */
static void
test_chain(void)
{
    for (const char *const *name = effnet_arch_list(); *name; name++) {
        g_autoptr(EffNetNetwork) net = network(*name, 65, EFFNET_PADDING_SYMMETRIC);
        guint channels = 3, size = 65;

        for (guint i = 0; i < net->n_layers; i++) {
            const EffNetLayer *l = &net->layers[i];
            gboolean vector = l->role == EFFNET_ROLE_SE_REDUCE || l->role == EFFNET_ROLE_SE_EXPAND;

            if (l->role == EFFNET_ROLE_CLASSIFIER || l->pooled)
                size = 1;
            if (l->role == EFFNET_ROLE_SHORTCUT) {
                g_assert_cmpuint(l->in_channels, ==, channels);
                g_assert_cmpuint(l->in_size, ==, size);
            } else if (!vector) {
                g_assert_cmpuint(l->in_channels, ==, channels);
                g_assert_cmpuint(l->in_size, ==, size);
                channels = l->out_channels;
                size = l->out_size;
            } else
                g_assert_cmpuint(l->in_size, ==, 1);
            g_assert_true(l->pooled ||
                          l->has_norm == (!vector && l->role != EFFNET_ROLE_CLASSIFIER &&
                                          l->role != EFFNET_ROLE_MAX_POOL));
        }
        g_assert_cmpuint(channels, ==, 10);
    }
}

/* Hidden layers read the pooled vector, and come with a classifier only. */
static void
test_hidden(void)
{
    g_autoptr(EffNetNetwork) net = network("b0+100-relu+20-gelu", 224, EFFNET_PADDING_SAME),
                             plain = network("b0", 224, EFFNET_PADDING_SAME);
    g_autoptr(EffNetArch) arch = effnet_arch_new("b0+100-relu", NULL);
    g_autoptr(EffNetNetwork) features = effnet_network_new(arch, 224, 3, 0, EFFNET_PADDING_SAME);
    const EffNetLayer *last = &net->layers[net->n_layers - 1];
    g_autofree char *name = effnet_layer_name(last - 1);

    g_assert_cmpuint(net->n_layers, ==, plain->n_layers + 2);
    g_assert_cmpuint(features->n_layers, ==, plain->n_layers - 1);
    g_assert_cmpuint(net->n_features, ==, 1280);
    g_assert_cmpstr(name, ==, "hidden.1");
    g_assert_cmpuint(last[-2].in_channels, ==, 1280);
    g_assert_cmpuint(last[-2].in_size, ==, 1);
    g_assert_cmpint(last[-2].act, ==, EFFNET_ACT_RELU);
    g_assert_cmpint(last[-1].act, ==, EFFNET_ACT_GELU);
    g_assert_cmpuint(effnet_layer_params(last - 1), ==, 100 * 20 + 20);
    g_assert_cmpuint(last->in_channels, ==, 20);
}

/* Maxima of channels come before their means, and with a classifier only. */
static void
test_max_pool(void)
{
    g_autoptr(EffNetNetwork) net = network("resnet18+max+64-relu", 225, EFFNET_PADDING_SAME);
    g_autoptr(EffNetArch) arch = effnet_arch_new("resnet18+max", NULL);
    g_autoptr(EffNetNetwork) features = effnet_network_new(arch, 224, 3, 0, EFFNET_PADDING_SAME);
    const EffNetLayer *pool = &net->layers[net->n_layers - 3];
    g_autofree char *name = effnet_layer_name(pool);

    g_assert_cmpint(pool->role, ==, EFFNET_ROLE_POOL);
    g_assert_cmpstr(name, ==, "pool");
    g_assert_cmpuint(pool->in_size, ==, 8);
    g_assert_cmpuint(pool->out_size, ==, 1);
    g_assert_cmpuint(pool->in_channels, ==, 512);
    g_assert_true(pool->pool);
    g_assert_false(pool[-1].pool);
    g_assert_cmpuint(effnet_layer_params(pool), ==, 0);
    g_assert_cmpuint(effnet_layer_macs(pool), ==, 0);
    g_assert_cmpuint(pool[1].in_channels, ==, 1024);
    g_assert_cmpuint(net->n_features, ==, 1024);
    g_assert_cmpuint(features->n_features, ==, 512);
}

static void
test_b0(void)
{
    g_autoptr(EffNetNetwork) net = network("b0", 224, EFFNET_PADDING_SAME);
    const EffNetLayer *stem = &net->layers[0], *depthwise = &net->layers[1],
                      *expand = &net->layers[5];
    g_autofree char *name = effnet_layer_name(expand),
                    *last = effnet_layer_name(&net->layers[net->n_layers - 1]);

    g_assert_cmpuint(net->n_features, ==, 1280);
    g_assert_cmpuint(stem->out_size, ==, 112);
    g_assert_cmpuint(stem->pad_before, ==, 0); /* 3x3, stride 2, even size: one column, after */
    g_assert_cmpuint(stem->pad_after, ==, 1);
    g_assert_cmpint(depthwise->role, ==, EFFNET_ROLE_DEPTHWISE);
    g_assert_false(depthwise->has_expand);
    g_assert_cmpuint(net->layers[2].out_channels, ==, 8); /* squeeze-excite: 32 / 4 */
    g_assert_cmpstr(name, ==, "blocks.1.0.expand");
    g_assert_cmpuint(expand->out_channels, ==, 96);
    g_assert_cmpstr(last, ==, "classifier");
}

static void
test_padding(void)
{
    g_autoptr(EffNetNetwork) same = network("lite0", 225, EFFNET_PADDING_SAME);
    g_autoptr(EffNetNetwork) symmetric = network("lite0", 225, EFFNET_PADDING_SYMMETRIC);

    g_assert_cmpuint(same->layers[0].pad_before, ==, 1);
    g_assert_cmpuint(same->layers[0].pad_after, ==, 1);
    g_assert_cmpuint(same->layers[0].out_size, ==, 113);
    g_assert_cmpuint(symmetric->layers[0].pad_before, ==, 1);
    g_assert_cmpuint(symmetric->layers[0].out_size, ==, 113);
}

/* Residuals join only equal shapes: 9 of B0's 16 blocks. */
static void
test_residuals(void)
{
    g_autoptr(EffNetNetwork) net = network("b0", 224, EFFNET_PADDING_SAME);
    guint residuals = 0;

    for (guint i = 0; i < net->n_layers; i++)
        residuals += net->layers[i].residual;
    g_assert_cmpuint(residuals, ==, 9);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/network/chain", test_chain);
    g_test_add_func("/network/hidden", test_hidden);
    g_test_add_func("/network/b0", test_b0);
    g_test_add_func("/network/padding", test_padding);
    g_test_add_func("/network/residuals", test_residuals);
    g_test_add_func("/network/max-pool", test_max_pool);
    return g_test_run();
}
