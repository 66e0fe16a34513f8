/* SPDX-License-Identifier: BSD-2-Clause */
#include "recognise/layers.h"
#include "recognise/search.h"
#include "../support.h"

static EffNetArch *
match(const char *naming, const char *arch, GError **error)
{
    g_autofree char *path = support_network("net.pth", naming, arch, 3, 10, 1, NULL);
    g_autoptr(EffNetState) state = effnet_state_new(effnet_checkpoint_open(path, NULL), NULL);

    return effnet_layers_match(state, NULL, 3, 10, NULL, error);
}

/* Checks that a scaled network is found again, with the same layers, even if its factors are
 * others. */
static void
check_point(const char *naming, const char *base, double width, double depth)
{
    const EffNetScaling scaling = {.width = width, .depth = depth};
    g_autoptr(EffNetArch) arch = effnet_arch_new_scaled(base, &scaling, NULL), found = NULL;
    g_autoptr(EffNetNetwork) a = NULL, b = NULL;
    GError *error = NULL;

    found = match(naming, effnet_arch_get_name(arch), &error);
    g_assert_no_error(error);
    a = effnet_network_new(arch, 224, 3, 10, EFFNET_PADDING_SAME);
    b = effnet_network_new(found, 224, 3, 10, EFFNET_PADDING_SAME);
    g_assert_cmpuint(a->n_layers, ==, b->n_layers);
    for (guint i = 0; i < a->n_layers; i++) {
        g_assert_cmpuint(a->layers[i].out_channels, ==, b->layers[i].out_channels);
        g_assert_cmpint(a->layers[i].role, ==, b->layers[i].role);
        g_assert_cmpint(a->layers[i].act, ==, b->layers[i].act);
        g_assert_cmpuint(a->layers[i].stride, ==, b->layers[i].stride);
    }
}

static void
test_scaled(void)
{
    static const struct {
        const char *naming, *base;
    } rows[] = {
        {"timm", "b0"},
        {"torchvision", "b0"},
        {"lukemelas", "b0"},
        {"timm", "lite0"},
        {"lukemelas", "lite0"},
        {"timm", "es"},
        {"timm", "v2-b0"},
        {"torchvision", "v2-m"},
        {"timm", "v2-xl"},
        {"timm", "mobilenet-v1"},
        {"timm", "mobilenet-v2"},
        {"torchvision", "mobilenet-v2"},
        {"timm", "mobilenet-v2-110d"},
        {"torchvision", "resnet18"},
        {"torchvision", "resnet50"},
        {"timm", "resnet26d"},
    };
    static const struct {
        double width, depth;
    } points[] = {{1.3, 1}, {1, 1.7}, {0.6, 0.5}, {2, 2}, {1.21, 1.44}, {0.1, 3.3}};

    /* One point each: all of them take minutes with a sanitizer. */
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gsize p = i % G_N_ELEMENTS(points);

        check_point(rows[i].naming, rows[i].base, points[p].width, points[p].depth);
    }
}

static void
test_plain_numbers(void)
{
    g_autoptr(EffNetArch) arch = match("timm", "b0-w1.3-d1.7-r224", NULL);

    g_assert_cmpstr(effnet_arch_get_name(arch), ==, "b0-w1.3-d1.7-r224");
}

/* So narrow and shallow that two families, trained on different images, have the same layers. */
static void
test_ambiguous(void)
{
    GError *error = NULL;

    g_assert_null(match("timm", "v2-s-w0.012-d0.02-r64", &error));
    support_check_error(&error, EFFNET_ERROR_SETTINGS, "the shapes of both v2-b0-w0.");
}

static void
test_closest(void)
{
    g_autofree char *path = support_network("net.pth", "timm", "b2", 3, 10, 1, NULL);
    g_autoptr(EffNetState) state = effnet_state_new(effnet_checkpoint_open(path, NULL), NULL);
    GError *error = NULL;

    g_assert_null(effnet_layers_match(state, NULL, 3, 11, NULL, &error));
    support_check_error(&error, EFFNET_ERROR_MODEL,
                        "(b2 comes closest): it has a tensor "
                        "classifier.weight of shape 10x1408");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/search/scaled", test_scaled);
    g_test_add_func("/model/search/plain-numbers", test_plain_numbers);
    g_test_add_func("/model/search/ambiguous", test_ambiguous);
    g_test_add_func("/model/search/closest", test_closest);
    return g_test_run();
}
