/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkasm.h"
#include "kernels/act.h"

/* For sums of 36 products, with factors of up to 6, in another order. */
#define BOUND 2e-5f

#define IN     EFFNET_WINOGRAD_IN
#define OUT    EFFNET_WINOGRAD_OUT
#define POINTS EFFNET_WINOGRAD_POINTS

typedef struct {
    guint size, tiles, panels;
    gsize lanes, point_stride, tile_stride, n_points, n_out;
    float *in, *points, *bias, *residual, *out;
} Case;

static void
case_init(Case *c, guint size, guint panels)
{
    *c = (Case){.size = size, .tiles = effnet_winograd_tiles(size), .panels = panels};
    c->lanes = (gsize)panels * EFFNET_LANES;
    c->tile_stride = c->lanes + 16 * checkasm_random(0, 1);
    c->point_stride = c->tiles * c->tile_stride + 3;
    c->n_points = POINTS * c->point_stride;
    c->n_out = OUT * size * c->lanes;
    c->in = checkasm_alloc(EFFNET_TYPE_F32, IN * size * c->lanes);
    c->points = checkasm_alloc(EFFNET_TYPE_F32, c->n_points);
    c->bias = checkasm_alloc(EFFNET_TYPE_F32, c->lanes);
    c->residual = checkasm_alloc(EFFNET_TYPE_F32, c->n_out);
    c->out = checkasm_alloc(EFFNET_TYPE_F32, c->n_out);
    checkasm_randomize(EFFNET_TYPE_F32, c->in, IN * size * c->lanes);
    checkasm_randomize(EFFNET_TYPE_F32, c->bias, c->lanes);
    checkasm_randomize(EFFNET_TYPE_F32, c->residual, c->n_out);
}

static void
case_clear(Case *c)
{
    float *const all[] = {c->in, c->points, c->bias, c->residual, c->out};

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        checkasm_free(all[i]);
}

/* Rows before FIRST are above the map, those from END on below it. */
static EffNetWinogradInput
input_of(const Case *c, guint pad, guint first, guint end)
{
    EffNetWinogradInput a = {
        .in_stride = c->lanes,
        .in_size = c->size,
        .pad = pad,
        .tiles = c->tiles,
        .points = c->points,
        .point_stride = c->point_stride,
        .tile_stride = c->tile_stride,
        .panels = c->panels,
    };

    for (guint y = first; y < end; y++)
        a.rows[y] = c->in + y * c->size * c->lanes;
    return a;
}

static EffNetWinogradOutput
output_of(const Case *c, guint rows)
{
    return (EffNetWinogradOutput){
        .points = c->points,
        .point_stride = c->point_stride,
        .tile_stride = c->tile_stride,
        .tiles = c->tiles,
        .rows = rows,
        .columns = c->size,
        .bias = c->bias,
        .out = c->out,
        .out_stride = c->lanes,
        .row_stride = c->size * c->lanes,
        .panels = c->panels,
    };
}

static void
check_input(const EffNetKernels *kernels, Case *c)
{
    guint first = checkasm_random(0, 2);
    EffNetWinogradInput a =
        input_of(c, checkasm_random(0, 1), first, checkasm_random(first + 1, IN));
    g_autofree float *expected = NULL;

    memset(c->points, 0, c->n_points * sizeof *c->points);
    effnet_winograd_kernels_c.input(&a);
    expected = g_memdup2(c->points, c->n_points * sizeof *expected);
    memset(c->points, 0, c->n_points * sizeof *c->points);
    kernels->winograd.input(&a);
    checkasm_compare(EFFNET_TYPE_F32, "input", c->points, expected, c->n_points, BOUND);
}

static void
check_output(const EffNetKernels *kernels, Case *c, EffNetAct act)
{
    EffNetWinogradOutput a = output_of(c, checkasm_random(1, OUT));
    g_autofree float *expected = NULL;

    a.act = effnet_kernel_act(act, EFFNET_TYPE_F32);
    a.residual = checkasm_random(0, 1) ? c->residual : NULL;
    a.act_first = checkasm_random(0, 1);
    checkasm_randomize(EFFNET_TYPE_F32, c->points, c->n_points);
    memset(c->out, 0, c->n_out * sizeof *c->out);
    effnet_winograd_kernels_c.output(&a);
    expected = g_memdup2(c->out, c->n_out * sizeof *expected);
    memset(c->out, 0, c->n_out * sizeof *c->out);
    kernels->winograd.output(&a);
    checkasm_compare(EFFNET_TYPE_F32, "output", c->out, expected, c->n_out, BOUND);
}

