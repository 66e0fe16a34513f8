/* SPDX-License-Identifier: BSD-2-Clause */
/* What a model keeps to tell what resembles nothing that it was learned from. */
#ifndef EFFNET_LEARN_PROTOTYPES_H
#define EFFNET_LEARN_PROTOTYPES_H

#include "album.h"

/* The texts of the metadata that engine/recognise/known.h describes. PICTURES says from which
 * similarity something is known: 95 of 100 pictures of ALBUM are, by pictures of other GROUPS.
 * FALSE if there are no other groups. The caller frees both. */
gboolean effnet_prototypes_write(const EffNetAlbum *album, const guint *groups, char **pictures,
                                 char **features);

#endif
