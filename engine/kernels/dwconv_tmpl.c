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

INLINE const float *
column_at(const EffNetDwconv *a, const float *row, gssize column, gboolean border)
{
    if (border && (gsize)column >= a->in_size)
        return zeros;
    return row + column * (gssize)a->in_step;
}

/* Output columns x to x + width - 1 of the vector of channels that begins with LANE; returns their
 * sum. A border tile may reach over the edges: it reads zeros there, and stores inside only. */
INLINE vf
tile(const EffNetDwconv *a, guint lane, guint x, int kernel, int stride, int width, gboolean silu,
     gboolean border)
{
    const float *filter = (const float *)a->weights +
                          (gsize)(lane / EFFNET_LANES) * kernel * kernel * EFFNET_LANES +
                          lane % EFFNET_LANES;
    gssize left = (gssize)x * stride - a->pad;
    vf acc[WIDE], sum = vf_zero(), most = vf_relu_most(a->act);

#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        acc[i] = vf_load(a->bias + lane);
    for (int tap = 0; tap < kernel; tap++, filter += kernel * EFFNET_LANES) {
        const float *row = a->rows[tap];
        vf w[5];

        if (!row)
            continue;
        row += lane;
#pragma GCC unroll 8
        for (int k = 0; k < kernel; k++)
            w[k] = vf_load(filter + k * EFFNET_LANES);
#pragma GCC unroll 64
        for (int c = 0; c < (width - 1) * stride + kernel; c++) {
            vf v = vf_load(column_at(a, row, left + c, border));

#pragma GCC unroll 8
            for (int k = 0; k < kernel; k++)
                if (c >= k && (c - k) % stride == 0 && (c - k) / stride < width)
                    acc[(c - k) / stride] = vf_fma(v, w[k], acc[(c - k) / stride]);
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        if (!border || x + i < a->out_size) {
            vf v = silu ? vf_act(EFFNET_ACT_SILU_LOG2, acc[i]) : vf_relu(acc[i], most);

            vf_store((float *)a->out + (x + i) * a->out_step + lane, v);
            sum = vf_add(sum, v);
        }
    return sum;
}

INLINE vf
row(const EffNetDwconv *a, guint lane, int kernel, int stride, gboolean silu)
{
    vf sum = vf_zero();
    guint x = 0;

    while (x < a->out_size) {
        guint left = a->out_size - x, width = left > NARROW ? WIDE : NARROW;
        gboolean inside = x * stride >= a->pad && left >= width &&
                          (x + width - 1) * stride + kernel - a->pad <= a->in_size;

        if (width == WIDE && inside)
            sum = vf_add(sum, tile(a, lane, x, kernel, stride, WIDE, silu, FALSE));
        else if (width == WIDE && left > 8)
            sum = vf_add(sum, tile(a, lane, x, kernel, stride, WIDE, silu, TRUE));
        else if (width == WIDE) {
            sum = vf_add(sum, tile(a, lane, x, kernel, stride, 8, silu, TRUE));
            width = 8;
        } else
            sum = vf_add(sum, tile(a, lane, x, kernel, stride, NARROW, silu, TRUE));
        x += width;
    }
    return sum;
}

INLINE void
panels(const EffNetDwconv *a, int kernel, int stride, gboolean silu)
{
    for (guint lane = 0; lane < a->panels * EFFNET_LANES; lane += VF_LANES) {
        vf sum = row(a, lane, kernel, stride, silu);

        if (a->sum)
            vf_store(a->sum + lane, sum);
    }
}

INLINE void
shape(const EffNetDwconv *a, int kernel, int stride)
{
    if (a->act == EFFNET_ACT_SILU_LOG2)
        panels(a, kernel, stride, TRUE);
    else if (a->act == EFFNET_ACT_RELU6 || a->act == EFFNET_ACT_RELU)
        panels(a, kernel, stride, FALSE);
    else
        effnet_dwconv_f32_kernels_c.run(a);
}

#include "dwconv_shapes.h"

void
KERNEL(dwconv_f32)(const EffNetDwconv *a)
{
    run_shape(a, effnet_dwconv_f32_kernels_c.run);
}
