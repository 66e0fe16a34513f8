/* SPDX-License-Identifier: BSD-2-Clause */
#include "naming.h"

/* Names of the body's tensors are found; not the classifier's, nor names that only look similar. */
static void
test_has(void)
{
    static const struct {
        const char *name;
        gboolean has;
    } cases[] = {
        {"conv_stem.weight", TRUE},
        {"blocks.12.0.conv_pwl.weight", TRUE},
        {"blocks.1.0.bn2.num_batches_tracked", TRUE},
        {"blocks..0.bn2.weight", FALSE},
        {"blocks.1.0.bn2", FALSE},
        {"blocks.1.0.bn2.weight.more", FALSE},
        {"blocks.x.0.bn2.weight", FALSE},
        {"classifier.weight", FALSE},
        {"", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(effnet_naming_has(&effnet_naming_timm, cases[i].name), ==, cases[i].has);
}

static void
test_of(void)
{
    static const char *const cases[][2] = {{"b0", "timm"},
                                           {"v2-s", "timm"},
                                           {"mobilenet-v2", "timm"},
                                           {"resnet50", "torchvision"},
                                           {"resnet14t", "timm"}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(EffNetArch) arch = effnet_arch_new(cases[i][0], NULL);
        g_autoptr(EffNetNetwork) network =
            effnet_network_new(arch, 224, 3, 10, EFFNET_PADDING_SAME);

        g_assert_cmpstr(effnet_naming_of(network)->name, ==, cases[i][1]);
    }
}

/* Each naming has a stem; if two share a name for it, the one with a mark comes first. */
static void
test_list(void)
{
    static const EffNetLayer stem = {.role = EFFNET_ROLE_STEM};

    for (gsize i = 0; effnet_namings[i]; i++) {
        g_autofree char *name = effnet_naming_module(effnet_namings[i], &stem, FALSE);

        g_assert_nonnull(name);
        for (gsize k = 0; k < i; k++) {
            g_autofree char *other = effnet_naming_module(effnet_namings[k], &stem, FALSE);

            g_assert_true(!g_str_equal(name, other) || effnet_namings[k]->mark);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/naming/has", test_has);
    g_test_add_func("/model/naming/of", test_of);
    g_test_add_func("/model/naming/list", test_list);
    return g_test_run();
}