static void
test_transforms(const EffNetKernels *kernels, EffNetType type)
{
    if (!kernels->winograd.input)
        return;
    for (guint size = 1; size <= 14; size++)
        for (EffNetAct act = 0; act < EFFNET_ACTS; act++) {
            Case c;

            if (!(EFFNET_ACTS_VECTOR & EFFNET_ACT_BIT(act)))
                continue;
            case_init(&c, size, checkasm_random(1, 3));
            check_input(kernels, &c);
            check_output(kernels, &c, act);
            case_clear(&c);
        }
}

/* Output Y, X of one channel, convolved directly, without rows above and below. */
static float
convolve(const Case *c, const float filter[9], guint y, guint x, gsize lane)
{
    float sum = c->bias[lane];

    for (guint ky = 0; ky < 3; ky++)
        for (guint kx = 0; kx < 3; kx++)
            if (x + kx >= 1 && x + kx - 1 < c->size)
                sum += filter[ky * 3 + kx] *
                       c->in[((y + ky) * c->size + x + kx - 1) * c->lanes + lane];
    return sum;
}

/* Checks that the transforms together are a convolution. */
static void
check_convolution(const EffNetWinogradKernels *kernels, Case *c)
{
    float filter[9], weights[POINTS];
    EffNetWinogradInput input = input_of(c, 1, 0, IN);
    EffNetWinogradOutput output = output_of(c, OUT);
    g_autofree float *expected = g_new(float, c->n_out);

    checkasm_randomize(EFFNET_TYPE_F32, filter, G_N_ELEMENTS(filter));
    effnet_winograd_filter(weights, filter, 1);
    memset(c->points, 0, c->n_points * sizeof *c->points);
    kernels->input(&input);
    for (gsize i = 0; i < c->n_points; i++)
        c->points[i] *= weights[i / c->point_stride];
    memset(c->out, 0, c->n_out * sizeof *c->out);
    kernels->output(&output);
    for (gsize i = 0; i < c->n_out; i++)
        expected[i] =
            convolve(c, filter, i / c->lanes / c->size, i / c->lanes % c->size, i % c->lanes);
    checkasm_compare(EFFNET_TYPE_F32, "convolution", c->out, expected, c->n_out, BOUND);
}

static void
test_convolution(const EffNetKernels *kernels, EffNetType type)
{
    for (guint size = 1; size <= 13; size += 3) {
        Case c;

        case_init(&c, size, 1);
        check_convolution(&effnet_winograd_kernels_c, &c);
        if (kernels->winograd.input)
            check_convolution(&kernels->winograd, &c);
        case_clear(&c);
    }
}

static void
run_input(gconstpointer data)
{
    const gconstpointer *pair = data;

    ((const EffNetKernels *)pair[0])->winograd.input(pair[1]);
}

static void
run_output(gconstpointer data)
{
    const gconstpointer *pair = data;

    ((const EffNetKernels *)pair[0])->winograd.output(pair[1]);
}

/* ResNet-50's second stage; the transforms' additions are counted. */
static void
test_bench(const EffNetKernels *kernels, EffNetType type)
{
    Case c;
    EffNetWinogradInput input;
    EffNetWinogradOutput output;

    if (!kernels->winograd.input)
        return;
    case_init(&c, 28, 8);
    check_input(kernels, &c);
    check_output(kernels, &c, EFFNET_ACT_RELU);
    input = input_of(&c, 1, 0, IN);
    output = output_of(&c, OUT);
    output.act = EFFNET_ACT_RELU;
    checkasm_bench("winograd_input_28_128", kernels, type, 144.0 * c.tiles * c.lanes, run_input,
                   (gconstpointer[]){kernels, &input});
    checkasm_bench("winograd_output_28_128", kernels, type, 130.0 * c.tiles * c.lanes, run_output,
                   (gconstpointer[]){kernels, &output});
    case_clear(&c);
}

void
checkasm_winograd(void)
{
    checkasm_add_floats("winograd/transforms", test_transforms);
    checkasm_add_floats("winograd/convolution", test_convolution);
    checkasm_add_floats("winograd/shapes", test_bench);
}
