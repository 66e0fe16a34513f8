/* SPDX-License-Identifier: BSD-2-Clause */
/* The int8 convolution in register tiles, compiled once per level. First the windows are quantised
 * into the scratch, unless they are in 8 bits already. Then tiles of up to CONV_PIXELS pixels x 1
 * or CONV_PANELS panels are summed, one group of products at a time. They are finished in registers
 * or, where that would be much code, from memory. A column is all pixels of the block for one
 * tile's panels. */
#include <string.h>

#include "conv_int8_windows_tmpl.h"
#include "tmpl.h"

#define VECTORS (EFFNET_LANES / VF_LANES)            /* vectors of a panel */
#define LINE    (EFFNET_LANES * (int)sizeof(gint32)) /* bytes of a panel's sums */
#define WEIGHTS (GROUP / (int)sizeof(gint32))        /* vectors of weights per vector of sums */
#define ROW     (WEIGHTS * LINE)                     /* bytes of a panel's weights for a group */

G_STATIC_ASSERT(EFFNET_LANES % VF_LANES == 0 && VS_LANES == 2 * VF_LANES);
G_STATIC_ASSERT(CONV_ROW > CONV_PANELS);
/* A vector of sums takes one vector of weights and one pixel, or two of each. */
G_STATIC_ASSERT(WEIGHTS == CONV_DOT_PIXELS && CONV_DOT_PIXELS <= 2);

/* A tile's sums in memory, pixel after pixel. */
typedef struct {
    gint32 at[MAX(CONV_PIXELS * CONV_PANELS, CONV_ROW) * EFFNET_LANES] __attribute__((aligned(64)));
} Sums;

/* The same in registers. Where products take two pixels, the last of an odd number has a dummy
 * beside it. */
typedef struct {
    vi at[CONV_PIXELS + CONV_DOT_PIXELS - 1][CONV_ROW * VECTORS];
} Acc;

/* Pixel m's window is at base[m / CONV_SHARE] + (m % CONV_SHARE) * stride. CONV_SHARE is 3 unless
 * tiles.h defines it: 0, 1 and 2 * stride are addressing modes, so that the windows of 14 pixels
 * need 5 registers, not 14. */
#define BASES(mr) (((mr) + CONV_SHARE - 1) / CONV_SHARE)

/* A product multiplies a vector of weights by a vxg, group K of the pixel at IN. A level's simd.h
 * may define one, made from a vkg: four groups of a pixel, or one, loaded beforehand. */
#ifndef vx_group
typedef vi vkg, vxg;
#define vk_load_groups(in)      vi_zero() /* not used */
#define vk_load_group(in)       vi_zero()
#define vx_group(in, values, k) vi_group((in) + (k)*GROUP)
#define vx_group_dot(sum, x, w) vi_group_dot(sum, x, w)
#endif

INLINE const guint8 *
pixel_at(const guint8 *const *base, gsize stride, int m)
{
    return base[m / CONV_SHARE] + (m % CONV_SHARE) * stride;
}

/* Loads N vectors of weights for group K, of all the panels', from vector FIRST on. */
INLINE void
load_weights(vi *row, const guint8 **w, int k, int first, int n)
{
    const int vectors = VECTORS * WEIGHTS; /* vectors of a panel's weights */

#ifdef vi_load_panel
#pragma GCC unroll 16
    for (int j = first; j < first + n; j += 4)
        w[j / vectors] = vi_load_panel(row + j - first, w[j / vectors]);
#else
#pragma GCC unroll 16
    for (int j = first; j < first + n; j++)
        row[j - first] = vi_load(w[j / vectors] + k * ROW + j % vectors * (LINE / VECTORS));
#endif
}

