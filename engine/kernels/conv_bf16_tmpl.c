/* SPDX-License-Identifier: BSD-2-Clause */
/* The convolution of BF16 in register tiles, compiled once per level. A tile is up to
 * CONV_BF16_PIXELS pixels x CONV_BF16_PANELS panels of sums, which are floats. For each group of
 * CONV_BF16_GROUP elements of a span it loads the panels' weights, broadcasts each pixel's
 * elements, and adds their products to every sum; in which order the products of a group are added
 * depends on the level. A column is all pixels of the block for one tile's panels.
 *
 * An instruction may multiply CONV_BF16_AT_ONCE pixels by each vector of weights: Arm's BFDOT has
 * groups of 2 and takes one pixel, BFMMLA has groups of 4 and takes two. A VSUM holds that many
 * pixels' sums of VF_LANES channels, in an order of the level's own. */
#include "act_bf16_tmpl.h"
#include "conv.h"
#include "tiles_bf16.h"
#include "tmpl.h"

#define INLINE          static inline __attribute__((always_inline))
#define VECTORS         (EFFNET_LANES / VF_LANES)    /* vectors of a panel */
#define VECTOR_ELEMENTS (VF_LANES * CONV_BF16_GROUP) /* elements of a vector of weights */
#define ROW_ELEMENTS                                                                               \
    (EFFNET_LANES * CONV_BF16_GROUP)         /* elements of a panel's weights for a group */
#define LINE_ELEMENTS (64 / sizeof(guint16)) /* elements of a cache line */
#define SUMS_OF(mr)   (((mr) + CONV_BF16_AT_ONCE - 1) / CONV_BF16_AT_ONCE)
#define TILE_VECTORS  (CONV_BF16_ROW * VECTORS) /* the most vectors of a tile's pixel */
#define LOWEST        (CONV_BF16_PIXELS / 2)    /* least pixels of a tile of more than one */
#define HIGHEST       16                        /* most pixels that HEIGHTS lists */

G_STATIC_ASSERT(EFFNET_LANES % VF_LANES == 0 && VF_LANES % CONV_BF16_GROUP == 0);
G_STATIC_ASSERT(CONV_BF16_PIXELS <= HIGHEST && CONV_BF16_PANELS <= CONV_BF16_ROW);

/* A block, and the bounds its sums are clipped to when they are finished at once. */
typedef struct {
    EffNetConv conv;
    gboolean at_once; /* in registers: sums are only clipped, after adding a residual, if any; or
                       * they are activated by the hard swish in tiles of CONV_BF16_PANELS */
    float low, high;
} Block;

/* A tile's sums in memory, pixel after pixel, panel after panel. */
typedef struct {
    float at[MAX(CONV_BF16_PIXELS * CONV_BF16_PANELS, CONV_BF16_ROW) * EFFNET_LANES]
        __attribute__((aligned(64)));
} Sums;

/* Pixel m's window is at base[m / 3] + (m % 3) * stride: 0, 1 and 2 * stride are addressing modes,
 * so that the windows of 14 pixels need 5 registers, not 14. */
#define BASES(mr) (((mr) + 2) / 3)

/* Adds the products of group K, counted from where BASE and W point. */
INLINE void
add_group(vsum acc[][TILE_VECTORS], const guint16 *const *base, gsize stride,
          const guint16 *const *w, int k, int mr, int panels)
{
    vg row[TILE_VECTORS];

#pragma GCC unroll 16
    for (int j = 0; j < panels * VECTORS; j++)
        row[j] = vg_load(w[j / VECTORS] + k * ROW_ELEMENTS + j % VECTORS * VECTOR_ELEMENTS);
#pragma GCC unroll 16
    for (int m = 0; m < mr; m += CONV_BF16_AT_ONCE) {
        /* The last of an odd number of pixels is paired with itself. */
        vx x = vx_load(base[m / 3] + (m % 3) * stride + k * CONV_BF16_GROUP,
                       m + CONV_BF16_AT_ONCE <= mr ? stride : 0);

#pragma GCC unroll 16
        for (int j = 0; j < panels * VECTORS; j++)
            acc[m / CONV_BF16_AT_ONCE][j] = vsum_dot(acc[m / CONV_BF16_AT_ONCE][j], x, row[j]);
    }
}

INLINE void
advance(const guint16 **p, int n, gsize elements)
{
#pragma GCC unroll 16
    for (int i = 0; i < n; i++)
        p[i] += elements;
}

