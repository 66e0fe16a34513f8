/* SPDX-License-Identifier: BSD-2-Clause */
/* Namings: how a publisher of checkpoints names tensors, and what is known about its training. A
 * naming is a file in naming/ and a row in meson.build. */
#ifndef EFFNET_NAMING_H
#define EFFNET_NAMING_H

#include "recognise/naming_list.h"
#include "settings.h"
#include "weights.h"
#include "../checkpoint/json.h"

/* Which blocks a row is about; a row that does not say is about EITHER. */
typedef enum {
    EFFNET_NAMED_EITHER,
    EFFNET_NAMED_EXPANDED,
    EFFNET_NAMED_PLAIN,
    EFFNET_NAMED_FUSED,
    EFFNET_NAMED_UNIVERSAL,
    EFFNET_NAMED_POOLED, /* a head that reads the pooled vector */
} EffNetNamed;

/* The modules of a layer's weights and of its norm. In a pattern, these stand for numbers:
 *
 *     $s, $t      the stage; the same + 1
 *     $f          the stage + 4
 *     $b          the block in its stage
 *     $n, $m, $l  the block in the network; the same + 1; the same - 1
 *     $x, $y      twice the block in the network; the same + 1
 *     $d, $e, $p  where in its block the depthwise layer, squeeze-excite, the projection is
 */
typedef struct {
    EffNetRole role;
    const char *weights, *norm;
    EffNetNamed blocks;
} EffNetNamingRow;

/* How checkpoints were trained. NULL matches all. Of the rows that apply, later ones override
 * earlier ones. */
typedef struct {
    const char *prefix; /* the file's name contains a name of the network that starts with this */
    const char *arch;   /* the network, or what several networks' names start with, up to a '-' */
    const char *tag;    /* a word of the file's name, between '.', '_' and '-' */
    EffNetSettings settings;
} EffNetPractice;

typedef struct {
    const char *name; /* "timm", "torchvision", … */
    const EffNetNamingRow *rows;
    gsize n_rows;
    const char *mark; /* a tensor that distinguishes it from other networks whose stem has the same
                       * name; NULL: not needed */
    const EffNetPractice *practices;
    gsize n_practices;
    /* NULL, or adds what a config.json says in the publisher's own terms. */
    void (*read_config)(const EffNetJson *config, EffNetSettings *settings);
    /* NULL, or returns what NETWORK does not do as the publisher's networks or CONFIG do, which is
     * NULL without such a file: the end of a sentence, for g_free(); NULL if nothing. */
    char *(*check_config)(const EffNetJson *config, const EffNetNetwork *network);
} EffNetNaming;

#define NAMING(name) extern const EffNetNaming effnet_naming_##name;
EFFNET_NAMING_LIST
#undef NAMING

/* All namings, NULL-terminated. */
extern const EffNetNaming *const effnet_namings[];

/* The first naming that has names for all of NETWORK's layers; timm's comes before the others. */
const EffNetNaming *effnet_naming_of(const EffNetNetwork *network);

/* The module of LAYER's weights, or, if NORM, of its batch norm: "blocks.0.1.conv_pw"; NULL for a
 * layer that networks of this naming do not have. Hidden layers are named by us. For g_free(). */
char *effnet_naming_module(const EffNetNaming *naming, const EffNetLayer *layer, gboolean norm);
/* The same, followed by what PyTorch calls PART: "blocks.0.1.conv_pw.weight". */
char *effnet_naming_tensor(const EffNetNaming *naming, const EffNetLayer *layer, EffNetPart part);
/* ".weight", ".running_mean", … Static. */
const char *effnet_part_suffix(EffNetPart part);

/* Whether NAME is a tensor of some layer other than the classifier. */
gboolean effnet_naming_has(const EffNetNaming *naming, const char *name);

#endif