#if CONV_DOT_PIXELS == 1
INLINE void
multiply_group(Acc *acc, const guint8 *const *base, gsize stride, const vkg *values,
               const guint8 **w, int k, int mr, int panels)
{
    vi row[CONV_ROW * VECTORS];

    load_weights(row, w, k, 0, panels * VECTORS);
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++) {
        vxg x = vx_group(pixel_at(base, stride, m), values[m], k);

#pragma GCC unroll 16
        for (int j = 0; j < panels * VECTORS; j++)
            acc->at[m][j] = vx_group_dot(acc->at[m][j], x, row[j]);
    }
}
#else
/* Loads four vectors of weights at a time, since there are twice as many as vectors of sums. */
INLINE void
multiply_group(Acc *acc, const guint8 *const *base, gsize stride, const vkg *values,
               const guint8 **w, int k, int mr, int panels)
{
    vi x[CONV_PIXELS];

#pragma GCC unroll 16
    for (int m = 0; m < mr; m += 2)
        x[m] = vi_groups(pixel_at(base, stride, m) + k * GROUP,
                         pixel_at(base, stride, MIN(m + 1, mr - 1)) + k * GROUP);
#pragma GCC unroll 16
    for (int j = 0; j < panels * VECTORS; j += 2) {
        vi row[4];

        load_weights(row, w, k, 2 * j, 4);
#pragma GCC unroll 16
        for (int m = 0; m < mr; m += 2)
#pragma GCC unroll 2
            for (int i = 0; i < 2; i++) {
                acc->at[m][j + i] = vi_group_dot(acc->at[m][j + i], x[m], row[2 * i]);
                acc->at[m + 1][j + i] = vi_group_dot(acc->at[m + 1][j + i], x[m], row[2 * i + 1]);
            }
    }
}
#endif

/* Starts all sums from START. */
INLINE void
begin(Acc *acc, const gint32 *start, int mr, int panels)
{
#pragma GCC unroll 16
    for (int j = 0; j < panels * VECTORS; j++) {
        vi first = vi_load(start + j * VF_LANES);

#pragma GCC unroll 16
        for (int m = 0; m < mr; m += CONV_DOT_PIXELS) {
            acc->at[m][j] = first;
#if CONV_DOT_PIXELS == 2
            vi_pair_sums(first, first, &acc->at[m][j], &acc->at[m + 1][j]);
#endif
        }
    }
}

/* Separates the sums of two pixels. */
INLINE void
end(Acc *acc, int mr, int panels)
{
#if CONV_DOT_PIXELS == 2
#pragma GCC unroll 16
    for (int m = 0; m < mr; m += 2)
#pragma GCC unroll 16
        for (int j = 0; j < panels * VECTORS; j++)
            vi_split_sums(acc->at[m][j], acc->at[m + 1][j], &acc->at[m][j], &acc->at[m + 1][j]);
#endif
}

INLINE void
advance(const guint8 **p, int n, gsize bytes)
{
#pragma GCC unroll 16
    for (int i = 0; i < n; i++)
        p[i] += bytes;
}

/* Multiplies N groups, 4 or 1, and moves BASE and W past them. */
INLINE void
multiply_groups(Acc *acc, const guint8 **base, gsize stride, const guint8 **w, int n, int mr,
                int panels)
{
    vkg values[CONV_PIXELS];

#pragma GCC unroll 16
    for (int m = 0; m < mr; m++)
        values[m] = n == 1 ? vk_load_group(pixel_at(base, stride, m))
                           : vk_load_groups(pixel_at(base, stride, m));
#pragma GCC unroll 4
    for (int i = 0; i < n; i++)
        multiply_group(acc, base, stride, values, w, i, mr, panels);
    advance(base, BASES(mr), n * GROUP);
#ifndef vi_load_panel
    advance(w, panels, n * ROW);
#endif
}

INLINE void
multiply(Acc *acc, const Windows *windows, const guint8 *in, const guint8 **w, const guint8 *ahead,
         int mr, int panels)
{
    gsize stride = windows->in_stride;

    for (guint r = 0; r < windows->spans; r++) {
        const guint8 *base[BASES(CONV_PIXELS)];

#pragma GCC unroll 16
        for (int g = 0; g < BASES(mr); g++) {
            base[g] = in + r * windows->span_stride + g * CONV_SHARE * stride;
            keep_address(base[g]);
        }
        for (guint n = windows->groups / 4; n > 0; n--) {
#pragma GCC unroll 8
            for (int i = 0; PREFETCH && i < EFFNET_CONV_LINES * WEIGHTS; i++, ahead += LINE)
                __builtin_prefetch(ahead, 0, 2);
            multiply_groups(acc, base, stride, w, 4, mr, panels);
        }
        for (guint n = windows->groups % 4; n > 0; n--)
            multiply_groups(acc, base, stride, w, 1, mr, panels);
    }
}

/* Where a tile's outputs go that are finished in registers. */
typedef struct {
    const float *units;        /* the tile's first pixel's, as in Windows */
    const float *scale, *bias; /* the tile's first lane's */
    gsize out, residual;       /* offsets of its first element, in elements */
} Corner;

