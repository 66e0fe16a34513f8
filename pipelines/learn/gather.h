/* SPDX-License-Identifier: BSD-2-Clause */
/* The features of many files' pictures, as the element would have them. */
#ifndef EFFNET_LEARN_GATHER_H
#define EFFNET_LEARN_GATHER_H

#include <effnet/effnet.h>

typedef struct {
    guint views;     /* 2: each picture and its mirror; 1: the picture alone */
    guint frames;    /* of a video, at most */
    guint threads;   /* files at once */
    gboolean logits; /* beside the features */
    gboolean quiet;  /* no progress on the terminal */
} EffNetGatherOptions;

/* Of each picture views rows of n_features features, and of n_classes logits where wanted. */
typedef struct {
    guint n; /* pictures */
    guint views, n_features, n_classes;
    float *features, *logits;
    guint *files;   /* of each picture, the number of its file */
    guint n_broken; /* files */
} EffNetGathered;

/* Looks at the N files PATHS, whose pictures come in the order of the files whatever there is of
 * threads. A file that cannot be decoded is named on the terminal, counted and left out; NULL with
 * the error set where nothing remains. After gst_init(). */
EffNetGathered *effnet_gather(EffNetModel *model, const char *const *paths, guint n,
                              const EffNetGatherOptions *options, GError **error);
void effnet_gathered_free(EffNetGathered *gathered);

/* How a picture that must be turned by ORIENTATION is seen in a mirror. */
EffNetOrientation effnet_orientation_mirror(EffNetOrientation orientation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetGathered, effnet_gathered_free)

#endif