/* Prefetches what comes with four groups: EFFNET_CONV_LINES cache lines for every line of a row.
 * Returns where to go on. */
INLINE const guint16 *
prefetch(const guint16 *ahead)
{
#pragma GCC unroll 8
    for (gsize i = 0; i < EFFNET_CONV_LINES * ROW_ELEMENTS / LINE_ELEMENTS; i++)
        __builtin_prefetch(ahead + i * LINE_ELEMENTS, 0, 2);
    return ahead + EFFNET_CONV_LINES * ROW_ELEMENTS;
}

INLINE void
multiply(vsum acc[][TILE_VECTORS], const EffNetConv *a, const guint16 *in, const guint16 **w,
         int mr, int panels, const guint16 *ahead)
{
    gsize stride = a->in_stride;
    guint groups = effnet_conv_groups(a->span, CONV_BF16_GROUP);

    for (guint r = 0; r < a->spans; r++) {
        const guint16 *base[BASES(CONV_BF16_PIXELS)];
        guint k = 0;

#pragma GCC unroll 16
        for (int g = 0; g < BASES(mr); g++) {
            base[g] = in + r * a->span_stride + g * 3 * stride;
            __asm__("" : "+r"(base[g])); /* in a register of its own */
        }
        for (; k + 4 <= groups; k += 4) {
            ahead = prefetch(ahead);
#pragma GCC unroll 4
            for (int i = 0; i < 4; i++)
                add_group(acc, base, stride, w, i, mr, panels);
            advance(base, BASES(mr), 4 * CONV_BF16_GROUP);
            advance(w, panels, 4 * ROW_ELEMENTS);
        }
        for (; k < groups; k++) {
            add_group(acc, base, stride, w, 0, mr, panels);
            advance(base, BASES(mr), CONV_BF16_GROUP);
            advance(w, panels, ROW_ELEMENTS);
        }
    }
}

/* Stores N vectors, rounded two at a time. */
INLINE void
store_vectors(guint16 *out, const vf *v, int n)
{
#pragma GCC unroll 16
    for (int j = 0; j + 1 < n; j += 2)
        vbf_store(out + j * VF_LANES, vbf_round(v[j], v[j + 1]));
    if (n % 2)
        vf_store_bf16(out + (n - 1) * VF_LANES, v[n - 1]);
}

INLINE void
store_floats(float *out, const vf *v, int n)
{
#pragma GCC unroll 16
    for (int j = 0; j < n; j++)
        vf_store(out + j * VF_LANES, v[j]);
}

INLINE gboolean
finishes_at_once(const Block *b, int panels)
{
    if (panels != CONV_BF16_PANELS && b->conv.act == EFFNET_ACT_HARD_SWISH)
        return FALSE;
    return panels <= CONV_BF16_PANELS && b->at_once;
}

INLINE void
finish_at_once(const Block *b, vf sums[][TILE_VECTORS], guint pixel, guint panel, int mr,
               int panels)
{
    const EffNetConv *a = &b->conv;
    vf low = vf_set1(b->low), high = vf_set1(b->high);
    gsize at = pixel * a->out_stride + panel * EFFNET_LANES;
    int n = panels * VECTORS;

    if (a->residual) {
        const guint16 *residual = (const guint16 *)a->residual + panel * EFFNET_LANES;

#pragma GCC unroll 16
        for (int m = 0; m < mr; m++)
#pragma GCC unroll 16
            for (int j = 0; j < n; j++)
                sums[m][j] =
                    vf_add(sums[m][j], vf_load_bf16(residual + (pixel + m) * a->residual_stride +
                                                    j * VF_LANES));
    }
    if (a->act == EFFNET_ACT_HARD_SWISH)
#pragma GCC unroll 16
        for (int m = 0; m < mr; m++)
#pragma GCC unroll 16
            for (int j = 0; j < n; j++)
                sums[m][j] = vf_act_coarse(NULL, EFFNET_ACT_HARD_SWISH, sums[m][j]);
    else
#pragma GCC unroll 16
        for (int m = 0; m < mr; m++)
#pragma GCC unroll 16
            for (int j = 0; j < n; j++)
                sums[m][j] = vf_clip(sums[m][j], low, high);
    if (a->out_type == EFFNET_TYPE_F32) {
#pragma GCC unroll 16
        for (int m = 0; m < mr; m++)
            store_floats((float *)a->out + at + m * a->out_stride, sums[m], n);
    } else {
#pragma GCC unroll 16
        for (int m = 0; m < mr; m++)
            store_vectors((guint16 *)a->out + at + m * a->out_stride, sums[m], n);
    }
}