/* Vector J of pixel M's sums, converted to output units. */
INLINE vf
in_units(const Corner *at, const Acc *acc, int m, int j)
{
    vf x = vf_mul(vi_to_float(acc->at[m][j]), vf_set1(at->units[m]));

    return vf_fma(x, vf_load(at->scale + j * VF_LANES), vf_load(at->bias + j * VF_LANES));
}

/* With many vectors of sums per pixel, a vector of scales is loaded once for all pixels of a
 * tile. */
#define BY_COLUMNS (VECTORS > 2)

/* Converts all sums to output units and rounds them, in place. */
INLINE void
round_columns(const Corner *at, Acc *acc, int mr, int panels)
{
#pragma GCC unroll 16
    for (int j = 0; j < panels * VECTORS; j++) {
        const vf scale = vf_load(at->scale + j * VF_LANES);
        const vf bias = vf_load(at->bias + j * VF_LANES);

#pragma GCC unroll 16
        for (int m = 0; m < mr; m++) {
            vf x = vf_mul(vi_to_float(acc->at[m][j]), vf_set1(at->units[m]));

            acc->at[m][j] = vf_round(vf_fma(x, scale, bias));
        }
    }
}

/* Finishes outputs of 8 bits, four vectors at a time: part of one pixel's outputs, or those of up
 * to four pixels. */
INLINE void
finish_bytes(const EffNetConv *a, const Corner *at, Acc *acc, int mr, int panels)
{
    const int of_pixel = panels * VECTORS, of_part = MIN(4, of_pixel), n = mr * of_pixel;
    guint8 *out = (guint8 *)a->out + at->out;

    G_STATIC_ASSERT(CONV_PANELS <= 2);
    if (BY_COLUMNS)
        round_columns(at, acc, mr, panels);
#pragma GCC unroll 16
    for (int first = 0; first < n; first += 4) {
        vi v[4];
        vb bytes;

#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            int vector = MIN(first + i, n - 1), m = vector / of_pixel, j = vector % of_pixel;

            v[i] = BY_COLUMNS ? acc->at[m][j] : vf_round(in_units(at, acc, m, j));
        }
        bytes = vb_narrow(v[0], v[1], v[2], v[3]);
#pragma GCC unroll 4
        for (int i = first; i < MIN(first + 4, n); i += of_part) {
            vb_store_part(out + i % of_pixel * VF_LANES, bytes, (i - first) / of_part, 4 / of_part);
            if ((i + of_part) % of_pixel == 0)
                out += a->out_stride;
        }
    }
}

/* X plus its residual. */
INLINE vf
with_residual(const EffNetConv *a, const Corner *at, vf x, int m, int j)
{
    const gint16 *residual =
        (const gint16 *)a->residual + at->residual + m * a->residual_stride + j * VF_LANES;

    return vf_fma(vi_to_float(vi_load_narrow(residual)), vf_set1(a->quant->residual), x);
}

/* Finishes clipped outputs of 16 bits, two vectors at a time: part of one pixel's outputs, or those
 * of two pixels. */
INLINE void
finish_clipped(const EffNetConv *a, const Corner *at, const Acc *acc, int mr, int panels,
               gboolean residual)
{
    const int of_pixel = panels * VECTORS, n = mr * of_pixel;
    gint16 *out = (gint16 *)a->out + at->out;

#pragma GCC unroll 16
    for (int first = 0; first < n; first += 2) {
        vf x[2];
        vs y;

#pragma GCC unroll 2
        for (int i = 0; i < 2; i++) {
            int vector = MIN(first + i, n - 1), m = vector / of_pixel, j = vector % of_pixel;

            x[i] = in_units(at, acc, m, j);
            if (residual)
                x[i] = with_residual(a, at, x[i], m, j);
        }
        y = vs_act(a->quant, vs_narrow(vf_round(x[0]), vf_round(x[1])), FALSE);
        if (of_pixel > 1) {
            vs_store_part(out + first % of_pixel * VF_LANES, y, VS_LANES);
            if ((first + 2) % of_pixel == 0)
                out += a->out_stride;
            continue;
        }
#pragma GCC unroll 2
        for (int i = 0; first + i < MIN(first + 2, n); i++, out += a->out_stride)
            vs_store_half(out, y, i);
    }
}

/* Whether finishing is so little work that it is done in registers. */
INLINE gboolean
finishes_in_registers(const EffNetConv *a)
{
    gboolean clipped = !a->quant->has_bump && !a->pool && !(a->residual && a->act_first);

    return a->out_type == EFFNET_TYPE_U8 || (a->out_type == EFFNET_TYPE_S16 && clipped);
}

