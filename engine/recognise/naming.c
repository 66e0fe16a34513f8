/* SPDX-License-Identifier: BSD-2-Clause */
#include "naming.h"

#include <string.h>

const EffNetNaming *const effnet_namings[] = {
#define NAMING(name) &effnet_naming_##name,
    EFFNET_NAMING_LIST
#undef NAMING
        NULL,
};

static const EffNetNamingRow *
find_row(const EffNetNaming *naming, const EffNetLayer *layer)
{
    EffNetNamed blocks = layer->kind == EFFNET_BLOCK_FUSED       ? EFFNET_NAMED_FUSED
                         : layer->kind == EFFNET_BLOCK_UNIVERSAL ? EFFNET_NAMED_UNIVERSAL
                         : layer->pooled                         ? EFFNET_NAMED_POOLED
                         : layer->has_expand                     ? EFFNET_NAMED_EXPANDED
                                                                 : EFFNET_NAMED_PLAIN;

    for (gsize i = 0; i < naming->n_rows; i++) {
        const EffNetNamingRow *row = &naming->rows[i];

        if (row->role == layer->role &&
            (row->blocks == EFFNET_NAMED_EITHER || row->blocks == blocks))
            return row;
    }
    return NULL;
}

static guint
get_number(char letter, const EffNetLayer *layer)
{
    gboolean fused = layer->kind == EFFNET_BLOCK_FUSED;

    switch (letter) {
    case 's':
        return layer->stage;
    case 't':
        return layer->stage + 1;
    case 'f':
        return layer->stage + 4;
    case 'b':
        return layer->block;
    case 'm':
        return layer->sequence + 1;
    case 'l':
        return layer->sequence - 1;
    case 'x':
        return 2 * layer->sequence;
    case 'y':
        return 2 * layer->sequence + 1;
    case 'd':
        return layer->has_expand;
    case 'e':
        return layer->has_expand + 1;
    case 'p':
        return fused ? 1 : layer->has_expand + 1 + layer->has_se;
    default:
        return layer->sequence;
    }
}

static char *
fill_pattern(const char *pattern, const EffNetLayer *layer)
{
    GString *name = g_string_new(NULL);

    for (const char *p = pattern; *p; p++)
        if (*p != '$')
            g_string_append_c(name, *p);
        else
            g_string_append_printf(name, "%u", get_number(*++p, layer));
    return g_string_free(name, FALSE);
}

char *
effnet_naming_module(const EffNetNaming *naming, const EffNetLayer *layer, gboolean norm)
{
    static const EffNetNamingRow ours = {EFFNET_ROLE_HIDDEN, "hidden.$b", NULL};
    const EffNetNamingRow *row =
        layer->role == EFFNET_ROLE_HIDDEN ? &ours : find_row(naming, layer);
    const char *pattern = !row ? NULL : norm ? row->norm : row->weights;

    return pattern ? fill_pattern(pattern, layer) : NULL;
}

const char *
effnet_part_suffix(EffNetPart part)
{
    static const char *const suffixes[] = {
        [EFFNET_PART_WEIGHT] = ".weight",          [EFFNET_PART_BIAS] = ".bias",
        [EFFNET_PART_NORM_GAMMA] = ".weight",      [EFFNET_PART_NORM_BETA] = ".bias",
        [EFFNET_PART_NORM_MEAN] = ".running_mean", [EFFNET_PART_NORM_VARIANCE] = ".running_var",
    };

    return suffixes[part];
}

char *
effnet_naming_tensor(const EffNetNaming *naming, const EffNetLayer *layer, EffNetPart part)
{
    gboolean norm = part != EFFNET_PART_WEIGHT && part != EFFNET_PART_BIAS;
    g_autofree char *module = effnet_naming_module(naming, layer, norm);

    return module ? g_strconcat(module, effnet_part_suffix(part), NULL) : NULL;
}

/* Whether NAME is a part of a module that PATTERN, which may be NULL, matches. */
static gboolean
fits_pattern(const char *name, const char *pattern)
{
    for (; pattern && *pattern; pattern++) {
        if (*pattern != '$') {
            if (*name++ != *pattern)
                return FALSE;
            continue;
        }
        pattern++;
        if (!g_ascii_isdigit(*name))
            return FALSE;
        while (g_ascii_isdigit(*name))
            name++;
    }
    return pattern && *name == '.' && !strchr(name + 1, '.');
}

gboolean
effnet_naming_has(const EffNetNaming *naming, const char *name)
{
    for (gsize i = 0; i < naming->n_rows; i++) {
        const EffNetNamingRow *row = &naming->rows[i];

        if (row->role != EFFNET_ROLE_CLASSIFIER && row->role != EFFNET_ROLE_HIDDEN &&
            (fits_pattern(name, row->weights) || fits_pattern(name, row->norm)))
            return TRUE;
    }
    return FALSE;
}

static gboolean
names_all(const EffNetNaming *naming, const EffNetNetwork *network)
{
    for (guint i = 0; i < network->n_layers; i++)
        if (effnet_layer_has_weights(&network->layers[i]) &&
            network->layers[i].role != EFFNET_ROLE_HIDDEN && !find_row(naming, &network->layers[i]))
            return FALSE;
    return TRUE;
}

const EffNetNaming *
effnet_naming_of(const EffNetNetwork *network)
{
    for (gsize i = 0; effnet_namings[i]; i++)
        if (names_all(effnet_namings[i], network))
            return effnet_namings[i];
    return NULL;
}
