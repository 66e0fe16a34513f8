/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that a model is learned from: the features of each picture (an image or a frame of a
 * video), and its labels. A learned model keeps its album in its metadata. */
#ifndef EFFNET_LEARN_ALBUM_H
#define EFFNET_LEARN_ALBUM_H

#include "dataset.h"
#include "gather.h"

typedef struct {
    guint n, views, n_features;
    GPtrArray *labels; /* char *, n_labels of them */
    gboolean multi;    /* a picture may have any number of labels; otherwise it has one */
    float *features;   /* n x views x n_features, rounded as effnet_kept_write() does */
    guint8 *targets;   /* n x n_labels: 1 if the picture has the label, else 0 */
    guint *sources;    /* n: equal for pictures of the same file, or of the same burst */
    char **names;      /* n: paths; NULL for pictures that were read from a model */
} EffNetAlbum;

/* The pictures of GATHERED with their labels in DATASET. Takes the features out of GATHERED, which
 * the caller still frees. The caller frees the album. */
EffNetAlbum *effnet_album_new(const EffNetDataset *dataset, EffNetGathered *gathered);
void effnet_album_free(EffNetAlbum *album);

/* Reads the album in the metadata of the checkpoint PATH, which INFO describes. NULL with ERROR set
 * if there is none. The caller frees the album. */
EffNetAlbum *effnet_album_read(const char *path, const EffNetModelInfo *info, GError **error);

/* Whether a checkpoint's metadata can hold the album: the header of the file, and the values in it,
 * are limited. */
gboolean effnet_album_can_be_kept(const EffNetAlbum *album);

/* Writes the album as two strings of metadata: PICTURES, with labels and sources, and FEATURES. The
 * caller frees both. */
void effnet_album_write(const EffNetAlbum *album, char **pictures, char **features);

/* Appends OTHER's pictures, which must have as many views and features, and those of its labels
 * that ALBUM lacks. */
void effnet_album_add(EffNetAlbum *album, const EffNetAlbum *other);

/* Sorts the pictures by their features, so that the order does not depend on how they were
 * gathered, and removes those that are equal to another in features and labels. Returns how many it
 * removed. */
guint effnet_album_sort(EffNetAlbum *album);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetAlbum, effnet_album_free)

#endif
