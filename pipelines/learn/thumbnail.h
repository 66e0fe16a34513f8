/* SPDX-License-Identifier: BSD-2-Clause */
/* Small pictures for pages. */
#ifndef EFFNET_LEARN_THUMBNAIL_H
#define EFFNET_LEARN_THUMBNAIL_H

#include <effnet/effnet.h>

/* The image in INPUT as R, G, B, in_channels and so on as INFO says; the caller frees it. */
guint8 *effnet_thumbnail_read(const EffNetInput *input, const EffNetModelInfo *info);

/* PIXELS, WIDTH x HEIGHT x RGB, as a PNG; the caller frees it. */
GBytes *effnet_thumbnail_to_png(const guint8 *pixels, guint width, guint height);

/* PIXELS, SIDE x SIDE x RGB, at half the size, as a PNG in a data: URI; the caller frees it. */
char *effnet_thumbnail_to_uri(const guint8 *pixels, guint side);

#endif