/* Computes the tile whose first pixel is PIXEL and whose first panel is PANEL, number INDEX of its
 * column; unless it is finished at once, its sums are left in SUMS. */
INLINE void
tile(const Block *b, Sums *sums, guint pixel, guint panel, guint index, int mr, int panels)
{
    const EffNetConv *a = &b->conv;
    const guint16 *in = (const guint16 *)a->in + pixel * a->in_stride, *w[CONV_BF16_ROW];
    gsize panel_size = a->spans * effnet_conv_groups(a->span, CONV_BF16_GROUP) * ROW_ELEMENTS;
    vsum acc[SUMS_OF(CONV_BF16_PIXELS)][TILE_VECTORS];
    vf out[CONV_BF16_PIXELS][TILE_VECTORS];

#pragma GCC unroll 16
    for (int j = 0; j < panels; j++)
        w[j] = (const guint16 *)a->weights + (panel + j) * panel_size;
#pragma GCC unroll 16
    for (int j = 0; j < panels * VECTORS; j++) {
        vsum bias = vsum_set(vf_load(a->bias + panel * EFFNET_LANES + j * VF_LANES));

#pragma GCC unroll 16
        for (int m = 0; m < SUMS_OF(mr); m++)
            acc[m][j] = bias;
    }
    multiply(acc, a, in, w, mr, panels,
             effnet_conv_ahead(a, in + mr * a->in_stride, w[0], panel_size / LINE_ELEMENTS, panel,
                               index, panels));
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++)
#pragma GCC unroll 16
        for (int j = 0; j < panels * VECTORS; j++)
            out[m][j] = vsum_get(acc[m / CONV_BF16_AT_ONCE][j], m % CONV_BF16_AT_ONCE);
    if (finishes_at_once(b, panels)) {
        finish_at_once(b, out, pixel, panel, mr, panels);
        return;
    }
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++)
        store_floats(sums->at + m * panels * EFFNET_LANES, out[m], panels * VECTORS);
}

typedef void (*Tile)(const Block *b, Sums *sums, guint pixel, guint panel, guint index);

/* A column of several tiles has none lower than LOWEST; lower columns are made of tiles of one
 * pixel, to keep the library small. */
#define HAS_HEIGHT(mr) ((mr) <= CONV_BF16_PIXELS && ((mr) == 1 || (mr) >= LOWEST))
#define HEIGHTS(X)                                                                                 \
    X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16)
#define TILE(mr, name, panels)                                                                     \
    static void name##_##mr(const Block *b, Sums *sums, guint pixel, guint panel, guint index)     \
    {                                                                                              \
        if (HAS_HEIGHT(mr))                                                                        \
            tile(b, sums, pixel, panel, index, mr, panels);                                        \
    }
#define TILE_OF_ONE(mr)  TILE(mr, one_panel, 1)
#define TILE_OF_ALL(mr)  TILE(mr, all_panels, CONV_BF16_PANELS)
#define ENTRY_OF_ONE(mr) [mr] = HAS_HEIGHT(mr) ? one_panel_##mr : NULL,
#define ENTRY_OF_ALL(mr) [mr] = HAS_HEIGHT(mr) ? all_panels_##mr : NULL,

HEIGHTS(TILE_OF_ONE)
HEIGHTS(TILE_OF_ALL)
static const Tile one_panel[HIGHEST + 1] = {HEIGHTS(ENTRY_OF_ONE)};
static const Tile all_panels[HIGHEST + 1] = {HEIGHTS(ENTRY_OF_ALL)};

/* VF_LANES finished outputs, still floats. */
INLINE vf
finish(const EffNetConv *a, const CoarseConstants *k, const float *sum, const guint16 *residual,
       EffNetAct act)
{
    vf x = vf_load(sum);

    if (residual && !a->act_first)
        x = vf_add(x, vf_load_bf16(residual));
    x = vf_act_coarse(k, act, x);
    if (residual && a->act_first)
        x = vf_add(x, vf_load_bf16(residual));
    return x;
}

INLINE const guint16 *
residual_at(const EffNetConv *a, guint pixel, guint lane)
{
    return a->residual ? (const guint16 *)a->residual + pixel * a->residual_stride + lane : NULL;
}

/* Finishes a tile of MR pixels x PANELS: residual and activation, then to memory or into the
 * pool. */
