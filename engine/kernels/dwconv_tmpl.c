/* SPDX-License-Identifier: BSD-2-Clause */
/* Depthwise convolution in registers over several output columns, compiled once an instruction
 * set: a row of the filter stays in registers while each input column is loaded once and goes into
 * every output that it belongs to. */
#include "act_tmpl.h"
#include "dwconv.h"
#include "tmpl.h"

#define INLINE static inline __attribute__((always_inline))

#if VF_LANES == 16
#define WIDE 14
#else
#define WIDE 8
#endif
#define NARROW 4

static const float zeros[EFFNET_LANES] __attribute__((aligned(64)));

/* Where a run of output columns reads and writes, one vector of channels. */
typedef struct {
    const EffNetDwconv *a;
    const float *filter; /* this vector's lanes of the panel */
    const float *bias;
    const float *in;          /* column 0 of the row of the first tap inside of the picture */
    float *out;               /* column 0 of the output row */
    guint first_tap, end_tap; /* rows of the filter that are inside of the picture */
} Row;

INLINE const float *
column_at(const Row *r, const float *in, gssize column, gboolean border)
{
    if (border && (gsize)column >= r->a->in_size)
        return zeros;
    return in + column * (gssize)r->a->channels;
}

/* Output columns x to x + width - 1; returns their sum. A border tile may reach over the edges:
 * it reads zeros there, and stores inside only. */
INLINE vf
tile(const Row *r, guint x, int kernel, int stride, int width, EffNetAct act, gboolean border)
{
    const EffNetDwconv *a = r->a;
    vf acc[WIDE], sum = vf_zero();
    const float *in = r->in, *filter = r->filter + r->first_tap * kernel * EFFNET_LANES;
    gssize left = (gssize)x * stride - a->pad;

#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        acc[i] = vf_load(r->bias);
    for (guint tap = r->first_tap; tap < r->end_tap; tap++) {
        vf w[5];

#pragma GCC unroll 8
        for (int k = 0; k < kernel; k++)
            w[k] = vf_load(filter + k * EFFNET_LANES);
#pragma GCC unroll 64
        for (int c = 0; c < (width - 1) * stride + kernel; c++) {
            vf v = vf_load(column_at(r, in, left + c, border));

#pragma GCC unroll 8
            for (int k = 0; k < kernel; k++)
                if (c >= k && (c - k) % stride == 0 && (c - k) / stride < width)
                    acc[(c - k) / stride] = vf_fma(v, w[k], acc[(c - k) / stride]);
        }
        in += a->in_size * a->channels;
        filter += kernel * EFFNET_LANES;
    }
#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        if (!border || x + i < a->out_size) {
            vf v = vf_act(act, acc[i]);

            vf_store(r->out + (x + i) * a->channels, v);
            sum = vf_add(sum, v);
        }
    return sum;
}

INLINE vf
row(const Row *r, int kernel, int stride, EffNetAct act)
{
    const EffNetDwconv *a = r->a;
    vf sum = vf_zero();
    guint x = 0;

    while (x < a->out_size) {
        guint left = a->out_size - x, width = left > NARROW ? WIDE : NARROW;
        gboolean inside = x * stride >= a->pad && left >= width &&
                          (x + width - 1) * stride + kernel - a->pad <= a->in_size;

        if (width == WIDE && inside)
            sum = vf_add(sum, tile(r, x, kernel, stride, WIDE, act, FALSE));
        else if (width == WIDE && left > 8)
            sum = vf_add(sum, tile(r, x, kernel, stride, WIDE, act, TRUE));
        else if (width == WIDE) {
            sum = vf_add(sum, tile(r, x, kernel, stride, 8, act, TRUE));
            width = 8;
        } else
            sum = vf_add(sum, tile(r, x, kernel, stride, NARROW, act, TRUE));
        x += width;
    }
    return sum;
}

INLINE void
rows(const EffNetDwconv *a, int kernel, int stride, EffNetAct act)
{
    gsize in_row = a->in_size * a->channels, out_row = a->out_size * a->channels;

    for (guint y = a->first_row; y < a->end_row; y++) {
        guint top = y * stride; /* in rows of the padded picture */
        guint first_tap = top < a->pad ? a->pad - top : 0;
        guint end_tap = MIN((guint)kernel, a->in_size + a->pad - top);

        for (guint lane = a->first_panel * EFFNET_LANES; lane < a->end_panel * EFFNET_LANES;
             lane += VF_LANES) {
            guint panel = lane / EFFNET_LANES, part = lane % EFFNET_LANES;
            Row r = {
                .a = a,
                .filter = a->weights + (gsize)panel * kernel * kernel * EFFNET_LANES + part,
                .bias = a->bias + lane,
                .in = a->in + (top + first_tap - a->pad) * in_row + lane,
                .out = a->out + y * out_row + lane,
                .first_tap = first_tap,
                .end_tap = end_tap,
            };
            vf sum = row(&r, kernel, stride, act);

            if (a->row_sums)
                vf_store(a->row_sums + y * a->channels + lane, sum);
        }
    }
}

#define KERNEL_SHAPE(kernel, stride)                                                               \
    static void dwconv_##kernel##x##kernel##s##stride(const EffNetDwconv *a)                       \
    {                                                                                              \
        if (a->act == EFFNET_ACT_SILU)                                                             \
            rows(a, kernel, stride, EFFNET_ACT_SILU);                                              \
        else if (a->act == EFFNET_ACT_RELU6)                                                       \
            rows(a, kernel, stride, EFFNET_ACT_RELU6);                                             \
        else                                                                                       \
            effnet_dwconv_f32_c(a);                                                                \
    }

KERNEL_SHAPE(3, 1)
KERNEL_SHAPE(3, 2)
KERNEL_SHAPE(5, 1)
KERNEL_SHAPE(5, 2)

void
KERNEL(dwconv_f32)(const EffNetDwconv *a)
{
    static const EffNetDwconvKernel shapes[6][3] = {
        [3] = {[1] = dwconv_3x3s1, [2] = dwconv_3x3s2},
        [5] = {[1] = dwconv_5x5s1, [2] = dwconv_5x5s2},
    };
    EffNetDwconvKernel shape = a->kernel < 6 && a->stride < 3 ? shapes[a->kernel][a->stride] : NULL;

    (shape ? shape : effnet_dwconv_f32_c)(a);
}
