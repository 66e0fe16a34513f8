/* SPDX-License-Identifier: BSD-2-Clause */
/* The name maps, one table each. A new one is a table and a row in the list below. */
#include <effnet/error.h>

#include "names.h"

/* Of which blocks a row tells; beginning with EITHER, which is what a row without says. */
typedef enum {
    EITHER,
    EXPANDED,
    PLAIN,
    FUSED,
} Kind;

/* In a pattern, $s is the stage, $t the stage + 1, $b the block in its stage, $n the block in the
 * network, $m that + 1. */
typedef struct {
    EffNetRole role;
    const char *weights, *norm;
    Kind kind;
} Row;

struct _EffNetNaming {
    const char *name;
    const Row *rows;
    gsize n_rows;
    const char *mark; /* a tensor that tells it from others with such a stem, or NULL */
};

static const Row timm[] = {
    {EFFNET_ROLE_STEM, "conv_stem", "bn1"},
    {EFFNET_ROLE_EXPAND, "blocks.$s.$b.conv_pw", "blocks.$s.$b.bn1", EXPANDED},
    {EFFNET_ROLE_EXPAND, "blocks.$s.$b.conv_exp", "blocks.$s.$b.bn1", FUSED},
    {EFFNET_ROLE_DEPTHWISE, "blocks.$s.$b.conv_dw", "blocks.$s.$b.bn2", EXPANDED},
    {EFFNET_ROLE_DEPTHWISE, "blocks.$s.$b.conv_dw", "blocks.$s.$b.bn1", PLAIN},
    {EFFNET_ROLE_SE_REDUCE, "blocks.$s.$b.se.conv_reduce", NULL},
    {EFFNET_ROLE_SE_EXPAND, "blocks.$s.$b.se.conv_expand", NULL},
    {EFFNET_ROLE_PROJECT, "blocks.$s.$b.conv_pwl", "blocks.$s.$b.bn3", EXPANDED},
    {EFFNET_ROLE_PROJECT, "blocks.$s.$b.conv_pw", "blocks.$s.$b.bn2", PLAIN},
    {EFFNET_ROLE_PROJECT, "blocks.$s.$b.conv_pwl", "blocks.$s.$b.bn2", FUSED},
    {EFFNET_ROLE_CONV1, "blocks.$s.$b.conv", "blocks.$s.$b.bn1"},
    {EFFNET_ROLE_HEAD, "conv_head", "bn2"},
    {EFFNET_ROLE_CLASSIFIER, "classifier", NULL},
};

static const Row torchvision[] = {
    {EFFNET_ROLE_STEM, "features.0.0", "features.0.1"},
    {EFFNET_ROLE_EXPAND, "features.$t.$b.block.0.0", "features.$t.$b.block.0.1"}, /* FUSED too */
    {EFFNET_ROLE_DEPTHWISE, "features.$t.$b.block.1.0", "features.$t.$b.block.1.1", EXPANDED},
    {EFFNET_ROLE_DEPTHWISE, "features.$t.$b.block.0.0", "features.$t.$b.block.0.1", PLAIN},
    {EFFNET_ROLE_SE_REDUCE, "features.$t.$b.block.2.fc1", NULL, EXPANDED},
    {EFFNET_ROLE_SE_REDUCE, "features.$t.$b.block.1.fc1", NULL, PLAIN},
    {EFFNET_ROLE_SE_EXPAND, "features.$t.$b.block.2.fc2", NULL, EXPANDED},
    {EFFNET_ROLE_SE_EXPAND, "features.$t.$b.block.1.fc2", NULL, PLAIN},
    {EFFNET_ROLE_PROJECT, "features.$t.$b.block.3.0", "features.$t.$b.block.3.1", EXPANDED},
    {EFFNET_ROLE_PROJECT, "features.$t.$b.block.2.0", "features.$t.$b.block.2.1", PLAIN},
    {EFFNET_ROLE_PROJECT, "features.$t.$b.block.1.0", "features.$t.$b.block.1.1", FUSED},
    {EFFNET_ROLE_CONV1, "features.$t.$b.block.0.0", "features.$t.$b.block.0.1"},
    {EFFNET_ROLE_HEAD, "features.$t.0", "features.$t.1"},
    {EFFNET_ROLE_CLASSIFIER, "classifier.1", NULL},
};

static const Row torchvision_mobilenet[] = {
    {EFFNET_ROLE_STEM, "features.0.0", "features.0.1"},
    {EFFNET_ROLE_EXPAND, "features.$m.conv.0.0", "features.$m.conv.0.1"},
    {EFFNET_ROLE_DEPTHWISE, "features.$m.conv.1.0", "features.$m.conv.1.1", EXPANDED},
    {EFFNET_ROLE_DEPTHWISE, "features.$m.conv.0.0", "features.$m.conv.0.1", PLAIN},
    {EFFNET_ROLE_PROJECT, "features.$m.conv.2", "features.$m.conv.3", EXPANDED},
    {EFFNET_ROLE_PROJECT, "features.$m.conv.1", "features.$m.conv.2", PLAIN},
    {EFFNET_ROLE_HEAD, "features.$m.0", "features.$m.1"},
    {EFFNET_ROLE_CLASSIFIER, "classifier.1", NULL},
};

/* timm has the same ones. */
static const Row torchvision_resnet[] = {
    {EFFNET_ROLE_STEM, "conv1", "bn1"},
    {EFFNET_ROLE_SHORTCUT, "layer$t.$b.downsample.0", "layer$t.$b.downsample.1"},
    {EFFNET_ROLE_CONV1, "layer$t.$b.conv1", "layer$t.$b.bn1"},
    {EFFNET_ROLE_CONV2, "layer$t.$b.conv2", "layer$t.$b.bn2"},
    {EFFNET_ROLE_CONV3, "layer$t.$b.conv3", "layer$t.$b.bn3"},
    {EFFNET_ROLE_CLASSIFIER, "fc", NULL},
};

