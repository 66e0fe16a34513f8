/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the network that has weights of given shapes: one of the table, or a freely scaled one. */
#ifndef EFFNET_SEARCH_H
#define EFFNET_SEARCH_H

#include "../arch/network.h"

typedef struct _EffNetShapes EffNetShapes;
struct _EffNetShapes {
    const char *path;  /* for errors */
    guint n_weights;   /* tensors of convolutions and linear layers */
    guint in_channels; /* the image's */
    guint n_classes;   /* 0: no classifier */
    EffNetHead head;   /* before it; only the units of its layers count */
    /* Sets DIMS to the dimensions (out, in, height, width) of what would be LAYER's weights, the
     * INDEX-th in the network; FALSE if there are none. */
    gboolean (*get)(const EffNetShapes *shapes, const EffNetLayer *layer, guint index,
                    guint64 dims[4]);
};

/* How far a network is from fitting. */
typedef struct {
    guint n_wrong; /* weights missing or of another shape */
    guint n_right;
    const EffNetLayer *first; /* the first that is wrong */
} EffNetFit;

EffNetNetwork *effnet_shapes_lay_out(const EffNetShapes *shapes, const EffNetArch *arch);
EffNetFit effnet_shapes_compare(const EffNetShapes *shapes, const EffNetNetwork *network);
/* 0 if exactly the weights of ARCH are there. */
guint effnet_shapes_distance(const EffNetShapes *shapes, const EffNetArch *arch);

/* The network that fits: NAME or, if NULL, a named one, or else a scaled one. NULL without an error
 * if none fits; NULL with the error set if NAME is not known, or if several networks fit that
 * compute different things. For effnet_arch_unref(). */
EffNetArch *effnet_shapes_search(const EffNetShapes *shapes, const char *name, GError **error);

/* The same for shapes whose last layer, of n_classes, may not be a classifier: then n_classes
 * becomes 0. It stays unchanged if no network fits. */
EffNetArch *effnet_shapes_search_head(EffNetShapes *shapes, const char *name, GError **error);

/* The named network that differs in the fewest weights. For effnet_arch_unref(). */
EffNetArch *effnet_shapes_closest(const EffNetShapes *shapes);

#endif
