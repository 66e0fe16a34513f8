/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>

#include "arch/arch.h"

static void
test_names(void)
{
    static const char *const pairs[][2] = {
        {"b0", "b0"},
        {"efficientnet_b3", "b3"},
        {"efficientnet-b7", "b7"},
        {"tf_efficientnet_b5_ns", "b5"},
        {"tf_efficientnet_l2.ns_jft_in1k_475", "l2"},
        {"tf_efficientnet_lite4", "lite4"},
        {"efficientnet_lite0.ra_in1k", "lite0"},
        {"tf_efficientnet_es", "es"},
        {"tf_mobilenetv3_large_minimal_100.in1k", "mobilenet-v3-large-minimal"},
        {"mobilenet_v3_large-5c1a4163", "mobilenet-v3-large"},
        {"mobilenetv4_conv_small_050.e3000_r224_in1k", "mobilenet-v4-small-050"},
        {"mnasnet_a1-d9418771", "semnasnet"},
        {"tf_efficientnetv2_b0.in1k", "v2-b0"},
        {"efficientnet_v2_s-dd5fe13b", "v2-s"},
        {"mobilenetv1_100", "mobilenet-v1"},
        {"mobilenetv2_110d.ra_in1k", "mobilenet-v2-110d"},
        {"mobilenet_v2", "mobilenet-v2"},
        {"resnet50.a1_in1k", "resnet50"},
        {"gluon_resnet50_v1b", "resnet50"},
        {"efficientnet_b2a", "b2"},
        {"efficientnetv2_rw_t.ra2_in1k", "v2-rw-t"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(EffNetArch) arch = effnet_arch_new(pairs[i][0], &error);

        g_assert_no_error(error);
        g_assert_cmpstr(effnet_arch_get_name(arch), ==, pairs[i][1]);
    }
}

static void
test_timm_names(void)
{
    static const char *const pairs[][2] = {
        {"b0", "efficientnet_b0"},
        {"es", "efficientnet_es"},
        {"lite0", "efficientnet_lite0"},
        {"v2-s", "efficientnetv2_s"},
        {"v2-rw-t", "efficientnetv2_rw_t"},
        {"mobilenet-v2", "mobilenetv2_100"},
        {"mobilenet-v3-large", "mobilenetv3_large_100"},
        {"mobilenet-v3-large-075", "mobilenetv3_large_075"},
        {"mobilenet-v3-small-minimal", "mobilenetv3_small_minimal_100"},
        {"mobilenet-edgetpu", "mobilenet_edgetpu_100"},
        {"resnet50", "resnet50"},
        {"resnet26t", "resnet26t"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *name = effnet_variant_timm_name(effnet_arch_find(pairs[i][0]));

        g_assert_cmpstr(name, ==, pairs[i][1]);
        g_assert_true(effnet_arch_find(name) == effnet_arch_find(pairs[i][0]));
    }
}

static void
test_unknown(void)
{
    static const char *const names[] = {"",
                                        "b9",
                                        "efficientnet",
                                        "resnet",
                                        "tf_efficientnet_b",
                                        "B0",
                                        "resnet50c",
                                        "resnet50s",
                                        "resnet200d",
                                        "resnetaa50d",
                                        "seresnet50t",
                                        "mobilenetv2_033",
                                        "mobilenetv1_100h",
                                        "efficientnetv2_rw_x",
                                        "v2",
                                        "resnetaa50",
                                        "efficientnet_blur_b0",
                                        "resnetblur50",
                                        "mobilenetv4_conv_aa_large",
                                        "mobilenetv4_conv_blur_medium",
                                        "mobilenetv4_hybrid_medium",
                                        "mobilenetv3_large_foo",
                                        "mobilenet_edgetpu_v2_x",
                                        "mixnet_s",
                                        "regnetx_002",
                                        "efficientnet_b4_pruned.in1k",
                                        "efficientnet_b1_pruned_gn",
                                        "efficientnet_b0_g16_evos",
                                        "resnet50_gn.a1h_in1k",
                                        "resnet50_clip.openai",
                                        "resnet50_mlp",
                                        "seresnet50",
                                        "legacy_seresnet50",
                                        "ecaresnet50d",
                                        "ecaresnet50d_pruned",
                                        "regnety_016",
                                        "tf_efficientnet_cc_b0_4e",
                                        "efficientnet_cc_b0_4e",
                                        "mobilenetv3_rw",
                                        "tf_mixnet_l"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(effnet_arch_new(names[i], &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
        g_assert_nonnull(strstr(error->message, "lite0"));
    }
}

/* Hidden layers before the classifier are named with the network, in one way. */
static void
test_heads(void)
{
    static const char *const pairs[][2] = {
        {"b0+100-relu", "b0+100-relu"},
        {"efficientnet_b0+64-GELU+32-silu", "b0+64-gelu+32-swish"},
        {"resnet18+bn-64-bn-hard-swish-bn", "resnet18+64-hard-swish"},
        {"b0-w1.1-d1.2-r256+8-none", "b0-w1.1-d1.2-r256+8-none"},
        {"resnet34+max", "resnet34+max"},
        {"b0+max+bn-512-relu-bn", "b0+max+512-relu"},
    };
    static const char *const wrong[] = {"b0+",
                                        "b0+relu",
                                        "b0+64",
                                        "b0+0-relu",
                                        "b0+64-",
                                        "b0+64-tanh",
                                        "b0+64-relu+",
                                        "b0+64-relu+max",
                                        "b0+max+max",
                                        "b0+99999-relu",
                                        "b0+1-relu+1-relu+1-relu"};
    const EffNetScaling twice = {.width = 2};

    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(EffNetArch) arch = effnet_arch_new(pairs[i][0], NULL);
        g_autoptr(EffNetArch) again = effnet_arch_new(effnet_arch_get_name(arch), NULL);
        g_autoptr(EffNetArch) wide = effnet_arch_new_scaled(pairs[i][0], &twice, NULL);

        g_assert_cmpstr(effnet_arch_get_name(arch), ==, pairs[i][1]);
        g_assert_cmpstr(effnet_arch_get_name(again), ==, pairs[i][1]);
        g_assert_true(g_str_has_suffix(effnet_arch_get_name(wide), strchr(pairs[i][1], '+')));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(effnet_arch_new(wrong[i], &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
        g_assert_nonnull(strstr(error->message, "hidden layers"));
    }
}

static void
test_list(void)
{
    const char *const *list = effnet_arch_list();

    g_assert_true(list == effnet_arch_list());
    g_assert_cmpuint(g_strv_length((char **)list), >=, 85);
    for (; *list; list++) {
        g_autoptr(EffNetArch) arch = effnet_arch_new(*list, NULL), other = effnet_arch_ref(arch);

        g_assert_cmpstr(effnet_arch_get_name(other), ==, *list);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arch/names", test_names);
    g_test_add_func("/arch/timm-names", test_timm_names);
    g_test_add_func("/arch/unknown", test_unknown);
    g_test_add_func("/arch/heads", test_heads);
    g_test_add_func("/arch/list", test_list);
    return g_test_run();
}