INLINE void
finish_in_registers(const EffNetConv *a, const Windows *windows, Acc *acc, guint pixel, guint panel,
                    int mr, int panels)
{
    gsize lane = panel * EFFNET_LANES;
    Corner at = {
        .units = windows->units + pixel,
        .scale = a->scale + lane,
        .bias = a->bias + lane,
        .out = pixel * a->out_stride + lane,
        .residual = pixel * a->residual_stride + lane,
    };

    if (a->out_type == EFFNET_TYPE_U8)
        finish_bytes(a, &at, acc, mr, panels);
    else if (a->residual)
        finish_clipped(a, &at, acc, mr, panels, TRUE);
    else
        finish_clipped(a, &at, acc, mr, panels, FALSE);
}

INLINE void
tile(const EffNetConv *a, const Windows *windows, Sums *sums, guint pixel, guint panel, guint index,
     int mr, int panels)
{
    const guint8 *in = windows->in + pixel * windows->in_stride;
    gsize groups = (gsize)windows->spans * windows->groups;
    const guint8 *w[CONV_ROW];
    Acc acc;

#pragma GCC unroll 16
    for (int j = 0; j < panels; j++)
        w[j] = (const guint8 *)a->weights + (panel + j) * groups * ROW;
    begin(&acc, a->start + panel * EFFNET_LANES, mr, panels);
    multiply(&acc, windows, in, w,
             effnet_conv_ahead(a, in + mr * windows->in_stride, w[0], groups * WEIGHTS, panel,
                               index, panels),
             mr, panels);
    end(&acc, mr, panels);
    if (panels <= CONV_PANELS && finishes_in_registers(a)) {
        finish_in_registers(a, windows, &acc, pixel, panel, mr, panels);
        return;
    }
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++)
#pragma GCC unroll 16
        for (int j = 0; j < panels * VECTORS; j++)
            vi_store(sums->at + (m * panels * VECTORS + j) * VF_LANES, acc.at[m][j]);
}

/* Sums the tile whose first pixel is PIXEL and whose first panel is PANEL, number INDEX of its
 * column; finishes it, or leaves the sums in SUMS. */
typedef void (*Tile)(const EffNetConv *a, const Windows *windows, Sums *sums, guint pixel,
                     guint panel, guint index);

#define TILE(mr, panels)                                                                           \
    static void tile_##mr##x##panels(const EffNetConv *a, const Windows *windows, Sums *sums,      \
                                     guint pixel, guint panel, guint index)                        \
    {                                                                                              \
        tile(a, windows, sums, pixel, panel, index, mr, panels);                                   \
    }
#define NAME(mr, panels)    tile_##mr##x##panels
#define ENTRY(mr, panels)   [mr] = NAME(mr, panels),
#define ROW_TILE(X, panels) X(1, panels)

/* tiles[is CONV_PANELS wide, not 1][pixels] */
CONV_HEIGHTS(TILE, 1)
#if CONV_PANELS > 1
CONV_HEIGHTS(TILE, CONV_PANELS)
#endif
static const Tile tiles[2][CONV_PIXELS + 1] = {
    {CONV_HEIGHTS(ENTRY, 1)},
#if CONV_PANELS > 1
    {CONV_HEIGHTS(ENTRY, CONV_PANELS)},
#endif
};
/* One pixel, CONV_ROW panels. */
ROW_TILE(TILE, CONV_ROW)
static const Tile tile_of_row = ROW_TILE(NAME, CONV_ROW);

/* Two vectors of sums, from LANE on, as floats in output units. The second is meaningful only where
 * N is VS_LANES. */
typedef struct {
    vf first, second;
} Floats;

INLINE Floats
to_floats(const EffNetConv *a, const gint32 *sum, float unit, gsize lane, guint n)
{
    gsize other = n < VS_LANES ? 0 : VF_LANES;
    vf s = vf_set1(unit);

    return (Floats){
        vf_fma(vf_mul(vi_to_float(vi_load(sum)), s), vf_load(a->scale + lane),
               vf_load(a->bias + lane)),
        vf_fma(vf_mul(vi_to_float(vi_load(sum + other)), s), vf_load(a->scale + lane + other),
               vf_load(a->bias + lane + other)),
    };
}

INLINE Floats
residual_at(const gint16 *residual, guint n)
{
    return (Floats){
        vi_to_float(vi_load_narrow(residual)),
        vi_to_float(vi_load_narrow(residual + (n < VS_LANES ? 0 : VF_LANES))),
    };
}

