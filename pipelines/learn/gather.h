/* SPDX-License-Identifier: BSD-2-Clause */
/* Computes the features of many files' pictures, as the element would. */
#ifndef EFFNET_LEARN_GATHER_H
#define EFFNET_LEARN_GATHER_H

#include <effnet/effnet.h>

typedef struct {
    guint views;     /* 2: each picture and its mirror image; 1: the picture alone */
    guint frames;    /* at most, per video */
    guint threads;   /* files decoded at the same time */
    gboolean logits; /* gather logits as well as features */
    gboolean quiet;  /* show no progress on the terminal */
} EffNetGatherOptions;

/* For each picture, `views` rows of n_features features and, if wanted, of n_classes logits. */
typedef struct {
    guint n; /* pictures */
    guint views, n_features, n_classes;
    float *features, *logits;
    guint *files;   /* n: the index of each picture's file */
    guint n_broken; /* files that could not be decoded */
} EffNetGathered;

/* Gathers the N files PATHS, after gst_init(). The pictures are in the order of the files, for any
 * number of threads. A file that cannot be decoded is reported on the terminal, counted and left
 * out; NULL with ERROR set if none remains. The caller frees the result. */
EffNetGathered *effnet_gather(EffNetModel *model, const char *const *paths, guint n,
                              const EffNetGatherOptions *options, GError **error);
void effnet_gathered_free(EffNetGathered *gathered);

/* The orientation in which a picture that needs ORIENTATION appears mirrored. */
EffNetOrientation effnet_orientation_mirror(EffNetOrientation orientation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetGathered, effnet_gathered_free)

#endif