static void
finish_tile(const EffNetConv *a, const Sums *sums, guint pixel, guint panel, guint mr, guint panels)
{
    const CoarseConstants k = vf_coarse_constants();
    const float *sum = sums->at;
    gsize first = panel * EFFNET_LANES, end = first + panels * EFFNET_LANES;

    for (guint m = pixel; m < pixel + mr; m++)
        for (gsize lane = first; lane < end; lane += VF_LANES, sum += VF_LANES) {
            vf x = finish(a, &k, sum, residual_at(a, m, lane), a->act);

            if (a->pool)
                vf_store(a->pool + lane, m > 0 ? vf_add(x, vf_load(a->pool + lane)) : x);
            else if (a->out_type == EFFNET_TYPE_F32)
                vf_store((float *)a->out + m * a->out_stride + lane, x);
            else
                vf_store_bf16((guint16 *)a->out + m * a->out_stride + lane, x);
        }
}

/* The same for SiLU where the tile has CONV_BF16_PANELS panels, which go to memory as bf16. */
static void
finish_silu(const EffNetConv *a, const Sums *sums, guint pixel, guint panel, guint mr)
{
    const CoarseConstants k = vf_coarse_constants();
    const guint16 *residual = residual_at(a, pixel, panel * EFFNET_LANES);
    guint16 *out = (guint16 *)a->out + pixel * a->out_stride + panel * EFFNET_LANES;
    const float *sum = sums->at;

    for (guint m = 0; m < mr; m++, out += a->out_stride) {
        vf x[CONV_BF16_PANELS * VECTORS];

#pragma GCC unroll 16
        for (int j = 0; j < CONV_BF16_PANELS * VECTORS; j++, sum += VF_LANES)
            x[j] = finish(a, &k, sum, residual ? residual + j * VF_LANES : NULL, EFFNET_ACT_SILU);
        store_vectors(out, x, CONV_BF16_PANELS * VECTORS);
        if (residual)
            residual += a->residual_stride;
    }
}

static void
finish_sums(const Block *b, const Sums *sums, guint pixel, guint panel, guint mr, guint panels)
{
    const EffNetConv *a = &b->conv;

    if (finishes_at_once(b, panels))
        return;
    if (a->act == EFFNET_ACT_SILU && panels == CONV_BF16_PANELS && !a->pool &&
        a->out_type == EFFNET_TYPE_BF16)
        finish_silu(a, sums, pixel, panel, mr);
    else
        finish_tile(a, sums, pixel, panel, mr, panels);
}

/* Computes a column in tiles of nearly equal heights, since a low tile leaves registers idle and
 * takes more time per pixel. */
static void
column(const Block *b, guint panel, guint panels)
{
    const Tile *tiles = panels == CONV_BF16_PANELS ? all_panels : one_panel;
    guint pixels = b->conv.pixels;
    guint n = pixels < LOWEST ? pixels : (pixels + CONV_BF16_PIXELS - 1) / CONV_BF16_PIXELS;
    guint height = pixels / n, higher = pixels % n;
    Sums sums;

    for (guint i = 0, pixel = 0; i < n; i++) {
        guint mr = height + (i < higher);

        tiles[mr](b, &sums, pixel, panel, i);
        finish_sums(b, &sums, pixel, panel, mr, panels);
        pixel += mr;
    }
}

/* Computes a block of one pixel, whose weights are read only once, in tiles of CONV_BF16_ROW
 * panels. Returns the first panel that is left. */
static guint
row(const Block *b)
{
    guint panel = 0;
    Sums sums;

    for (; panel + CONV_BF16_ROW <= b->conv.panels; panel += CONV_BF16_ROW) {
        tile(b, &sums, 0, panel, 0, 1, CONV_BF16_ROW);
        finish_sums(b, &sums, 0, panel, 1, CONV_BF16_ROW);
    }
    return panel;
}

/* Rounds an input of F32; each row is followed by at least a panel of zeros. */
static void
round_input(EffNetConv *a)
{
    const float *in = a->in;
    guint16 *out = a->scratch;
    gsize n = (a->pixels - 1) * a->in_stride + a->span,
          row = (n + 2 * EFFNET_LANES) & -EFFNET_LANES;

    for (guint r = 0; r < a->spans; r++, in += a->span_stride, out += row)
        for (gsize i = 0; i < row; i += VF_LANES)
            vf_store_bf16(out + i, vf_load_part(in + i, n > i ? MIN(n - i, VF_LANES) : 0));
    a->in = a->scratch;
    a->scratch = out;
    a->span_stride = row;
}

