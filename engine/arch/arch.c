/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>

#include "arch.h"
#include "scaling.h"

static const struct {
    const EffNetVariant *variants;
    const guint *n_variants;
    const EffNetAlias *aliases;
} families[] = {
#define FAMILY(name)                                                                               \
    {effnet_##name##_variants, &effnet_##name##_n_variants, effnet_##name##_aliases},
    EFFNET_FAMILY_LIST
#undef FAMILY
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

/* What timm's first names begin with: where the weights came from. */
static const char *const origins[] = {"tf_", "tv_", "gluon_", "ssl_", "swsl_"};

/* The alias with the longest beginning that NAME has; NULL if none fits. */
static const EffNetAlias *
find_alias(const char *name)
{
    const EffNetAlias *longest = NULL;

    for (gsize f = 0; f < G_N_ELEMENTS(families); f++)
        for (const EffNetAlias *alias = families[f].aliases; alias->theirs; alias++)
            if (g_str_has_prefix(name, alias->theirs) &&
                (!longest || strlen(alias->theirs) > strlen(longest->theirs)))
                longest = alias;
    return longest;
}

/* timm writes "tf_efficientnet_b0.ns_jft_in1k" or "tf_efficientnet_b0_ns", torchvision
 * "efficientnet_b0", lukemelas "efficientnet-b0". */
const EffNetVariant *
effnet_arch_find(const char *name)
{
    const EffNetVariant *variant = find_variant(name);
    g_autofree char *plain = NULL;
    const EffNetAlias *alias;
    const char *rest;

    if (variant)
        return variant;
    for (gsize i = 0; i < G_N_ELEMENTS(origins); i++)
        if (g_str_has_prefix(name, origins[i])) {
            name += strlen(origins[i]);
            break;
        }
    alias = find_alias(name);
    rest = name + (alias ? strlen(alias->theirs) : 0);
    plain = g_strdup_printf("%s%.*s", alias ? alias->ours : "", (int)strcspn(rest, "._-"), rest);
    return find_variant(plain);
}

static const EffNetAlias *
aliases_of(const EffNetVariant *variant)
{
    for (gsize f = 0; f < G_N_ELEMENTS(families); f++)
        for (guint v = 0; v < *families[f].n_variants; v++)
            if (&families[f].variants[v] == variant)
                return families[f].aliases;
    g_assert_not_reached();
}

char *
effnet_variant_timm_name(const EffNetVariant *variant)
{
    const EffNetAlias *alias = aliases_of(variant);

    while (alias->theirs && !g_str_has_prefix(variant->name, alias->ours))
        alias++;
    if (!alias->theirs)
        return g_strdup(variant->name);
    return g_strdelimit(g_strconcat(alias->theirs, variant->name + strlen(alias->ours), NULL), "-",
                        '_');
}

/* "b0-w1.1-d1.2-r260": the base's name, width, depth and resolution. */
static char *
scaled_name(const EffNetVariant *base, const EffNetPoint *point)
{
    char width[G_ASCII_DTOSTR_BUF_SIZE], depth[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(width, sizeof width, "%.6g", point->width);
    g_ascii_formatd(depth, sizeof depth, "%.6g", point->depth);
    return g_strdup_printf("%s-w%s-d%s-r%u", base->name, width, depth, point->resolution);
}

/* The positive number after PREFIX at *TEXT, which moves to what follows; 0 if there is none. */
static double
parse_number(const char **text, const char *prefix)
{
    char *end;
    double number;

    if (!g_str_has_prefix(*text, prefix))
        return 0;
    *text += strlen(prefix);
    number = g_ascii_isdigit(**text) ? g_ascii_strtod(*text, &end) : 0;
    if (number > 0)
        *text = end;
    return number;
}

/* The variant from which NAME, as scaled_name() writes it, is scaled; NULL for other names. SUFFIX:
 * the rest of the name. */
static const EffNetVariant *
find_base(const char *name, const char **suffix)
{
    g_autofree char *base = NULL;

    *suffix = g_strrstr(name, "-w");
    if (!*suffix)
        return NULL;
    base = g_strndup(name, *suffix - name);
    return effnet_arch_find(base);
}

/* Sets SCALING to how, by SUFFIX, VARIANT is scaled. */
static gboolean
parse_point(const EffNetVariant *variant, const char *suffix, EffNetScaling *scaling)
{
    const char *rest = suffix;
    double width, depth, resolution;

    width = parse_number(&rest, "-w");
    depth = parse_number(&rest, "-d");
    resolution = parse_number(&rest, "-r");
    if (!(width > 0 && depth > 0 && resolution > 0) || *rest)
        return FALSE;
    *scaling = (EffNetScaling){
        .width = width / variant->width,
        .depth = depth / variant->depth,
        .resolution = (guint)MIN(resolution, EFFNET_MAX_RESOLUTION + 1),
    };
    return TRUE;
}

static EffNetPoint
point_of(const EffNetVariant *variant)
{
    return (EffNetPoint){variant->width, variant->depth, variant->resolution};
}

static EffNetArch *
new_at(const EffNetVariant *base, char *name, const EffNetPoint *point)
{
    EffNetArch *arch = g_new0(EffNetArch, 1);

    g_atomic_ref_count_init(&arch->refs);
    arch->base = base;
    arch->width = point->width;
    arch->depth = point->depth;
    arch->resolution = point->resolution;
    arch->name = name;
    return arch;
}

/* BASE, scaled by SCALING from POINT on. */
static EffNetArch *
new_scaled(const EffNetVariant *base, EffNetPoint point, const EffNetScaling *scaling,
           GError **error)
{
    if (!effnet_scale_point(scaling, &point, error))
        return NULL;
    return new_at(base, scaled_name(base, &point), &point);
}

EffNetArch *
effnet_arch_new(const char *name, GError **error)
{
    EffNetScaling scaling;
    const char *suffix;
    const EffNetVariant *base = find_base(name, &suffix);
    const EffNetVariant *variant = base ? NULL : effnet_arch_find(name);
    g_autofree char *known = NULL;

    if (base && parse_point(base, suffix, &scaling))
        return new_scaled(base, point_of(base), &scaling, error);
    if (variant) {
        const EffNetPoint point = point_of(variant);

        return new_at(variant, g_strdup(variant->name), &point);
    }
    known = g_strjoinv(", ", (char **)effnet_arch_list());
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "no network is called \"%s\"; known are %s", name, known);
    return NULL;
}

EffNetArch *
effnet_arch_new_scaled(const char *base, const EffNetScaling *scaling, GError **error)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(base, error);

    if (!arch)
        return NULL;
    return new_scaled(arch->base, (EffNetPoint){arch->width, arch->depth, arch->resolution},
                      scaling, error);
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
    return arch->base->training;
}
