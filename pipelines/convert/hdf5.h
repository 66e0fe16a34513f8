/* SPDX-License-Identifier: BSD-2-Clause */
/* The variables of a Keras model in an HDF5 file, through the HDF5 library. */
#ifndef EFFNET_CONVERT_HDF5_H
#define EFFNET_CONVERT_HDF5_H

#include "graph.h"

typedef struct {
    char *layer; /* those of one layer follow each other */
    char *kind;  /* "kernel", "depthwise_kernel", "bias", "gamma", "beta", "moving_mean",
                  * "moving_variance", "mean", "variance" */
    EffNetConstant constant;
    float *values; /* what CONSTANT points to */
} EffNetVariable;

typedef struct {
    GArray *variables; /* EffNetVariable; layers of a kind are in the model's order */
    char *config;      /* of the model, JSON; NULL: not in the file */
    gboolean is_named; /* layers by their names in CONFIG, which also tells their order */
} EffNetHdf5;

/* Of the file whose bytes are at DATA; both as Keras 2 and as Keras 3 lay it out. */
gboolean effnet_hdf5_read(EffNetHdf5 *hdf5, const EffNetGraph *graph, const guint8 *data, gsize n,
                          GError **error);
/* Brings layers into the ORDER of their names, where it has all of them: name to place + 1. */
void effnet_hdf5_sort(EffNetHdf5 *hdf5, GHashTable *order);
void effnet_hdf5_clear(EffNetHdf5 *hdf5);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EffNetHdf5, effnet_hdf5_clear)

#endif
