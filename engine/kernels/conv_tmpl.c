/* SPDX-License-Identifier: BSD-2-Clause */
/* The convolution of F32 in register tiles, compiled once per level. A tile is up to CONV_PIXELS
 * pixels x CONV_PANELS panels of accumulators; for each k it loads row k of the panels' weights,
 * broadcasts each pixel's element k, multiplies and adds. A column is all pixels of the block for
 * one tile's panels. */
#include "act_tmpl.h"
#include "conv.h"
#include "tiles_tmpl.h"
#include "tmpl.h"

#define VECTORS (EFFNET_LANES / VF_LANES) /* vectors of a panel */
#define INLINE  static inline __attribute__((always_inline))

G_STATIC_ASSERT(EFFNET_LANES % VF_LANES == 0);
G_STATIC_ASSERT(CONV_ROW > CONV_PANELS);

/* Pixel m's window is at base[m / CONV_SHARE] + (m % CONV_SHARE) * stride. CONV_SHARE is 3 unless
 * tiles.h defines it: 0, 1 and 2 * stride are addressing modes, so that the windows of 14 pixels
 * need 5 registers, not 14. */
#define GROUPS(mr) (((mr) + CONV_SHARE - 1) / CONV_SHARE)

INLINE const float *
pixel_at(const float *const *base, gsize stride, int m)
{
    return base[m / CONV_SHARE] + (m % CONV_SHARE) * stride;
}

/* A product multiplies a vector of weights by a vx, the input K of the pixel at IN. A level's
 * simd.h may define one, made from a vk: the inputs for four k's of a pixel, or for one, loaded
 * beforehand. */
#ifndef vx_of
typedef vf vk, vx;
#define vk_load(in)                              vf_zero() /* not used */
#define vk_load_one(in)                          vf_zero()
#define vx_of(in, values, k)                     vf_set1((in)[k])
#define vx_accumulate(sum, x, w)                 vf_accumulate(sum, x, w)
#define vh_accumulate(sum, x, w)                 (*(sum) = vh_fma(vh_of(x), w, *(sum)))
#define vh_accumulate_one(sum, in, values, k, w) (*(sum) = vh_fma(vh_set1((in)[k]), w, *(sum)))
#endif

/* Whether loading a row of a panel moves its pointer to the next row. */
#ifdef vf_load_panel
#define W_MOVES TRUE
#else
#define W_MOVES FALSE
#endif

/* A tile's sums. Where its last panel is a half one, without channels in the upper lanes, that
 * panel's sums are in low. */
typedef struct {
    vf acc[CONV_PIXELS][CONV_ROW * VECTORS];
    vh low[CONV_PIXELS];
} Sums;

/* Loads the first VECTORS vectors of row K of the panels' weights. */
INLINE void
load_row(vf *row, const float **w, int k, int vectors)
{
#ifdef vf_load_panel
#pragma GCC unroll 16
    for (int j = 0; j < vectors; j += VECTORS)
        w[j / VECTORS] = vf_load_panel(row + j, w[j / VECTORS]);
#else
#pragma GCC unroll 16
    for (int j = 0; j < vectors; j++)
        row[j] = vf_load(w[j / VECTORS] + k * EFFNET_LANES + j % VECTORS * VF_LANES);
#endif
}

INLINE void
multiply_k(Sums *sums, const float *const *base, gsize stride, const vk *values, const float **w,
           int k, int mr, int panels, gboolean half)
{
    int vectors = (panels - half) * VECTORS;
    vf row[CONV_ROW * VECTORS];
    vh low;

    if (half)
        low = vh_load(w[panels - 1] + k * EFFNET_LANES);
    load_row(row, w, k, vectors);
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++) {
        vx x;

        if (vectors == 0) {
            vh_accumulate_one(&sums->low[m], pixel_at(base, stride, m), values[m], k, low);
            continue;
        }
        x = vx_of(pixel_at(base, stride, m), values[m], k);
#pragma GCC unroll 16
        for (int j = 0; j < vectors; j++)
            vx_accumulate(&sums->acc[m][j], x, row[j]);
        if (half)
            vh_accumulate(&sums->low[m], x, low);
    }
}

/* Multiplies KS k's, 4 or 1, and moves BASE and W past them. */
INLINE void
multiply_ks(Sums *sums, const float **base, gsize stride, const float **w, int ks, int mr,
            int panels, gboolean half)
{
    vk values[CONV_PIXELS];

#pragma GCC unroll 16
    for (int m = 0; m < mr; m++)
        values[m] =
            ks == 1 ? vk_load_one(pixel_at(base, stride, m)) : vk_load(pixel_at(base, stride, m));
#pragma GCC unroll 4
    for (int i = 0; i < ks; i++)
        multiply_k(sums, base, stride, values, w, i, mr, panels, half);
#pragma GCC unroll 16
    for (int g = 0; g < GROUPS(mr); g++)
        base[g] += ks;
#pragma GCC unroll 16
    for (int j = W_MOVES ? panels - half : 0; j < panels; j++)
        w[j] += ks * EFFNET_LANES;
}