/* N outputs (a panel's lanes or VS_LANES) from LANE on. UNIT: units of the input per 8-bit number;
 * RESIDUAL: NULL, or that of the first output. */
INLINE vs
finish(const EffNetConv *a, const gint32 *sum, float unit, gsize lane, guint n,
       const gint16 *residual, gboolean bump)
{
    Floats x = to_floats(a, sum, unit, lane, n), r;
    vf ratio = vf_set1(a->quant->residual);
    vs y;

    if (residual)
        r = residual_at(residual, n);
    if (residual && !a->act_first) {
        x.first = vf_fma(r.first, ratio, x.first);
        x.second = vf_fma(r.second, ratio, x.second);
    }
    y = vs_act(a->quant, vs_narrow(vf_round(x.first), vf_round(x.second)), bump);
    if (residual && a->act_first)
        y = vs_adds(y,
                    vs_narrow(vf_round(vf_mul(r.first, ratio)), vf_round(vf_mul(r.second, ratio))));
    return y;
}

/* Adds the first N VALUES to a mean's SUMS. */
static void
add_to_pool(gint32 *sums, vs values, guint n)
{
    gint16 y[VS_LANES];

    vs_store_part(y, values, VS_LANES);
    for (guint i = 0; i < n; i += VF_LANES)
        vi_store(sums + i, vi_add(vi_load(sums + i), vi_load_narrow(y + i)));
}

/* Finishes a tile of MR pixels x PANELS. POOL: NULL, or the outputs' sums over all pixels, one per
 * lane of the block. */
INLINE void
finish_tile(const EffNetConv *a, const Windows *windows, const Sums *sums, guint pixel, guint panel,
            guint mr, guint panels, gint32 *pool, gboolean bump)
{
    guint first = panel * EFFNET_LANES, end = first + panels * EFFNET_LANES, n;
    const gint32 *sum = sums->at;

    for (guint m = pixel; m < pixel + mr; m++)
        for (guint lane = first; lane < end; lane += n, sum += n) {
            const gint16 *residual = a->residual;
            vs y;

            n = MIN(VS_LANES, end - lane);
            if (residual)
                residual += m * a->residual_stride + lane;
            y = finish(a, sum, windows->units[m], lane, n, residual, bump);
            if (pool)
                add_to_pool(pool + lane, y, n);
            else
                vs_store_part((gint16 *)a->out + m * a->out_stride + lane, y, n);
        }
}

/* The usual case of SiLU: outputs are whole vectors and go to memory, without residual or pool. */
INLINE void
finish_vectors(const EffNetConv *a, const Windows *windows, const Sums *sums, guint pixel,
               guint panel, guint mr, guint panels)
{
    gsize first = panel * EFFNET_LANES, lanes = panels * EFFNET_LANES;
    const float *units = windows->units + pixel;

    for (gsize lane = first; lane < first + lanes; lane += VS_LANES) {
        const vf scale0 = vf_load(a->scale + lane), scale1 = vf_load(a->scale + lane + VF_LANES);
        const vf bias0 = vf_load(a->bias + lane), bias1 = vf_load(a->bias + lane + VF_LANES);
        gint16 *out = (gint16 *)a->out + pixel * a->out_stride + lane;
        const gint32 *sum = sums->at + lane - first;

        for (guint m = 0; m < mr; m++, sum += lanes, out += a->out_stride) {
            vf unit = vf_set1(units[m]);
            vf x0 = vf_mul(vi_to_float(vi_load(sum)), unit);
            vf x1 = vf_mul(vi_to_float(vi_load(sum + VF_LANES)), unit);
            vs x =
                vs_narrow(vf_round(vf_fma(x0, scale0, bias0)), vf_round(vf_fma(x1, scale1, bias1)));

            vs_store_part(out, vs_bump(&a->quant->bump, x), VS_LANES);
        }
    }
}

/* Finishes outputs of F32: converted, without activation. */
static void
finish_floats(const EffNetConv *a, const Windows *windows, const Sums *sums, guint pixel,
              guint panel, guint mr, guint panels)
{
    guint first = panel * EFFNET_LANES, end = first + panels * EFFNET_LANES;
    const gint32 *sum = sums->at;

    for (guint m = pixel; m < pixel + mr; m++)
        for (guint lane = first; lane < end; lane += VF_LANES, sum += VF_LANES)
            vf_store((float *)a->out + m * a->out_stride + lane,
                     to_floats(a, sum, windows->units[m], lane, EFFNET_LANES / VECTORS).first);
}

