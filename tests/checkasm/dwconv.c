/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "checkasm.h"

#define BOUND 2e-5f

typedef struct {
    EffNetDwconv dwconv; /* its rows are set row by row */
    float *in, *weights, *packed, *bias, *out, *sum;
    gsize in_row, n_in, n_out, n_sum;
} Case;

static void
case_init(Case *c, guint size, guint channels, guint kernel, guint stride, guint pad, guint out)
{
    guint panels = effnet_panels(channels);
    gsize padded = panels * EFFNET_LANES, taps = kernel * kernel;
    gsize in_step = padded + EFFNET_LANES * checkasm_random(0, 2), out_step = padded + 3;

    c->in_row = size * in_step;
    c->n_in = size * c->in_row;
    c->n_out = (gsize)out * out_step;
    c->n_sum = padded;
    c->in = checkasm_alloc(c->n_in);
    c->weights = checkasm_alloc(channels * taps);
    c->packed = checkasm_alloc(padded * taps);
    c->bias = checkasm_alloc(padded);
    c->out = checkasm_alloc(c->n_out);
    c->sum = checkasm_alloc(c->n_sum);
    checkasm_randomize(c->in, c->n_in);
    checkasm_randomize(c->weights, channels * taps);
    checkasm_randomize(c->bias, padded);
    effnet_dwconv_f32_kernels_c.pack(c->packed, c->weights, taps, channels);
    c->dwconv = (EffNetDwconv){
        .in_step = in_step,
        .in_size = size,
        .out_size = out,
        .kernel = kernel,
        .stride = stride,
        .pad = pad,
        .weights = c->packed,
        .bias = c->bias,
        .out = c->out,
        .out_step = out_step,
        .sum = c->sum,
        .panels = panels,
    };
}

static void
case_clear(Case *c)
{
    float *const all[] = {c->in, c->weights, c->packed, c->bias, c->out, c->sum};

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        checkasm_free(all[i]);
}

static void
set_rows(Case *c, guint row)
{
    EffNetDwconv *d = &c->dwconv;

    for (guint tap = 0; tap < d->kernel; tap++) {
        guint in = row * d->stride + tap - d->pad;

        d->rows[tap] = in < d->in_size ? c->in + in * c->in_row : NULL;
    }
}

static void
compare_row(Case *c, const EffNetKernels *kernels)
{
    const EffNetDwconv *d = &c->dwconv;
    g_autofree float *out = NULL, *sum = NULL;
    g_autofree char *what =
        g_strdup_printf("%ux%us%u on %u x %u panels, pad %u, act %d", d->kernel, d->kernel,
                        d->stride, d->in_size, d->panels, d->pad, d->act);

    memset(c->out, 0, c->n_out * sizeof *c->out);
    memset(c->sum, 0, c->n_sum * sizeof *c->sum);
    effnet_dwconv_f32_c(d);
    out = g_memdup2(c->out, c->n_out * sizeof *out);
    sum = g_memdup2(c->sum, c->n_sum * sizeof *sum);
    memset(c->out, 0, c->n_out * sizeof *c->out);
    memset(c->sum, 0, c->n_sum * sizeof *c->sum);
    kernels->dwconv[EFFNET_TYPE_F32].run(d);
    checkasm_compare(what, c->out, out, c->n_out, BOUND);
    if (d->sum)
        checkasm_compare("sum", c->sum, sum, c->n_sum, BOUND);
}

/* "Same" and symmetric padding of a kernel over SIZE pixels. */
static void
check_shape(const EffNetKernels *kernels, guint size, guint kernel, guint stride)
{
    guint same_out = (size + stride - 1) / stride, covered = (same_out - 1) * stride + kernel;
    guint pads[] = {covered > size ? (covered - size) / 2 : 0, (kernel - 1) / 2};
    guint outs[] = {same_out, (size + 2 * pads[1] - kernel) / stride + 1};

    for (int i = 0; i < 2; i++) {
        Case c;

        case_init(&c, size, checkasm_random(1, 50), kernel, stride, pads[i], outs[i]);
        for (guint row = 0; row < outs[i]; row++) {
            c.dwconv.act = checkasm_random(EFFNET_ACT_NONE, EFFNET_ACT_SILU);
            c.dwconv.sum = row % 3 ? c.sum : NULL;
            set_rows(&c, row);
            compare_row(&c, kernels);
        }
        case_clear(&c);
    }
}

static void
test_sizes(const EffNetKernels *kernels)
{
    for (guint size = 1; size <= 34; size++)
        for (guint stride = 1; stride <= 2; stride++) {
            check_shape(kernels, size, 3, stride);
            check_shape(kernels, size, 5, stride);
        }
    check_shape(kernels, 57, 5, 2);
    check_shape(kernels, 12, 7, 1); /* no kernel of its own */
}

static void
run_dwconv(gconstpointer data)
{
    const gconstpointer *pair = data;

    ((const EffNetKernels *)pair[0])->dwconv[EFFNET_TYPE_F32].run(pair[1]);
}

/* B0's shapes. */
static void
test_bench(const EffNetKernels *kernels)
{
    static const struct {
        guint size, channels, kernel, stride;
    } shapes[] = {{112, 32, 3, 1}, {112, 96, 3, 2}, {56, 144, 3, 1},
                  {28, 240, 5, 1}, {14, 480, 3, 1}, {14, 672, 5, 1},
                  {14, 672, 5, 2}, {7, 1152, 5, 1}, {7, 1152, 3, 1}};

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        guint channels = shapes[i].channels, size = shapes[i].size, stride = shapes[i].stride,
              kernel = shapes[i].kernel;
        g_autofree char *name =
            g_strdup_printf("dwconv_%ux%us%u_%u_%u", kernel, kernel, stride, size, channels);
        Case c;

        case_init(&c, size, channels, kernel, stride, (kernel - 1) / 2, size / stride);
        c.dwconv.act = EFFNET_ACT_SILU;
        set_rows(&c, size / stride / 2);
        compare_row(&c, kernels);
        checkasm_bench(name, kernels, 2.0 * size / stride * channels * kernel * kernel, run_dwconv,
                       (gconstpointer[]){kernels, &c.dwconv});
        case_clear(&c);
    }
}

void
checkasm_dwconv(void)
{
    checkasm_add("dwconv/sizes", test_sizes);
    checkasm_add("dwconv/shapes", test_bench);
}
