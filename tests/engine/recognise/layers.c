/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "recognise/layers.h"
#include "../support.h"

static EffNetArch *
match(const char *path, const char *name, guint in_channels, guint n_classes, GError **error)
{
    g_autoptr(EffNetState) state = effnet_state_new(effnet_checkpoint_open(path, NULL), NULL);

    g_assert_nonnull(state);
    return effnet_layers_match(state, name, in_channels, n_classes, NULL, error);
}

/* Whether NAMING has names for the network ARCH. */
static gboolean
is_named(const char *naming, const char *arch)
{
    gboolean first = *arch == 'b' || g_str_has_prefix(arch, "l");
    gboolean of_timm = g_str_has_suffix(arch, "d") || g_str_has_suffix(arch, "t");

    if (g_str_equal(naming, "timm"))
        return !g_str_has_prefix(arch, "resnet") || of_timm;
    if (g_str_equal(naming, "lukemelas"))
        return first;
    return *arch == 'b' || *arch == 'v' || (*arch == 'r' && !of_timm) ||
           g_str_has_prefix(arch, "mobilenet-v2");
}

static void
test_every_network(void)
{
    static const char *const namings[] = {"timm", "torchvision", "lukemelas"};

    for (const char *const *name = effnet_arch_list(); *name; name++)
        for (gsize i = 0; i < G_N_ELEMENTS(namings); i++) {
            g_autofree char *path = NULL;
            g_autoptr(EffNetArch) arch = NULL;
            GError *error = NULL;

            if (!is_named(namings[i], *name))
                continue;
            path = support_network("net.pth", namings[i], *name, 3, 10, 1, NULL);
            arch = match(path, NULL, 3, 10, &error);
            g_assert_no_error(error);
            g_assert_cmpstr(effnet_arch_get_name(arch), ==, *name);
        }
}

static void
wider(SupportTensor *tensor)
{
    if (g_str_equal(tensor->name, "blocks.2.1.conv_pw.weight"))
        tensor->dims[0] += 8;
}

static void
without_head(SupportTensor *tensor)
{
    if (g_str_equal(tensor->name, "conv_head.weight"))
        tensor->n_dims = 9;
}

static void
without_mean(SupportTensor *tensor)
{
    if (g_str_equal(tensor->name, "blocks.6.0.bn3.running_mean"))
        tensor->n_dims = 9;
}

static void
of_integers(SupportTensor *tensor)
{
    if (g_str_equal(tensor->name, "bn1.bias"))
        tensor->storage = "Int";
}

static void
renamed(SupportTensor *tensor)
{
    if (g_str_equal(tensor->name, "classifier.weight"))
        tensor->name = g_intern_string("head.fc.weight");
}

static const char *given_name; /* the name that a tensor is given */

static void
unsupported(SupportTensor *tensor)
{
    if (g_str_equal(tensor->name, "blocks.4.0.conv_pw.weight"))
        tensor->name = given_name;
}

static void
check_error(void (*edit)(SupportTensor *tensor), const char *name, guint n_classes,
            const char *expected)
{
    g_autofree char *path = support_network("net.pth", "timm", "b0", 3, 10, 1, edit);
    GError *error = NULL;

    g_assert_null(match(path, name, 3, n_classes, &error));
    support_check_error(&error, EFFNET_ERROR_MODEL, expected);
}

static void
test_errors(void)
{
    check_error(wider, NULL, 10,
                "of no known network (b0 comes closest): it has a tensor blocks.2.1.conv_pw.weight "
                "of shape 248x40x1x1, where 240x40x1x1 was expected");
    check_error(without_head, NULL, 10,
                "it has no tensor conv_head.weight, where one of shape 1280x320x1x1");
    check_error(without_mean, NULL, 10,
                "has no tensor blocks.6.0.bn3.running_mean, where one of shape 320");
    check_error(of_integers, NULL, 10, "has a tensor bn1.bias of integers");
    check_error(renamed, NULL, 0, "it has a tensor head.fc.weight that is not in it");
    check_error(NULL, "b1", 10, "is not of the network b1: it has no tensor blocks.0.1.");
    check_error(NULL, "lite0", 10, "is not of the network lite0: it has a tensor blocks.0.0.se.");
    check_error(NULL, "b99", 10, "no network is called \"b99\"");
}

