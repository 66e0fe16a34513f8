/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose tensor names a checkpoint has, and what is known of those who publish such files. A naming
 * is a file of naming/ and a row in the list of naming.c. */
#ifndef EFFNET_NAMING_H
#define EFFNET_NAMING_H

#include "settings.h"
#include "weights.h"
#include "../checkpoint/json.h"

/* Of which blocks a row tells; beginning with EITHER, which is what a row without says. */
typedef enum {
    EFFNET_NAMED_EITHER,
    EFFNET_NAMED_EXPANDED,
    EFFNET_NAMED_PLAIN,
    EFFNET_NAMED_FUSED,
} EffNetNamed;

/* The modules of a layer. In a pattern, $s is the stage, $t the stage + 1, $b the block in its
 * stage, $n the block in the network, $m that + 1. */
typedef struct {
    EffNetRole role;
    const char *weights, *norm;
    EffNetNamed blocks;
} EffNetNamingRow;

/* How checkpoints were trained. NULL: any. Of all rows that apply the later ones go on top. */
typedef struct {
    const char *prefix; /* a network's name that begins so is in the file's name */
    const char *arch;   /* the network, or the beginning of several, up to a '-' */
    const char *tag;    /* a part of the file's name, between '.', '_' and '-' */
    EffNetSettings settings;
} EffNetPractice;

typedef struct {
    const char *name; /* "timm", "torchvision", … */
    const EffNetNamingRow *rows;
    gsize n_rows;
    const char *mark; /* another tensor, which tells it from other networks with such a stem; NULL:
                       * there are none */
    const EffNetPractice *practices;
    gsize n_practices;
    /* Adds what a config.json says in the publisher's own words; or NULL. */
    void (*read_config)(const EffNetJson *config, EffNetSettings *settings);
    /* What of such a config NETWORK at RESOLUTION does not do, as the end of a sentence, which the
     * caller frees; NULL: nothing. Or NULL. */
    char *(*check_config)(const EffNetJson *config, const EffNetNetwork *network);
} EffNetNaming;

extern const EffNetNaming effnet_naming_lukemelas, effnet_naming_timm, effnet_naming_torchvision,
    effnet_naming_torchvision_mobilenet, effnet_naming_torchvision_resnet,
    effnet_naming_transformers;

/* All of them, NULL-terminated; those with a mark before others with their stem. */
extern const EffNetNaming *const effnet_namings[];

/* The first that has names for all layers of NETWORK, timm's before the others'. */
const EffNetNaming *effnet_naming_of(const EffNetNetwork *network);

/* The module of LAYER's weights, or, with NORM, of its batch norm: "blocks.0.1.conv_pw"; NULL for
 * one that networks of this naming do not have. Caller frees. */
char *effnet_naming_module(const EffNetNaming *naming, const EffNetLayer *layer, gboolean norm);
/* The same with what PyTorch calls PART: "blocks.0.1.conv_pw.weight". */
char *effnet_naming_tensor(const EffNetNaming *naming, const EffNetLayer *layer, EffNetPart part);
/* ".weight", ".running_mean" … */
const char *effnet_part_suffix(EffNetPart part);

/* Whether some layer but the classifier has a tensor NAME. */
gboolean effnet_naming_has(const EffNetNaming *naming, const char *name);

#endif