/* The gate multiplies the smaller side of the product: this is for the input, */
static void
gate_input(EffNetConv *a)
{
    const guint16 *in = a->in;
    guint16 *out = a->scratch;
    gsize stride = effnet_conv_groups(a->span, CONV_BF16_GROUP) * CONV_BF16_GROUP;

    for (guint p = 0; p < a->pixels; p++, in += a->in_stride, out += stride) {
        gsize k = 0;

        for (; k + VF_LANES <= a->span; k += VF_LANES)
            vf_store_bf16(out + k, vf_mul(vf_load_bf16(in + k), vf_load(a->gate + k)));
        if (k < a->span) {
            vf x = vf_load_bf16_part(in + k, a->span - k);

            vf_store_bf16_part(out + k, vf_mul(x, vf_load_part(a->gate + k, a->span - k)),
                               stride - k);
        }
    }
    a->in = a->scratch;
    a->in_stride = stride;
}

/* and this for the weights. */
static void
gate_weights(EffNetConv *a)
{
    const guint16 *w = a->weights;
    guint16 *out = a->scratch;

    for (guint panel = 0; panel < a->panels; panel++)
        for (gsize k = 0; k < a->span; k += CONV_BF16_GROUP)
            for (int j = 0; j < VECTORS; j++, w += VECTOR_ELEMENTS, out += VECTOR_ELEMENTS) {
                vf part[CONV_BF16_GROUP];

                vg_split(vg_load(w), part);
#pragma GCC unroll 8
                for (int i = 0; i < CONV_BF16_GROUP; i++)
                    part[i] = vf_mul(part[i], vf_set1(k + i < a->span ? a->gate[k + i] : 0.f));
                vg_store(out, vg_join(part));
            }
    a->weights = a->scratch;
}

static void
gate_bf16(gpointer map, gsize stride, guint pixels, const float *gate, gsize n)
{
    guint16 *pixel = map;

    for (guint p = 0; p < pixels; p++, pixel += stride)
        for (gsize i = 0; i < n; i += VF_LANES)
            vf_store_bf16(pixel + i, vf_mul(vf_load_bf16(pixel + i), vf_load(gate + i)));
}

static void
divide_pool(const EffNetConv *a)
{
    vf share = vf_set1(1.f / a->pixels);

    for (guint i = 0; i < a->panels * EFFNET_LANES; i += VF_LANES)
        vf_store(a->pool + i, vf_mul(vf_load(a->pool + i), share));
}

static Block
new_block(const EffNetConv *conv)
{
    ActBounds bounds = act_bounds(conv->act);
    gboolean simple = bounds.all || conv->act == EFFNET_ACT_HARD_SWISH;
    Block b = {*conv, simple && !conv->pool && !(conv->residual && conv->act_first), bounds.low,
               bounds.high};
    EffNetConv *a = &b.conv;

    a->weights = (const guint16 *)a->weights + a->first_panel * (gsize)a->spans *
                                                   effnet_conv_groups(a->span, CONV_BF16_GROUP) *
                                                   ROW_ELEMENTS;
    a->bias += a->first_panel * EFFNET_LANES;
    if (a->in_type == EFFNET_TYPE_F32)
        round_input(a);
    if (a->gate && a->pixels > a->panels * EFFNET_LANES)
        gate_weights(a);
    else if (a->gate)
        gate_input(a);
    return b;
}

static void
conv_bf16(const EffNetConv *conv)
{
    const Block b = new_block(conv);
    guint panel = conv->pixels == 1 ? row(&b) : 0;

    for (; panel + CONV_BF16_PANELS <= conv->panels; panel += CONV_BF16_PANELS)
        column(&b, panel, CONV_BF16_PANELS);
    for (; panel < conv->panels; panel++)
        column(&b, panel, 1);
    if (conv->pool)
        divide_pool(conv);
}

static void
pack(gpointer packed, const float *weights, guint spans, gsize span, guint out)
{
    effnet_conv_pack_bf16(packed, weights, spans, span, out, CONV_BF16_GROUP);
}

const EffNetConvKernel KERNEL(conv_bf16) = {
    .acts = EFFNET_ACTS_VECTOR,
    .group = CONV_BF16_GROUP,
    .group_bytes = CONV_BF16_GROUP * sizeof(guint16),
    .tile_pixels = CONV_BF16_PIXELS,
    .pack = pack,
    .run = conv_bf16,
    .gate = gate_bf16,
};
