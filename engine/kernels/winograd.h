/* SPDX-License-Identifier: BSD-2-Clause */
/* Convolution of 3x3, stride 1, by Winograd's F(4x4, 3x3) (Lavin and Gray 2016). A tile of 6x6
 * inputs is transformed to 36 points; at each point the channels are multiplied and summed as by a
 * 1x1 convolution; the 36 sums are transformed to a tile of 4x4 outputs. That is 36 multiplications
 * instead of 144. The interpolation points are 0, infinity, +-a and +-b with ab = 1, which keeps
 * the factors, and with them the rounding errors, small. */
#ifndef EFFNET_KERNEL_WINOGRAD_H
#define EFFNET_KERNEL_WINOGRAD_H

#include "conv.h"

#define EFFNET_WINOGRAD_IN     6 /* rows and columns of a tile's inputs */
#define EFFNET_WINOGRAD_OUT    4 /* rows and columns of its outputs */
#define EFFNET_WINOGRAD_POINTS 36
#define EFFNET_WINOGRAD_PANELS 2 /* panels whose weights are packed together, point by point */

#define EFFNET_WINOGRAD_A 0.70710678118654752440
#define EFFNET_WINOGRAD_B 1.41421356237309504880

/* The first transform, of a row of TILES tiles. Point p of tile t, lane 0, goes to points[p *
 * point_stride + t * tile_stride]; both strides are in floats. */
typedef struct {
    const float *rows[EFFNET_WINOGRAD_IN]; /* pixel 0 of the input rows; NULL: outside of the map,
                                            * hence zeros */
    gsize in_stride;                       /* floats from one pixel to the next */
    guint in_size;                         /* pixels of a row */
    guint pad;                             /* columns of zeros left of the row */
    guint tiles;
    float *points;
    gsize point_stride, tile_stride;
    guint panels;
} EffNetWinogradInput;

/* The last transform, of the same row of tiles: act(outputs + bias + residual), or with act_first
 * act(outputs + bias) + residual. */
typedef struct {
    const float *points;
    gsize point_stride, tile_stride;
    guint tiles;
    guint rows, columns; /* of outputs: the last tiles may extend beyond the edges */
    const float *bias;
    float *out;
    const float *residual;        /* NULL, or laid out like out */
    gsize out_stride, row_stride; /* floats between pixels, and between rows */
    guint panels;
    EffNetAct act;
    gboolean act_first; /* the residual is added after the activation */
} EffNetWinogradOutput;

typedef struct {
    EffNetActSet acts; /* activations that it can apply; 0: not worth it on this level */
    void (*input)(const EffNetWinogradInput *input);
    void (*output)(const EffNetWinogradOutput *output);
} EffNetWinogradKernels;

extern const EffNetWinogradKernels effnet_winograd_kernels_c;

/* Transforms a filter to its points. FILTER: 9 taps, STRIDE floats apart. */
void effnet_winograd_filter(float points[EFFNET_WINOGRAD_POINTS], const float *filter,
                            gsize stride);

/* Tiles along an edge of SIZE outputs. */
static inline guint
effnet_winograd_tiles(guint size)
{
    return (size + EFFNET_WINOGRAD_OUT - 1) / EFFNET_WINOGRAD_OUT;
}

/* Floats from one point of all TILES to the next. Not a power of two, which would map all points of
 * a tile to the same set of the caches. */
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
