/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>

#include "arch.h"

static const struct {
    const EffNetVariant *variants;
    const guint *n_variants;
} families[] = {
    {effnet_efficientnet_variants, &effnet_efficientnet_n_variants},
    {effnet_edgetpu_variants, &effnet_edgetpu_n_variants},
    {effnet_efficientnetv2_variants, &effnet_efficientnetv2_n_variants},
    {effnet_mobilenet_variants, &effnet_mobilenet_n_variants},
    {effnet_resnet_variants, &effnet_resnet_n_variants},
};

static const EffNetVariant *
find_variant(const char *name)
{
    for (gsize f = 0; f < G_N_ELEMENTS(families); f++)
        for (guint v = 0; v < *families[f].n_variants; v++)
            if (g_str_equal(families[f].variants[v].name, name))
                return &families[f].variants[v];
    return NULL;
}

const char *const *
effnet_arch_list(void)
{
    static gsize once;
    static const char **names;

    if (g_once_init_enter(&once)) {
        g_autoptr(GPtrArray) list = g_ptr_array_new();

        for (gsize f = 0; f < G_N_ELEMENTS(families); f++)
            for (guint v = 0; v < *families[f].n_variants; v++)
                g_ptr_array_add(list, (gpointer)families[f].variants[v].name);
        g_ptr_array_add(list, NULL);
        names = (const char **)g_ptr_array_steal(list, NULL);
        g_once_init_leave(&once, 1);
    }
    return names;
}

/* What others call ours: a training's tag begins behind it. The first that fits counts. */
static const struct {
    const char *theirs, *ours;
} prefixes[] = {
    {"efficientnetv2_", "v2-"},
    {"efficientnet_v2_", "v2-"},
    {"efficientnet_", ""},
    {"efficientnet-", ""},
    {"mobilenetv1_100", "mobilenet-v1"},
    {"mobilenetv1_", "mobilenet-v1-"},
    {"mobilenetv2_100", "mobilenet-v2"},
    {"mobilenetv2_", "mobilenet-v2-"},
    {"mobilenet_v2", "mobilenet-v2"},
    {"", ""},
};

/* timm writes "tf_efficientnet_b0.ns_jft_in1k" or "tf_efficientnet_b0_ns", torchvision
 * "efficientnet_b0", lukemelas "efficientnet-b0". */
const EffNetVariant *
effnet_arch_find(const char *name)
{
    const EffNetVariant *variant = find_variant(name);
    g_autofree char *plain = NULL;
    const char *rest;
    gsize p = 0;

    if (variant)
        return variant;
    if (g_str_has_prefix(name, "tf_"))
        name += strlen("tf_");
    while (!g_str_has_prefix(name, prefixes[p].theirs))
        p++;
    rest = name + strlen(prefixes[p].theirs);
    plain = g_strdup_printf("%s%.*s", prefixes[p].ours, (int)strcspn(rest, "._-"), rest);
    return find_variant(plain);
}

EffNetArch *
effnet_arch_new(const char *name, GError **error)
{
    EffNetScaling scaling;
    const EffNetVariant *variant = effnet_arch_parse_point(name, &scaling);
    g_autofree char *known = NULL;
    EffNetArch *arch;

    if (variant)
        return effnet_arch_new_scaled(variant->name, &scaling, error);
    variant = effnet_arch_find(name);
    if (!variant) {
        known = g_strjoinv(", ", (char **)effnet_arch_list());
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                    "no network is called \"%s\"; known are %s", name, known);
        return NULL;
    }
    arch = g_new0(EffNetArch, 1);
    g_atomic_ref_count_init(&arch->refs);
    arch->name = g_strdup(variant->name);
    arch->base = variant;
    arch->width = variant->width;
    arch->depth = variant->depth;
    arch->resolution = variant->resolution;
    return arch;
}

EffNetArch *
effnet_arch_ref(EffNetArch *arch)
{
    g_atomic_ref_count_inc(&arch->refs);
    return arch;
}

void
effnet_arch_unref(EffNetArch *arch)
{
    if (!g_atomic_ref_count_dec(&arch->refs))
        return;
    g_free(arch->name);
    g_free(arch);
}

const char *
effnet_arch_get_name(const EffNetArch *arch)
{
    return arch->name;
}

guint
effnet_arch_get_resolution(const EffNetArch *arch)
{
    return arch->resolution;
}

double
effnet_arch_get_width(const EffNetArch *arch)
{
    return arch->width;
}

double
effnet_arch_get_depth(const EffNetArch *arch)
{
    return arch->depth;
}

const EffNetTraining *
effnet_arch_get_training(const EffNetArch *arch)
{
    return &arch->base->training;
}