INLINE void
multiply(Sums *sums, const EffNetConv *a, const float *in, const float **w, const float *ahead,
         int mr, int panels, gboolean half)
{
    gsize stride = a->in_stride;

    for (guint r = 0; r < a->spans; r++) {
        const float *base[GROUPS(CONV_PIXELS)];

#pragma GCC unroll 16
        for (int g = 0; g < GROUPS(mr); g++) {
            base[g] = in + r * a->span_stride + g * CONV_SHARE * stride;
            keep_address(base[g]);
        }
        for (guint n = a->span / (4 * CONV_FOURS); n > 0; n--) {
#pragma GCC unroll 4
            for (int i = 0; PREFETCH && i < EFFNET_CONV_LINES; i++, ahead += EFFNET_LANES)
                __builtin_prefetch(ahead, 0, 2);
#pragma GCC unroll 2
            for (int i = 0; i < CONV_FOURS; i++)
                multiply_ks(sums, base, stride, w, 4, mr, panels, half);
        }
        if (CONV_FOURS > 1 && a->span & 4)
            multiply_ks(sums, base, stride, w, 4, mr, panels, half);
        for (guint n = a->span % 4; n > 0; n--)
            multiply_ks(sums, base, stride, w, 1, mr, panels, half);
    }
}

/* Adds RESIDUAL, unless it is NULL, applies the activation and stores the outputs. ACT is the
 * activation, but RELU for both ReLU and ReLU6. */
INLINE void
finish(vf acc[][CONV_ROW * VECTORS], const EffNetConv *a, guint pixel, guint panel, EffNetAct act,
       const float *residual, int mr, int panels)
{
    gsize at = panel * EFFNET_LANES, out_stride = a->out_stride,
          residual_stride = a->residual_stride;
    float *out = (float *)a->out + pixel * out_stride + at;
    vf most = vf_relu_most(a->act);
    int n = panels * VECTORS;

    if (residual)
        residual += pixel * residual_stride + at;
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++, out += out_stride) {
#pragma GCC unroll 16
        for (int j = 0; residual && j < n; j++)
            acc[m][j] = vf_add(acc[m][j], vf_load(residual + m * residual_stride + j * VF_LANES));
#pragma GCC unroll 16
        for (int j = 0; j < n; j++)
            vf_store(out + j * VF_LANES,
                     act == EFFNET_ACT_RELU ? vf_relu(acc[m][j], most) : vf_act(act, acc[m][j]));
    }
}

/* Whether finish() does it, in registers. Rare cases go through memory, to keep the library small:
 * see finish_rare(). */
INLINE gboolean
finishes_in_registers(const EffNetConv *a, int panels, gboolean half)
{
    switch (a->act) {
    case EFFNET_ACT_SILU_LOG2:
        return !a->pool && !a->residual;
    case EFFNET_ACT_HARD_SWISH: /* of the tiles that most outputs come from */
        return panels == CONV_PANELS && !half && !a->pool && !a->residual;
    case EFFNET_ACT_NONE:
    case EFFNET_ACT_RELU:
    case EFFNET_ACT_RELU6:
        return !a->pool && !(a->residual && a->act_first);
    default:
        return FALSE;
    }
}

/* As finish(), from SUMS in memory, with the rare cases: a residual that is added after the
 * activation, and outputs that are summed in the pool, where the first pixel's start the sums. */
INLINE void
finish_rare(const float *sums, const EffNetConv *a, guint pixel, guint panel, EffNetAct act,
            guint mr, guint panels)
{
    gsize at = panel * EFFNET_LANES;

    for (guint m = pixel; m < pixel + mr; m++) {
        const float *residual =
            a->residual ? (const float *)a->residual + m * a->residual_stride + at : NULL;
        float *out = a->pool ? a->pool + at : (float *)a->out + m * a->out_stride + at;

        for (guint i = 0; i < panels * EFFNET_LANES; i += VF_LANES, sums += VF_LANES) {
            vf x = vf_load(sums);

            if (residual && !a->act_first)
                x = vf_add(x, vf_load(residual + i));
            x = vf_act(act, x);
            if (residual && a->act_first)
                x = vf_add(x, vf_load(residual + i));
            if (a->pool && m > 0)
                x = vf_add(vf_load(out + i), x);
            vf_store(out + i, x);
        }
    }
}

