/* SPDX-License-Identifier: BSD-2-Clause */
/* Resizing with vectors V of VLANES lanes of 128 bits. Each level's resize.c defines them and the
 * v_ operations, and includes this; operations that unpack, pack and shuffle do so within each
 * lane.
 *
 * The horizontal pass takes as many source rows as V has 32-bit elements and transposes them, so
 * that an element holds four neighbouring samples of one row. Output samples of all these rows are
 * then loads and multiply-adds with broadcast weights, without sums across elements. */
#include <string.h>

#include "resize.h"
#include "tmpl.h"

/* For small loops over vectors that must stay in registers. */
#define UNROLLED _Pragma("GCC unroll 16")

#define VBYTES (16 * VLANES)
#define VROWS  (4 * VLANES)

/* How 16 bytes, a lane, are cut out of a row, and which groups of four samples they hold. */
typedef struct {
    guint stride; /* source bytes from one lane to the next, whole groups of pixels */
    guint groups; /* groups of each component */
    V shuffle;
} Cut;

/* The four samples of a group are put in the order 0 2 1 3, so that its even and its odd bytes,
 * widened to 16 bits, are the pairs 0 1 and 2 3. */
static void
cut_init(Cut *cut, const EffNetPixelLayout *layout)
{
    static const guint8 order[4] = {0, 2, 1, 3};
    guint8 shuffle[VBYTES];

    cut->stride = layout->pixel_stride == 3 ? 12 : 16;
    cut->groups = cut->stride / (EFFNET_RESIZE_GROUP * layout->pixel_stride);
    memset(shuffle, 0x80, sizeof shuffle);
    for (guint g = 0; g < cut->groups; g++)
        for (guint c = 0; c < layout->components; c++)
            for (guint k = 0; k < 4; k++)
                shuffle[(g * layout->components + c) * 4 + k] =
                    (g * 4 + order[k]) * layout->pixel_stride + layout->offset[c];
    for (guint i = 16; i < VBYTES; i++)
        shuffle[i] = shuffle[i - 16];
    cut->shuffle = v_load(shuffle);
}

/* Transposes within each lane: element J of row R becomes element R of row J. */
static inline void
turn_elements(V v[4])
{
    V a = v_unpacklo32(v[0], v[1]), b = v_unpackhi32(v[0], v[1]);
    V c = v_unpacklo32(v[2], v[3]), d = v_unpackhi32(v[2], v[3]);

    v[0] = v_unpacklo64(a, c);
    v[1] = v_unpackhi64(a, c);
    v[2] = v_unpacklo64(b, d);
    v[3] = v_unpackhi64(b, d);
}

/* Writes VROWS rows to SCRATCH: for each component, for each group of four samples, a V with one
 * element per row. */
static void
turn_rows(guint8 *scratch, const guint8 *const src[VROWS], const EffNetPixelLayout *layout,
          const EffNetResizeTable *table)
{
    guint components = layout->components;
    gsize groups = ((gsize)table->n_in + EFFNET_RESIZE_GROUP - 1) / EFFNET_RESIZE_GROUP;
    gsize last = 0;
    gsize n_bytes, offset = 0;
    Cut cut;

    cut_init(&cut, layout);
    for (guint c = 0; c < components; c++)
        last = MAX(last, layout->offset[c]);
    n_bytes = ((gsize)table->n_in - 1) * layout->pixel_stride + last + 1;

    for (gsize group = 0; group < groups; group += cut.groups * VLANES) {
        V rows[VLANES][4];

        UNROLLED
        for (guint r = 0; r < VROWS; r++)
            rows[r / 4][r % 4] = v_shuffle8(
                v_load_lanes(src[r] + offset, n_bytes - offset, cut.stride), cut.shuffle);
        UNROLLED
        for (guint q = 0; q < VLANES; q++)
            turn_elements(rows[q]);
            /* Copies for each number of groups and components would be large and no faster. */
#pragma GCC unroll 1
        for (guint g = 0; g < cut.groups; g++) {
#pragma GCC unroll 1
            for (guint c = 0; c < components; c++) {
                V turned[VLANES];

                for (guint q = 0; q < VLANES; q++)
                    turned[q] = rows[q][g * components + c];
                v_turn_lanes(turned);
                for (guint lane = 0; lane < VLANES; lane++) {
                    gsize at = group + lane * cut.groups + g;
                    if (at < groups)
                        v_store(scratch + (c * groups + at) * VBYTES, turned[lane]);
                }
            }
        }
        offset += cut.stride * VLANES;
    }
}

/* Sums of products in 32 bits, one per element of V, unless resize.c keeps them otherwise. */
#ifndef v_dot
typedef V VSum;
#define v_sum_of(x)       v_set32(x)
#define v_dot(sum, a, b)  v_add32(sum, v_madd16(a, b))
#define v_sum_elements(s) (s)
#endif

