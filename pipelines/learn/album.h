/* SPDX-License-Identifier: BSD-2-Clause */
/* All that there is to learn from: pictures as their features, and what is in them. A model that
 * was learned here keeps its own. */
#ifndef EFFNET_LEARN_ALBUM_H
#define EFFNET_LEARN_ALBUM_H

#include "dataset.h"
#include "gather.h"

typedef struct {
    guint n, views, n_features;
    GPtrArray *labels; /* char * */
    gboolean multi;    /* pictures may have several labels, or none */
    float *features;   /* n x views x n_features, as they are kept */
    guint8 *targets;   /* n x labels: 1, or 0 */
    guint *sources;    /* equal for pictures of one file */
    char **names;      /* paths; NULL for those that a model kept */
} EffNetAlbum;

/* Of what GATHERED, which is taken over, has of DATASET's examples. */
EffNetAlbum *effnet_album_new(const EffNetDataset *dataset, EffNetGathered *gathered);
void effnet_album_free(EffNetAlbum *album);

/* What the checkpoint PATH keeps, whose model is INFO's. An error if it keeps nothing. */
EffNetAlbum *effnet_album_read(const char *path, const EffNetModelInfo *info, GError **error);

/* As metadata's text: what is in the pictures, and their features. The caller frees both. */
void effnet_album_write(const EffNetAlbum *album, char **pictures, char **features);

/* Adds OTHER's pictures, of as many views and features. New labels come behind those that are
 * there.
 */
void effnet_album_add(EffNetAlbum *album, const EffNetAlbum *other);

/* Puts the pictures into an order that depends on themselves alone, and leaves those out that are
 * there already, with the same labels. Returns how many these are. */
guint effnet_album_sort(EffNetAlbum *album);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetAlbum, effnet_album_free)

#endif