static ONE_COPY void
finish_sums(const float *sums, const EffNetConv *a, guint pixel, guint panel, guint mr,
            guint panels)
{
    switch (a->act) {
    case EFFNET_ACT_SILU_LOG2:
        finish_rare(sums, a, pixel, panel, EFFNET_ACT_SILU_LOG2, mr, panels);
        break;
    case EFFNET_ACT_HARD_SWISH:
        finish_rare(sums, a, pixel, panel, EFFNET_ACT_HARD_SWISH, mr, panels);
        break;
    default: /* the others share one piece of code */
        finish_rare(sums, a, pixel, panel, a->act, mr, panels);
    }
}

INLINE void
store(vf acc[][CONV_ROW * VECTORS], float *out, int mr, int panels)
{
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++)
#pragma GCC unroll 16
        for (int j = 0; j < panels * VECTORS; j++, out += VF_LANES)
            vf_store(out, acc[m][j]);
}

/* Starts all sums from the bias. */
INLINE void
begin(Sums *sums, const float *bias, int mr, int panels, gboolean half)
{
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++) {
#pragma GCC unroll 16
        for (int j = 0; j < (panels - half) * VECTORS; j++)
            sums->acc[m][j] = vf_load(bias + j * VF_LANES);
        if (half)
            sums->low[m] = vh_load(bias + (panels - 1) * EFFNET_LANES);
    }
}

/* Widens the half panel's sums to whole vectors. */
INLINE void
widen(Sums *sums, int mr, int panels)
{
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++)
#pragma GCC unroll 4
        for (int i = 0; i < VECTORS; i++)
            sums->acc[m][(panels - 1) * VECTORS + i] = vf_of_half(sums->low[m], i);
}

/* Computes the tile whose first pixel is PIXEL and whose first panel is PANEL, number INDEX of its
 * column. */
INLINE void
tile(const EffNetConv *a, guint pixel, guint panel, guint index, int mr, int panels, gboolean half)
{
    const float *in = (const float *)a->in + pixel * a->in_stride, *w[CONV_ROW];
    float stored[MAX(CONV_PIXELS * CONV_PANELS, CONV_ROW) * EFFNET_LANES];
    Sums sums;

#pragma GCC unroll 16
    for (int j = 0; j < panels; j++)
        w[j] = (const float *)a->weights + (gsize)(panel + j) * a->spans * a->span * EFFNET_LANES;
    begin(&sums, a->bias + panel * EFFNET_LANES, mr, panels, half);
    multiply(&sums, a, in, w,
             effnet_conv_ahead(a, in + mr * a->in_stride, w[0], (gsize)a->spans * a->span, panel,
                               index, panels),
             mr, panels, half);
    if (half)
        widen(&sums, mr, panels);
    if (!finishes_in_registers(a, panels, half)) {
        store(sums.acc, stored, mr, panels);
        finish_sums(stored, a, pixel, panel, mr, panels);
        return;
    }
    switch (a->act) {
    case EFFNET_ACT_SILU_LOG2:
        finish(sums.acc, a, pixel, panel, EFFNET_ACT_SILU_LOG2, NULL, mr, panels);
        break;
    case EFFNET_ACT_NONE:
        finish(sums.acc, a, pixel, panel, EFFNET_ACT_NONE, a->residual, mr, panels);
        break;
    case EFFNET_ACT_HARD_SWISH:
        if (panels == CONV_PANELS && !half)
            finish(sums.acc, a, pixel, panel, EFFNET_ACT_HARD_SWISH, NULL, mr, panels);
        break;
    default: /* RELU and RELU6 */
        finish(sums.acc, a, pixel, panel, EFFNET_ACT_RELU, a->residual, mr, panels);
    }
}

typedef void (*Tile)(const EffNetConv *a, guint panel, guint first, guint end, guint pixel);

/* Computes tiles FIRST to END (exclusive) of a column, the first of them at PIXEL. */
#define TILE(mr, panels, half)                                                                     \
    static void tile_##mr##x##panels##_##half(const EffNetConv *a, guint panel, guint first,       \
                                              guint end, guint pixel)                              \
    {                                                                                              \
        for (; first < end; first++, pixel += mr)                                                  \
            tile(a, pixel, panel, first, mr, panels, half);                                        \
    }

#define NAME(mr, panels, half)    tile_##mr##x##panels##_##half
#define ENTRY(mr, panels, half)   [mr] = NAME(mr, panels, half),
#define ROW_TILE(X, panels, half) X(1, panels, half)