static inline V
dot(const guint8 *columns, const gint16 *high, const gint16 *low, guint count)
{
    V bytes = v_set32(0x00ff00ff);
    VSum high_sum = v_sum_of(0), low_sum = v_sum_of(1 << (EFFNET_RESIZE_BITS - 1));

    for (gsize k = 0; k < count; k += EFFNET_RESIZE_GROUP) {
        V group = v_load(columns + k / EFFNET_RESIZE_GROUP * VBYTES);
        V a = v_and(group, bytes), b = v_srl16(group, 8);

        high_sum = v_dot(high_sum, a, v_broadcast(high + k));
        low_sum = v_dot(low_sum, a, v_broadcast(low + k));
        high_sum = v_dot(high_sum, b, v_broadcast(high + k + 2));
        low_sum = v_dot(low_sum, b, v_broadcast(low + k + 2));
    }
    return v_sra32(
        v_add32(v_sll32(v_sum_elements(high_sum), EFFNET_RESIZE_LOW_BITS), v_sum_elements(low_sum)),
        EFFNET_RESIZE_BITS);
}

static inline V
dot_fine(const guint8 *columns, const gint16 *weight, guint count)
{
    const int shift = EFFNET_RESIZE_FINE_BITS - EFFNET_RESIZE_FRACTION;
    V bytes = v_set32(0x00ff00ff);
    VSum even = v_sum_of(1 << (shift - 1)), odd = v_sum_of(0);

    for (gsize k = 0; k < count; k += EFFNET_RESIZE_GROUP) {
        V group = v_load(columns + k / EFFNET_RESIZE_GROUP * VBYTES);

        even = v_dot(even, v_and(group, bytes), v_broadcast(weight + k));
        odd = v_dot(odd, v_srl16(group, 8), v_broadcast(weight + k + 2));
    }
    return v_sra32(v_add32(v_sum_elements(even), v_sum_elements(odd)), shift);
}

/* Stores 16 bytes of output, the elements of V[0..3], to each of N_ROWS rows. */
static inline void
store_rows(guint8 *const *dst, gsize offset, V v[4], guint n_rows)
{
    turn_elements(v);
    UNROLLED
    for (guint r = 0; r < 4; r++) {
        UNROLLED
        for (guint lane = 0; lane < VLANES; lane++)
            if (lane * 4 + r < n_rows)
                v_store_lane(dst[lane * 4 + r] + offset, v[r], lane);
    }
}

/* Output samples I to I + 3 of all rows, one element per row. Beyond the last sample the last is
 * repeated: it is overwritten by what comes next, or falls into the slack. */
