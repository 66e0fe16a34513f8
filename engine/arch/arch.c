/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>

#include "arch.h"
#include "scaling.h"

#define MAX_UNITS 16384 /* of a hidden layer */
#define MAX_POOL  "max" /* of channels, besides their means */

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

/* Whether REST, what follows a network's name in timm's, says that it has other layers: group
 * norms, odd widths, attention for pooling, more linear layers. */
static gboolean
says_other_layers(const char *rest)
{
    static const char *const words[] = {"pruned", "gn", "evos", "clip", "mlp", NULL};
    g_autofree char *name = g_strndup(rest, strcspn(rest, ".-"));
    g_auto(GStrv) parts = g_strsplit(name, "_", -1);

    for (char **part = parts; *part; part++)
        if (g_strv_contains(words, *part))
            return TRUE;
    return FALSE;
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
    if (says_other_layers(rest))
        return NULL;
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
    if (base->pruned && (point.width != base->width || point.depth != base->depth)) {
        g_set_error(
            error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
            "%s has neither width nor depth to scale: each of its layers was pruned by itself",
            base->name);
        return NULL;
    }
    return new_at(base, scaled_name(base, &point), &point);
}

/* What is behind the name of a network with hidden layers: "+100-relu" for each of them, after
 * "+max" where they read maxima as well. */
static char *
head_name(const EffNetHead *head)
{
    GString *name = g_string_new(head->max_pool ? "+" MAX_POOL : NULL);

    for (guint i = 0; i < head->n_hidden; i++) {
        const char *label = effnet_act_get_names(head->hidden[i].act)->label;
        g_autofree char *act = g_ascii_strdown(label, -1);

        g_string_append_printf(name, "+%u-%s", head->hidden[i].units, act);
    }
    return g_string_free(name, FALSE);
}

/* The activation that people, or PyTorch, call NAME; EFFNET_ACTS: there is none. */
static EffNetAct
parse_act(const char *name)
{
    for (EffNetAct act = 0; act < EFFNET_ACTS; act++) {
        const EffNetActNames *names = effnet_act_get_names(act);

        if ((names->label && g_ascii_strcasecmp(name, names->label) == 0) ||
            effnet_act_names_have(names->torch, name))
            return act;
    }
    return EFFNET_ACTS;
}

/* Moves *TEXT past "bn-", if that is there. */
static gboolean
skip_norm(const char **text)
{
    gboolean found = g_str_has_prefix(*text, "bn-");

    *text += found ? strlen("bn-") : 0;
    return found;
}

/* Adds the hidden layer that TEXT describes: "100-relu"; with its batch norms, "bn-100-bn-relu-bn"
 * or some of these. */
static gboolean
add_hidden(const char *text, EffNetHead *head)
{
    guint norms = skip_norm(&text) ? EFFNET_NORM_FIRST : 0;
    gsize n = strcspn(text, "-");
    g_autofree char *units = g_strndup(text, n), *name = NULL;
    guint64 number;
    EffNetAct act;

    if (head->n_hidden == EFFNET_MAX_HIDDEN || text[n] != '-' ||
        !g_ascii_string_to_unsigned(units, 10, 1, MAX_UNITS, &number, NULL))
        return FALSE;
    text += n + 1;
    norms |= skip_norm(&text) ? EFFNET_NORM_INSIDE : 0;
    name = g_strdup(text);
    if (g_str_has_suffix(name, "-bn")) {
        norms |= EFFNET_NORM_LAST;
        name[strlen(name) - strlen("-bn")] = '\0';
    }
    act = parse_act(name);
    head->hidden[head->n_hidden].units = (guint)number;
    head->hidden[head->n_hidden].act = act;
    head->hidden[head->n_hidden++].norms = norms;
    return act != EFFNET_ACTS;
}

/* Sets HEAD to what TEXT, what follows a network's name, says. */
static gboolean
parse_head(const char *text, EffNetHead *head)
{
    g_auto(GStrv) layers = g_strsplit(text, "+", -1);

    head->n_hidden = 0;
    head->max_pool = g_strcmp0(layers[0], MAX_POOL) == 0;
    for (char **layer = layers + head->max_pool; *layer; layer++)
        if (!add_hidden(*layer, head))
            return FALSE;
    return !effnet_head_is_plain(head);
}

EffNetArch *
effnet_arch_new_head(const EffNetArch *arch, const EffNetHead *head)
{
    g_autofree char *suffix = head_name(head);
    g_autofree char *body = g_strndup(arch->name, strcspn(arch->name, "+"));
    const EffNetPoint point = {arch->width, arch->depth, arch->resolution};
    EffNetArch *with = new_at(arch->base, g_strconcat(body, suffix, NULL), &point);

    with->head = *head;
    return with;
}

/* A network without hidden layers. */
static EffNetArch *
new_body(const char *name, GError **error)
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
effnet_arch_new(const char *name, GError **error)
{
    const char *suffix = strchr(name, '+');
    g_autofree char *body = suffix ? g_strndup(name, suffix - name) : g_strdup(name), *acts = NULL;
    g_autoptr(EffNetArch) arch = new_body(body, error);
    EffNetHead head;

    if (!arch || !suffix)
        return g_steal_pointer(&arch);
    if (parse_head(suffix + 1, &head))
        return effnet_arch_new_head(arch, &head);
    acts = effnet_act_list();
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "the hidden layers of \"%s\" are not one or two of up to %u units, each with its "
                "activation, as in +100-relu (%s)",
                name, MAX_UNITS, acts);
    return NULL;
}

EffNetArch *
effnet_arch_new_scaled(const char *base, const EffNetScaling *scaling, GError **error)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(base, error), scaled = NULL;

    if (!arch)
        return NULL;
    scaled = new_scaled(arch->base, (EffNetPoint){arch->width, arch->depth, arch->resolution},
                        scaling, error);
    return scaled && !effnet_head_is_plain(&arch->head) ? effnet_arch_new_head(scaled, &arch->head)
                                                        : g_steal_pointer(&scaled);
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