/* lukemelas/EfficientNet-PyTorch, and efficientnet-lite-pytorch, which is made of it. */
static const Row lukemelas[] = {
    {EFFNET_ROLE_STEM, "_conv_stem", "_bn0"},
    {EFFNET_ROLE_EXPAND, "_blocks.$n._expand_conv", "_blocks.$n._bn0"},
    {EFFNET_ROLE_DEPTHWISE, "_blocks.$n._depthwise_conv", "_blocks.$n._bn1"},
    {EFFNET_ROLE_SE_REDUCE, "_blocks.$n._se_reduce", NULL},
    {EFFNET_ROLE_SE_EXPAND, "_blocks.$n._se_expand", NULL},
    {EFFNET_ROLE_PROJECT, "_blocks.$n._project_conv", "_blocks.$n._bn2"},
    {EFFNET_ROLE_HEAD, "_conv_head", "_bn1"},
    {EFFNET_ROLE_CLASSIFIER, "_fc", NULL},
};

static const EffNetNaming namings[] = {
    {"timm", timm, G_N_ELEMENTS(timm)},
    {"torchvision", torchvision_mobilenet, G_N_ELEMENTS(torchvision_mobilenet),
     "features.1.conv.0.0.weight"},
    {"torchvision", torchvision, G_N_ELEMENTS(torchvision)},
    {"torchvision", torchvision_resnet, G_N_ELEMENTS(torchvision_resnet)},
    {"lukemelas", lukemelas, G_N_ELEMENTS(lukemelas)},
};

static const Row *
find_row(const EffNetNaming *naming, const EffNetLayer *layer)
{
    Kind kind = layer->kind == EFFNET_BLOCK_FUSED ? FUSED : layer->has_expand ? EXPANDED : PLAIN;

    for (gsize i = 0; i < naming->n_rows; i++) {
        const Row *row = &naming->rows[i];

        if (row->role == layer->role && (row->kind == EITHER || row->kind == kind))
            return row;
    }
    return NULL;
}

static void
append_pattern(GString *name, const char *pattern, const EffNetLayer *layer)
{
    for (const char *p = pattern; *p; p++) {
        guint number;

        if (*p != '$') {
            g_string_append_c(name, *p);
            continue;
        }
        p++;
        number = *p == 's'   ? layer->stage
                 : *p == 't' ? layer->stage + 1
                 : *p == 'b' ? layer->block
                 : *p == 'm' ? layer->sequence + 1
                             : layer->sequence;
        g_string_append_printf(name, "%u", number);
    }
}

char *
effnet_naming_tensor(const EffNetNaming *naming, const EffNetLayer *layer, EffNetPart part)
{
    /* PyTorch's names of what a module holds. */
    static const char *const suffixes[] = {
        [EFFNET_PART_WEIGHT] = ".weight",          [EFFNET_PART_BIAS] = ".bias",
        [EFFNET_PART_NORM_GAMMA] = ".weight",      [EFFNET_PART_NORM_BETA] = ".bias",
        [EFFNET_PART_NORM_MEAN] = ".running_mean", [EFFNET_PART_NORM_VARIANCE] = ".running_var",
    };
    const Row *row = find_row(naming, layer);
    gboolean own = part == EFFNET_PART_WEIGHT || part == EFFNET_PART_BIAS;
    const char *module = !row ? NULL : own ? row->weights : row->norm;
    GString *name;

    if (!module)
        return NULL;
    name = g_string_new(NULL);
    append_pattern(name, module, layer);
    g_string_append(name, suffixes[part]);
    return g_string_free(name, FALSE);
}

const char *
effnet_naming_get_name(const EffNetNaming *naming)
{
    return naming->name;
}

static gboolean
names_all(const EffNetNaming *naming, const EffNetNetwork *network)
{
    for (guint i = 0; i < network->n_layers; i++)
        if (effnet_layer_has_weights(&network->layers[i]) && !find_row(naming, &network->layers[i]))
            return FALSE;
    return TRUE;
}

const EffNetNaming *
effnet_naming_of(const EffNetNetwork *network)
{
    for (gsize i = 0; i < G_N_ELEMENTS(namings); i++)
        if (names_all(&namings[i], network))
            return &namings[i];
    return NULL;
}

const EffNetNaming *
effnet_naming_find(const EffNetCheckpoint *checkpoint, GError **error)
{
    const EffNetLayer stem = {.role = EFFNET_ROLE_STEM};
    g_autoptr(GString) stems = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(namings); i++) {
        g_autofree char *name = effnet_naming_tensor(&namings[i], &stem, EFFNET_PART_WEIGHT);
        const char *mark = namings[i].mark;

        if (effnet_checkpoint_find(checkpoint, name) &&
            (!mark || effnet_checkpoint_find(checkpoint, mark)))
            return &namings[i];
        if (mark) /* another row has that stem */
            continue;
        g_string_append_printf(stems, "%s%s (%s)", stems->len ? ", " : "", name, namings[i].name);
    }
    g_set_error(
        error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
        "%s is no network of the family: its %u tensors, the first of them %s, include none of %s",
        effnet_checkpoint_get_path(checkpoint), effnet_checkpoint_get_n_tensors(checkpoint),
        effnet_checkpoint_get_n_tensors(checkpoint)
            ? effnet_checkpoint_get_tensor(checkpoint, 0)->name
            : "missing",
        stems->str);
    return NULL;
}
