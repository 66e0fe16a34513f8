/* SPDX-License-Identifier: BSD-2-Clause */
/* Which network has weights of these shapes: one of the table, or one that is scaled freely. */
#ifndef EFFNET_SEARCH_H
#define EFFNET_SEARCH_H

#include "../arch/network.h"

typedef struct _EffNetShapes EffNetShapes;
struct _EffNetShapes {
    const char *path;  /* for errors */
    guint n_weights;   /* tensors of convolutions and linear layers */
    guint in_channels; /* of the picture */
    guint n_classes;   /* 0: no classifier */
    /* The dimensions (out, in, height, width) of what would be the weights of LAYER, the INDEX-th
     * that has any; FALSE: there is nothing. */
    gboolean (*get)(const EffNetShapes *shapes, const EffNetLayer *layer, guint index,
                    guint64 dims[4]);
};

/* How far a network is from the shapes. */
typedef struct {
    guint n_wrong; /* weights missing or of another shape */
    guint n_right;
    const EffNetLayer *first; /* of those that are wrong */
} EffNetFit;

EffNetNetwork *effnet_shapes_lay_out(const EffNetShapes *shapes, const EffNetArch *arch);
EffNetFit effnet_shapes_compare(const EffNetShapes *shapes, const EffNetNetwork *network);
/* 0: all weights are there, and no others. */
guint effnet_shapes_distance(const EffNetShapes *shapes, const EffNetArch *arch);

/* The network that fits: NAME, or, where it is NULL, a named one, or else a scaled one. NULL
 * without an error when none does; with it when NAME is not known, or when several fit that compute
 * different things, which it names. */
EffNetArch *effnet_shapes_search(const EffNetShapes *shapes, const char *name, GError **error);

/* The same of shapes whose last layer, of n_classes, may be no classifier: N_CLASSES becomes 0
 * then. It stays as it is where no network fits. */
EffNetArch *effnet_shapes_search_head(EffNetShapes *shapes, const char *name, GError **error);

/* The named network that differs in the fewest weights. */
EffNetArch *effnet_shapes_closest(const EffNetShapes *shapes);

#endif
