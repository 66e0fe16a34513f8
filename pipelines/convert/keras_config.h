/* SPDX-License-Identifier: BSD-2-Clause */
/* What a Keras model's configuration says about its layers. Layers are read in the order of the
 * list; a model among them stands for its own layers. */
#ifndef EFFNET_CONVERT_KERAS_CONFIG_H
#define EFFNET_CONVERT_KERAS_CONFIG_H

#include "checkpoint/json.h"
#include "graph.h"

/* A batch norm of the head: before the linear layer of the number DENSE or, if it is BEHIND that,
 * before its activation. */
typedef struct {
    guint dense;
    gboolean behind;
} EffNetKerasHeadNorm;

typedef struct {
    gboolean has_layers;       /* FALSE: nothing is known */
    GArray *convs, *depthwise; /* guint, their strides */
    GArray *epsilons;          /* double, the batch norms' */
    GArray *head;              /* EffNetKerasHeadNorm, the last of the batch norms */
    GArray *dense;             /* EffNetAct, of the linear layers' outputs */
    guint n_acts[EFFNET_ACTS];
    guint n_sums;
    EffNetActivation activation; /* the outputs' */
    gboolean has_picture;        /* something is done to the image: scale * x + offset */
    double scale[3], offset[3];
    guint resolution; /* 0: any */
} EffNetKerasConfig;

/* A Normalization layer's variables, both of 1 or 3 numbers. */
typedef struct {
    const EffNetConstant *mean, *variance;
} EffNetKerasNormalization;

/* A table from layers' names, which stay JSON's, to their places + 1. JSON may be NULL. */
GHashTable *effnet_keras_config_order(const EffNetJson *json);

/* Checks that the model, and those within it, have one input and one output: which of several is
 * meant would be a guess. JSON may be NULL. */
gboolean effnet_keras_config_check_ends(const EffNetGraph *graph, const EffNetJson *json,
                                        GError **error);

/* JSON may be NULL. NORMALIZATIONS are in the model's order. FALSE with the error set for what our
 * networks never do, or not at this place. */
gboolean effnet_keras_config_read(EffNetKerasConfig *config, const EffNetGraph *graph,
                                  const EffNetJson *json, const GArray *normalizations,
                                  GError **error);
void effnet_keras_config_clear(EffNetKerasConfig *config);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EffNetKerasConfig, effnet_keras_config_clear)

#endif
