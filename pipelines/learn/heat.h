/* SPDX-License-Identifier: BSD-2-Clause */
/* A class activation map, drawn over the image that it is of. */
#ifndef EFFNET_LEARN_HEAT_H
#define EFFNET_LEARN_HEAT_H

#include <glib.h>

/* Writes IMAGE, SIDE x SIDE x RGB, with MAP, SIZE x SIZE, over it to PATH, a PNG: the redder, the
 * more a place speaks for the class; what speaks against it is left as it is. An error if this
 * build has no cairo. */
gboolean effnet_heat_draw(const guint8 *image, guint side, const float *map, guint size,
                          const char *path, GError **error);

/* The map's value at X, Y, both from 0 to 1, as a share of its greatest; 0 where it is below 0. */
float effnet_heat_get(const float *map, guint size, float x, float y);

#endif