/* Networks that have no row are called by their name. */
static void
test_unsupported(void)
{
    static const struct {
        const char *tensor, *what;
    } rows[] = {
        {"blocks.4.0.routing_fn.weight", "of CondConv, whose"},
        {"blocks.1.0.conv_dw.0.weight", "of MixNet, whose"},
        {"layer1.0.se.fc1.weight", "of SE-ResNet, which"},
        {"layer1.0.se_module.fc1.weight", "of SE-ResNet, which"},
        {"layer1.0.se.conv.weight", "of ECA-ResNet, which"},
        {"s1.b1.conv1.conv.weight", "of RegNet, whose"},
        {"trunk_output.block1.block1-0.f.a.0.weight", "of RegNet, whose"},
        {"blocks.3.1.attn.query.proj.weight", "of a network with attention"},
        {"attnpool.q_proj.weight", "of a network with attention"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        given_name = rows[i].tensor;
        check_error(unsupported, NULL, 10, rows[i].what);
    }
}

/* B1 has all of B0's names and shapes, and more, which count. */
static void
test_deeper(void)
{
    g_autofree char *path = support_network("net.pth", "timm", "b1", 3, 10, 1, NULL);
    GError *error = NULL;

    g_assert_null(match(path, "b0", 3, 10, &error));
    support_check_error(&error, EFFNET_ERROR_MODEL,
                        "is not of the network b0: it has a tensor blocks.0.1.conv_dw.weight that "
                        "is not in it");
}

static void
test_parts(void)
{
    static const EffNetLayer norm = {.has_norm = TRUE}, plain = {0};

    g_assert_true(effnet_layer_has(&norm, EFFNET_PART_WEIGHT));
    g_assert_true(effnet_layer_has(&norm, EFFNET_PART_NORM_MEAN));
    g_assert_false(effnet_layer_has(&norm, EFFNET_PART_BIAS));
    g_assert_true(effnet_layer_has(&plain, EFFNET_PART_BIAS));
    g_assert_false(effnet_layer_has(&plain, EFFNET_PART_NORM_VARIANCE));
}

static void
test_folded(void)
{
    static const struct {
        const char *names[3];
        gboolean folded;
    } cases[] = {
        {{"conv_stem.weight", "conv_stem.bias", "other"}, TRUE},
        {{"conv_stem.weight", "conv_stem.bias", "bn1.weight"}, FALSE},
        {{"conv_stem.weight", "bn1.weight", "bn1.bias"}, FALSE},
        {{"conv_stem.weight", "a", "b"}, FALSE},
    };
    static const EffNetLayer stem = {.role = EFFNET_ROLE_STEM, .has_norm = TRUE},
                             classifier = {.role = EFFNET_ROLE_CLASSIFIER};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        static const char *const format = "\"%s\":{\"dtype\":\"F32\",\"shape\":[0],"
                                          "\"data_offsets\":[0,0]}%s";
        g_autoptr(GString) text = g_string_new("{");
        g_autoptr(GByteArray) bytes = NULL;
        g_autoptr(EffNetState) state = NULL;

        for (gsize n = 0; n < 3; n++)
            g_string_append_printf(text, format, cases[i].names[n], n < 2 ? "," : "}");
        bytes = support_safetensors(text->str, NULL, 0);
        state = effnet_state_new(
            effnet_checkpoint_open(support_hold(bytes->data, bytes->len), NULL), NULL);
        g_assert_cmpint(effnet_layer_is_folded(state, &stem), ==, cases[i].folded);
        g_assert_false(effnet_layer_is_folded(state, &classifier));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/layers/every-network", test_every_network);
    g_test_add_func("/model/layers/errors", test_errors);
    g_test_add_func("/model/layers/unsupported", test_unsupported);
    g_test_add_func("/model/layers/deeper", test_deeper);
    g_test_add_func("/model/layers/parts", test_parts);
    g_test_add_func("/model/layers/folded", test_folded);
    return g_test_run();
}
