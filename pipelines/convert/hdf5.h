/* SPDX-License-Identifier: BSD-2-Clause */
/* The variables of a Keras model in an HDF5 file, read with the HDF5 library. */
#ifndef EFFNET_CONVERT_HDF5_H
#define EFFNET_CONVERT_HDF5_H

#include "graph.h"

typedef struct {
    char *layer; /* variables of one layer are consecutive */
    char *kind;  /* "kernel", "depthwise_kernel", "bias", "gamma", "beta", "moving_mean",
                  * "moving_variance", "mean", "variance" */
    EffNetConstant constant;
    float *values; /* what CONSTANT points to */
} EffNetVariable;

typedef struct {
    GArray *variables; /* EffNetVariable; layers of one kind are in the model's order */
    char *config;      /* the model's, as JSON; NULL: not in the file */
    gboolean is_named; /* layers have their names in CONFIG, which also tells their order */
} EffNetHdf5;

/* Reads the file in DATA, laid out as by Keras 2 or Keras 3. */
gboolean effnet_hdf5_read(EffNetHdf5 *hdf5, const EffNetGraph *graph, const guint8 *data, gsize n,
                          GError **error);
/* Sorts layers by ORDER, from their names to their places + 1, if it has all of them. */
void effnet_hdf5_sort(EffNetHdf5 *hdf5, GHashTable *order);
void effnet_hdf5_clear(EffNetHdf5 *hdf5);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EffNetHdf5, effnet_hdf5_clear)

#endif
