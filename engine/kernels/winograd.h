/* SPDX-License-Identifier: BSD-2-Clause */
/* Convolution of 3x3, stride 1, by Winograd's F(4x4, 3x3): of each 6x6 inputs 36 points are made;
 * at every point the channels' products are those of a 1x1 convolution; and the sums make 4x4
 * outputs: 36 multiplications where there were 144. Lavin and Gray 2016; interpolated at 0,
 * infinity and plus and minus a and b with ab = 1, which keeps the factors, and with them the
 * rounding errors, small. */
#ifndef EFFNET_KERNEL_WINOGRAD_H
#define EFFNET_KERNEL_WINOGRAD_H

#include "conv.h"

#define EFFNET_WINOGRAD_IN     6 /* rows and columns of a tile's inputs */
#define EFFNET_WINOGRAD_OUT    4 /* and outputs */
#define EFFNET_WINOGRAD_POINTS 36
#define EFFNET_WINOGRAD_PANELS 2 /* of weights, whose points lie together */

#define EFFNET_WINOGRAD_A 0.70710678118654752440
#define EFFNET_WINOGRAD_B 1.41421356237309504880

/* A row of tiles: point p of tile t, lane 0, is at points[p * point_stride + t * tile_stride]. */
typedef struct {
    const float *rows[EFFNET_WINOGRAD_IN]; /* of inputs: pixel 0; NULL: outside of the map */
    gsize in_stride;                       /* floats from a pixel to the next */
    guint in_size;                         /* pixels of a row */
    guint pad;                             /* zeros to the left of it */
    guint tiles;
    float *points;
    gsize point_stride, tile_stride;
    guint panels;
} EffNetWinogradInput;

/* The same row's outputs: act(outputs + bias + residual), or act(outputs + bias) + residual. */
typedef struct {
    const float *points;
    gsize point_stride, tile_stride;
    guint tiles;
    guint rows, columns; /* of outputs: the last tiles may reach over the edges */
    const float *bias;
    float *out;
    const float *residual;        /* NULL, or as out */
    gsize out_stride, row_stride; /* floats from a pixel to the next, and from a row */
    guint panels;
    EffNetAct act;
    gboolean act_first; /* the residual comes behind the activation */
} EffNetWinogradOutput;

typedef struct {
    void (*input)(const EffNetWinogradInput *input); /* NULL: not worth it */
    void (*output)(const EffNetWinogradOutput *output);
} EffNetWinogradKernels;

extern const EffNetWinogradKernels effnet_winograd_kernels_c;

/* FILTER: 9 taps, STRIDE floats apart. To its points. */
void effnet_winograd_filter(float points[EFFNET_WINOGRAD_POINTS], const float *filter,
                            gsize stride);

/* Tiles along an edge of SIZE outputs. */
static inline guint
effnet_winograd_tiles(guint size)
{
    return (size + EFFNET_WINOGRAD_OUT - 1) / EFFNET_WINOGRAD_OUT;
}

/* Floats from a point of all TILES to the next one; not a power of two, which would have all points
 * of a tile in the same place of the caches. */
static inline gsize
effnet_winograd_stride(guint tiles, guint panels)
{
    return ((gsize)tiles * panels + 1) * EFFNET_LANES;
}

static inline gsize
effnet_winograd_scratch_bytes(guint tiles, guint in_panels)
{
    gsize strides = effnet_winograd_stride(tiles, in_panels) +
                    effnet_winograd_stride(tiles, EFFNET_WINOGRAD_PANELS);

    return (EFFNET_WINOGRAD_POINTS * strides + EFFNET_WINOGRAD_PANELS * EFFNET_LANES) *
           sizeof(float);
}

#endif