static inline V
four_outputs(const guint8 *columns, const EffNetResizeTable *table, guint i)
{
    V out[4];

    UNROLLED
    for (guint k = 0; k < 4; k++) {
        guint o = MIN(i + k, table->n_out - 1);
        gsize at = (gsize)o * table->taps;
        out[k] = dot(columns + (gsize)table->first[o] / EFFNET_RESIZE_GROUP * VBYTES,
                     table->high + at, table->low + at, table->taps);
    }
    return v_shuffle8(v_packus16(v_packs32(out[0], out[1]), v_packs32(out[2], out[3])),
                      v_lanes(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
}

static inline V
two_outputs(const guint8 *columns, const EffNetResizeTable *table, guint i)
{
    V out[2];

    UNROLLED
    for (guint k = 0; k < 2; k++) {
        guint o = MIN(i + k, table->n_out - 1);
        out[k] = dot_fine(columns + (gsize)table->first[o] / EFFNET_RESIZE_GROUP * VBYTES,
                          table->fine + (gsize)o * table->taps, table->taps);
    }
    return v_shuffle8(v_packs32(out[0], out[1]),
                      v_lanes(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
}

/* Filters at most VROWS rows; output samples have SIZE bytes: 1, or 2 for the fine pass. */
static G_ALWAYS_INLINE inline void
filter_rows(guint8 *const *dst, const guint8 *const *src, guint n_rows,
            const EffNetPixelLayout *layout, const EffNetResizeTable *table, guint8 *scratch,
            guint size)
{
    gsize groups = ((gsize)table->n_in + EFFNET_RESIZE_GROUP - 1) / EFFNET_RESIZE_GROUP;
    const guint8 *rows[VROWS];
    guint outputs = 4 / size;

    for (guint r = 0; r < VROWS; r++)
        rows[r] = src[MIN(r, n_rows - 1)];
    turn_rows(scratch, rows, layout, table);
    for (guint c = 0; c < layout->components; c++) {
        const guint8 *columns = scratch + c * groups * VBYTES;

        for (guint i = 0; i < table->n_out; i += 4 * outputs) {
            V v[4];
            UNROLLED
            for (guint k = 0; k < 4; k++)
                v[k] = size == 1 ? four_outputs(columns, table, i + k * outputs)
                                 : two_outputs(columns, table, i + k * outputs);
            store_rows(dst, ((gsize)c * table->n_out + i) * size, v, n_rows);
        }
    }
}

static void
horizontal(guint8 *const *dst, const guint8 *const *src, guint n_rows,
           const EffNetPixelLayout *layout, const EffNetResizeTable *table, gpointer scratch)
{
    for (guint r = 0; r < n_rows; r += VROWS)
        filter_rows(dst + r, src + r, MIN(VROWS, n_rows - r), layout, table, scratch, 1);
}

static void
horizontal_fine(gint16 *const *dst, const guint8 *const *src, guint n_rows,
                const EffNetPixelLayout *layout, const EffNetResizeTable *table, gpointer scratch)
{
    for (guint r = 0; r < n_rows; r += VROWS)
        filter_rows((guint8 *const *)dst + r, src + r, MIN(VROWS, n_rows - r), layout, table,
                    scratch, 2);
}

static void
vertical(guint8 *dst, const guint8 *const *rows, gsize n, const gint16 *high, const gint16 *low,
         guint count)
{
    V zero = v_set32(0);

    for (gsize i = 0; i < n; i += VBYTES) {
        V high_sum[4], low_sum[4];

        for (guint q = 0; q < 4; q++) {
            high_sum[q] = zero;
            low_sum[q] = v_set32(1 << (EFFNET_RESIZE_BITS - 1));
        }
        for (guint k = 0; k < count; k += 2) {
            V a = v_load(rows[k] + i), b = v_load(rows[k + 1] + i);
            V left = v_unpacklo8(a, b), right = v_unpackhi8(a, b);
            V pair[4] = {v_unpacklo8(left, zero), v_unpackhi8(left, zero), v_unpacklo8(right, zero),
                         v_unpackhi8(right, zero)};

            for (guint q = 0; q < 4; q++) {
                high_sum[q] = v_add32(high_sum[q], v_madd16(pair[q], v_broadcast(high + k)));
                low_sum[q] = v_add32(low_sum[q], v_madd16(pair[q], v_broadcast(low + k)));
            }
        }
        for (guint q = 0; q < 4; q++)
            low_sum[q] = v_sra32(v_add32(v_sll32(high_sum[q], EFFNET_RESIZE_LOW_BITS), low_sum[q]),
                                 EFFNET_RESIZE_BITS);
        v_store(dst + i,
                v_packus16(v_packs32(low_sum[0], low_sum[1]), v_packs32(low_sum[2], low_sum[3])));
    }
}

static void
vertical_fine(gint16 *dst, const gint16 *const *rows, gsize n, const gint16 *weight, guint count)
{
    const VSum half = v_sum_of(1 << (EFFNET_RESIZE_FINE_BITS - 1));

    for (gsize i = 0; i < n; i += VBYTES / 2) {
        VSum left = half, right = half;

        for (guint k = 0; k < count; k += 2) {
            V a = v_load(rows[k] + i), b = v_load(rows[k + 1] + i);
            V w = v_broadcast(weight + k);

            left = v_dot(left, v_unpacklo16(a, b), w);
            right = v_dot(right, v_unpackhi16(a, b), w);
        }
        v_store(dst + i, v_packs32(v_sra32(v_sum_elements(left), EFFNET_RESIZE_FINE_BITS),
                                   v_sra32(v_sum_elements(right), EFFNET_RESIZE_FINE_BITS)));
    }
}

static inline V
weigh_two(V a, V b, gint16 a_weight, gint16 b_weight, V bias[2])
{
    const int shift = EFFNET_COLOR_BITS + EFFNET_RESIZE_FRACTION;
    V weights = v_set32((gint32)((guint32)(guint16)b_weight << 16 | (guint16)a_weight));

    return v_packs32(v_sra32(v_add32(v_madd16(v_unpacklo16(a, b), weights), bias[0]), shift),
                     v_sra32(v_add32(v_madd16(v_unpackhi16(a, b), weights), bias[1]), shift));
}

static void
color(guint8 *const rgb[3], const gint16 *const ycc[3], gsize n, const EffNetColor *c)
{
    V r_bias[2] = {v_set32(c->r_bias), v_set32(c->r_bias)};
    V b_bias[2] = {v_set32(c->b_bias), v_set32(c->b_bias)};
    V g_bias = v_set32(c->g_bias), y_weight = v_set32((guint16)c->y), zero = v_set32(0);

    for (gsize i = 0; i < n; i += VBYTES / 2) {
        V y = v_load(ycc[0] + i), cb = v_load(ycc[1] + i), cr = v_load(ycc[2] + i);
        V luma[2] = {v_add32(v_madd16(v_unpacklo16(y, zero), y_weight), g_bias),
                     v_add32(v_madd16(v_unpackhi16(y, zero), y_weight), g_bias)};

        v_store_bytes(rgb[0] + i, weigh_two(y, cr, c->y, c->r_cr, r_bias));
        v_store_bytes(rgb[1] + i, weigh_two(cb, cr, c->g_cb, c->g_cr, luma));
        v_store_bytes(rgb[2] + i, weigh_two(y, cb, c->y, c->b_cb, b_bias));
    }
}

const EffNetResizeKernels KERNEL(resize_kernels) = {
    .horizontal = horizontal,
    .horizontal_fine = horizontal_fine,
    .vertical = vertical,
    .vertical_fine = vertical_fine,
    .color = color,
};