/* tiles[the last panel is a half one][is CONV_PANELS wide, not 1][pixels] */
CONV_HEIGHTS(TILE, 1, 0)
CONV_HEIGHTS(TILE, 1, 1)
#if CONV_PANELS > 1
CONV_HEIGHTS(TILE, CONV_PANELS, 0)
CONV_HEIGHTS(TILE, CONV_PANELS, 1)
#endif
static const Tile tiles[2][2][CONV_PIXELS + 1] = {
    {
        {CONV_HEIGHTS(ENTRY, 1, 0)},
#if CONV_PANELS > 1
        {CONV_HEIGHTS(ENTRY, CONV_PANELS, 0)},
#endif
    },
    {
        {CONV_HEIGHTS(ENTRY, 1, 1)},
#if CONV_PANELS > 1
        {CONV_HEIGHTS(ENTRY, CONV_PANELS, 1)},
#endif
    },
};
/* One pixel, CONV_ROW panels. */
ROW_TILE(TILE, CONV_ROW, 0)
static const Tile tile_of_row = ROW_TILE(NAME, CONV_ROW, 0);

/* Computes a column in tiles of nearly equal heights, since a low tile leaves registers idle and
 * takes more time per pixel. */
static void
column(const EffNetConv *a, guint panel, guint panels)
{
    gboolean half = a->half_panel && a->first_panel + panel + panels == a->all_panels;
    gboolean low = a->pixels < CONV_PIXELS / 2;
    guint n = low ? a->pixels : (a->pixels + CONV_PIXELS - 1) / CONV_PIXELS;
    guint height = a->pixels / n, higher = a->pixels % n;

    if (higher)
        tiles[half][panels > 1][height + 1](a, panel, 0, higher, 0);
    tiles[half][panels > 1][height](a, panel, higher, n, higher * (height + 1));
}

/* The gate multiplies the smaller side of the product: the input, or the weights. */
static void
gate_input(EffNetConv *a)
{
    for (guint p = 0; p < a->pixels; p++) {
        const float *in = (const float *)a->in + p * a->in_stride;
        float *out = (float *)a->scratch + (gsize)p * a->span;

        for (guint k = 0; k < a->span; k++)
            out[k] = in[k] * a->gate[k];
    }
    a->in = a->scratch;
    a->in_stride = a->span;
}

static void
gate_weights(EffNetConv *a)
{
    const float *w = a->weights;
    float *out = a->scratch;

    for (guint panel = 0; panel < a->panels; panel++)
        for (guint k = 0; k < a->span; k++, w += EFFNET_LANES, out += EFFNET_LANES)
            for (guint i = 0; i < EFFNET_LANES; i += VF_LANES)
                vf_store(out + i, vf_mul(vf_load(w + i), vf_set1(a->gate[k])));
    a->weights = a->scratch;
}

/* N is whole panels, as the channels of a pixel in memory are. */
static void
gate_f32(gpointer map, gsize stride, guint pixels, const float *gate, gsize n)
{
    for (float *pixel = map; pixels > 0; pixels--, pixel += stride)
        for (gsize i = 0; i < n; i += VF_LANES)
            vf_store(pixel + i, vf_mul(vf_load(pixel + i), vf_load(gate + i)));
}

static void
divide_pool(const EffNetConv *a)
{
    vf share = vf_set1(1.f / a->pixels);

    for (guint i = 0; i < a->panels * EFFNET_LANES; i += VF_LANES) {
        float *sums = a->pool + i;

        vf_store(sums, vf_mul(vf_load(sums), share));
    }
}

static void
conv_f32(const EffNetConv *conv)
{
    EffNetConv a = *conv;
    guint panel = 0;

    a.weights = (const float *)a.weights + a.first_panel * EFFNET_LANES * (gsize)a.spans * a.span;
    a.bias += a.first_panel * EFFNET_LANES;
    if (a.gate && a.pixels > a.panels * EFFNET_LANES)
        gate_weights(&a);
    else if (a.gate)
        gate_input(&a);
    if (a.pixels == 1)
        for (; panel + CONV_ROW <= a.panels; panel += CONV_ROW)
            tile_of_row(&a, panel, 0, 1, 0);
    for (; panel + CONV_PANELS <= a.panels; panel += CONV_PANELS)
        column(&a, panel, CONV_PANELS);
    for (; panel < a.panels; panel++)
        column(&a, panel, 1);
    if (a.pool)
        divide_pool(&a);
}

const EffNetConvKernel KERNEL(conv_f32) = {
    .acts = EFFNET_ACTS_VECTOR,
    .group = 1,
    .group_bytes = sizeof(float),
    .tile_pixels = CONV_PIXELS,
    .pack = effnet_conv_pack_f32,
    .run = conv_f32,
    .gate = gate_f32,
};