static void
finish_sums(const EffNetConv *a, const Windows *windows, const Sums *sums, guint pixel, guint panel,
            guint mr, guint panels, gint32 *pool)
{
    gboolean plain = panels * EFFNET_LANES % VS_LANES == 0 && !a->residual && !pool;

    if (a->out_type == EFFNET_TYPE_F32 && !pool)
        finish_floats(a, windows, sums, pixel, panel, mr, panels);
    else if (plain && a->quant->has_bump)
        finish_vectors(a, windows, sums, pixel, panel, mr, panels);
    else if (a->quant->has_bump)
        finish_tile(a, windows, sums, pixel, panel, mr, panels, pool, TRUE);
    else
        finish_tile(a, windows, sums, pixel, panel, mr, panels, pool, FALSE);
}

/* Computes a column in tiles of nearly equal heights, since a low tile leaves registers idle and
 * takes more time per pixel. */
static void
column(const EffNetConv *a, const Windows *windows, guint panel, guint panels, gint32 *pool)
{
    gboolean low = a->pixels < CONV_PIXELS / 2;
    guint n = low ? a->pixels : (a->pixels + CONV_PIXELS - 1) / CONV_PIXELS;
    guint height = a->pixels / n, higher = a->pixels % n;
    Sums sums;

    for (guint i = 0, pixel = 0; i < n; i++) {
        guint mr = height + (i < higher);

        tiles[panels > 1][mr](a, windows, &sums, pixel, panel, i);
        if (!finishes_in_registers(a))
            finish_sums(a, windows, &sums, pixel, panel, mr, panels, pool);
        pixel += mr;
    }
}

/* Computes a block of one pixel, whose weights are read only once, in tiles of CONV_ROW panels.
 * Returns the first panel that is left. */
static guint
row(const EffNetConv *a, const Windows *windows, gint32 *pool)
{
    guint panel = 0;
    Sums sums;

    for (; panel + CONV_ROW <= a->panels; panel += CONV_ROW) {
        tile_of_row(a, windows, &sums, 0, panel, 0);
        finish_sums(a, windows, &sums, 0, panel, 1, CONV_ROW, pool);
    }
    return panel;
}

static void
take_means(const EffNetConv *a, const gint32 *pool)
{
    float share = a->quant->unit / a->pixels;

    for (guint i = 0; i < a->panels * EFFNET_LANES; i++)
        a->pool[i] = pool[i] * share;
}

/* Makes the block's first panel panel 0. */
static void
skip_panels(EffNetConv *a)
{
    gsize lanes = a->first_panel * EFFNET_LANES;
    gsize bytes = (gsize)a->spans * effnet_conv_groups(a->span, CONV_GROUP) * GROUP;

    a->scale += lanes;
    a->start += lanes;
    a->bias += lanes;
    a->weights = (const guint8 *)a->weights + lanes * bytes;
}

static void
conv_int8(const EffNetConv *conv)
{
    EffNetConv a = *conv;
    gint32 *pool = NULL;
    guint panel = 0;
    Windows windows;

    skip_panels(&a);
    if (a.pool) {
        pool = take(&a, a.panels * EFFNET_LANES * sizeof *pool);
        memset(pool, 0, a.panels * EFFNET_LANES * sizeof *pool);
    }
    windows = make_windows(&a);
    if (a.pixels == 1 && a.out_type != EFFNET_TYPE_U8)
        panel = row(&a, &windows, pool);
    for (; panel + CONV_PANELS <= a.panels; panel += CONV_PANELS)
        column(&a, &windows, panel, CONV_PANELS, pool);
    for (; panel < a.panels; panel++)
        column(&a, &windows, panel, 1, pool);
    if (pool)
        take_means(&a, pool);
}

static void
pack(gpointer packed, const float *weights, guint spans, gsize span, guint out)
{
    effnet_conv_pack_int8(packed, weights, spans, span, out, CONV_GROUP, 8 * sizeof(Quantum));
}

const EffNetConvKernel KERNEL(conv_int8) = {
    .acts = EFFNET_ACTS_ALL,
    .group = CONV_GROUP,
    .group_bytes = GROUP,
    .offset = CONV_OFFSET,
    .tile_pixels = CONV_PIXELS,
    .pack = pack,
    .run = conv_int8,
};
