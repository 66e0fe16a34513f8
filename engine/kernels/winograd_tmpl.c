/* SPDX-License-Identifier: BSD-2-Clause */
/* Winograd's transforms of whole vectors of channels, compiled once per level: first along the
 * columns of a tile, then along its rows. */
#include "act_tmpl.h"
#include "tmpl.h"
#include "winograd.h"

#define INLINE static inline __attribute__((always_inline))
#define IN     EFFNET_WINOGRAD_IN
#define OUT    EFFNET_WINOGRAD_OUT
#define A      vf_set1(EFFNET_WINOGRAD_A)
#define B      vf_set1(EFFNET_WINOGRAD_B)

/* Transforms six values, STRIDE vectors apart, to six points in place. */
INLINE void
transform_input(vf *v, int stride)
{
    vf d0 = v[0], d1 = v[stride], d2 = v[2 * stride], d3 = v[3 * stride], d4 = v[4 * stride],
       d5 = v[5 * stride];
    vf even = vf_fnma(d2, vf_set1(2.f), d4), odd = vf_fnma(d1, vf_set1(2.f), d3);

    v[0] = vf_fnma(d2, vf_set1(2.5f), vf_add(d0, d4));
    v[stride] = vf_fma(odd, A, even);
    v[2 * stride] = vf_fnma(odd, A, even);
    even = vf_fnma(d2, vf_set1(0.5f), d4);
    odd = vf_fnma(d1, vf_set1(0.5f), d3);
    v[3 * stride] = vf_fma(odd, B, even);
    v[4 * stride] = vf_fnma(odd, B, even);
    v[5 * stride] = vf_fnma(d3, vf_set1(2.5f), vf_add(d1, d5));
}

/* Transforms six points, STRIDE vectors apart, to four values in the first four places. */
INLINE void
transform_output(vf *v, int stride)
{
    vf even_a = vf_add(v[stride], v[2 * stride]), odd_a = vf_sub(v[stride], v[2 * stride]);
    vf even_b = vf_add(v[3 * stride], v[4 * stride]), odd_b = vf_sub(v[3 * stride], v[4 * stride]);

    odd_a = vf_mul(odd_a, A);
    odd_b = vf_mul(odd_b, B);
    v[0] = vf_add(v[0], vf_add(even_a, even_b));
    v[stride] = vf_add(odd_a, odd_b);
    v[2 * stride] = vf_fma(even_b, vf_set1(2.f), vf_mul(even_a, vf_set1(0.5f)));
    v[3 * stride] = vf_fma(odd_b, vf_set1(2.f), vf_fma(odd_a, vf_set1(0.5f), v[5 * stride]));
}

INLINE void
input_tile(const EffNetWinogradInput *a, guint tile, gsize lane)
{
    float *point = a->points + tile * a->tile_stride + lane;
    vf v[IN * IN];

#pragma GCC unroll 6
    for (int x = 0; x < IN; x++) {
        guint column = tile * OUT + x - a->pad; /* wraps left of the map */

#pragma GCC unroll 6
        for (int y = 0; y < IN; y++)
            v[y * IN + x] = a->rows[y] && column < a->in_size
                                ? vf_load(a->rows[y] + column * a->in_stride + lane)
                                : vf_zero();
        transform_input(v + x, IN);
    }
#pragma GCC unroll 6
    for (int y = 0; y < IN; y++) {
        transform_input(v + y * IN, 1);
#pragma GCC unroll 6
        for (int x = 0; x < IN; x++, point += a->point_stride)
            vf_store(point, v[y * IN + x]);
    }
}

static void
winograd_input(const EffNetWinogradInput *a)
{
    for (guint tile = 0; tile < a->tiles; tile++)
        for (gsize lane = 0; lane < (gsize)a->panels * EFFNET_LANES; lane += VF_LANES)
            input_tile(a, tile, lane);
}

/* Rare activations have one copy in the library, not one for each of a tile's outputs. */
static ONE_COPY vf
rare_act(EffNetAct act, vf x)
{
    return vf_act(act, x);
}

/* ACT is a constant: ReLU for ReLU6, too; EFFNET_ACTS stands for whatever activation A has. */
INLINE void
finish(const EffNetWinogradOutput *a, vf sum, gsize at, gsize lane, EffNetAct act)
{
    sum = vf_add(sum, vf_load(a->bias + lane));
    if (a->residual && !a->act_first)
        sum = vf_add(sum, vf_load(a->residual + at));
    if (act == EFFNET_ACTS)
        sum = rare_act(a->act, sum);
    else if (act == EFFNET_ACT_RELU)
        sum = vf_relu(sum, vf_relu_most(a->act));
    else
        sum = vf_act(act, sum);
    if (a->residual && a->act_first)
        sum = vf_add(sum, vf_load(a->residual + at));
    vf_store(a->out + at, sum);
}

INLINE void
output_tile(const EffNetWinogradOutput *a, guint tile, gsize lane, EffNetAct act)
{
    const float *point = a->points + tile * a->tile_stride + lane;
    guint left = tile * OUT;
    vf v[IN * IN];

#pragma GCC unroll 6
    for (int x = 0; x < IN; x++) {
#pragma GCC unroll 6
        for (int y = 0; y < IN; y++)
            v[y * IN + x] = vf_load(point + (y * IN + x) * a->point_stride);
        transform_output(v + x, IN);
    }
#pragma GCC unroll 4
    for (guint y = 0; y < OUT; y++) {
        if (y >= a->rows)
            break;
        transform_output(v + y * IN, 1);
#pragma GCC unroll 4
        for (guint x = 0; x < OUT; x++)
            if (left + x < a->columns)
                finish(a, v[y * IN + x], y * a->row_stride + (left + x) * a->out_stride + lane,
                       lane, act);
    }
}

INLINE void
output(const EffNetWinogradOutput *a, EffNetAct act)
{
    for (guint tile = 0; tile < a->tiles; tile++)
        for (gsize lane = 0; lane < (gsize)a->panels * EFFNET_LANES; lane += VF_LANES)
            output_tile(a, tile, lane, act);
}

static void
winograd_output(const EffNetWinogradOutput *a)
{
    switch (a->act) {
    case EFFNET_ACT_SILU_LOG2:
        output(a, EFFNET_ACT_SILU_LOG2);
        break;
    case EFFNET_ACT_RELU:
    case EFFNET_ACT_RELU6:
        output(a, EFFNET_ACT_RELU);
        break;
    default: /* the others share one piece of code */
        output(a, EFFNET_ACTS);
    }
}

const EffNetWinogradKernels KERNEL(winograd_kernels) = {EFFNET_ACTS_VECTOR, winograd_input,
                                                        winograd_output};
