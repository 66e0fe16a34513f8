/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "checkasm.h"

#define BOUND 2e-5f

typedef struct {
    EffNetDwconv dwconv;
    float *in, *weights, *packed, *bias, *out, *row_sums;
    gsize n_in, n_out, n_sums;
} Case;

static void
case_init(Case *c, guint size, guint channels, guint kernel, guint stride, guint pad, guint out)
{
    guint panels = effnet_panels(channels);
    gsize padded = panels * EFFNET_LANES, taps = kernel * kernel;

    c->n_in = (gsize)size * size * padded;
    c->n_out = (gsize)out * out * padded;
    c->n_sums = out * padded;
    c->in = checkasm_alloc(c->n_in);
    c->weights = checkasm_alloc(channels * taps);
    c->packed = checkasm_alloc(padded * taps);
    c->bias = checkasm_alloc(padded);
    c->out = checkasm_alloc(c->n_out);
    c->row_sums = checkasm_alloc(c->n_sums);
    checkasm_randomize(c->in, c->n_in);
    checkasm_randomize(c->weights, channels * taps);
    checkasm_randomize(c->bias, padded);
    effnet_dwconv_pack(c->packed, c->weights, taps, channels);
    c->dwconv = (EffNetDwconv){
        .in = c->in,
        .in_size = size,
        .out_size = out,
        .channels = padded,
        .kernel = kernel,
        .stride = stride,
        .pad = pad,
        .weights = c->packed,
        .bias = c->bias,
        .out = c->out,
        .row_sums = c->row_sums,
        .end_row = out,
        .end_panel = panels,
    };
}

static void
case_clear(Case *c)
{
    float *const all[] = {c->in, c->weights, c->packed, c->bias, c->out, c->row_sums};

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        checkasm_free(all[i]);
}

static void
compare(Case *c, const EffNetKernels *kernels)
{
    const EffNetDwconv *d = &c->dwconv;
    g_autofree float *out = NULL, *sums = NULL;
    g_autofree char *what =
        g_strdup_printf("%ux%us%u on %u x %u x %" G_GSIZE_FORMAT ", pad %u, act %d", d->kernel,
                        d->kernel, d->stride, d->in_size, d->in_size, d->channels, d->pad, d->act);

    memset(c->out, 0, c->n_out * sizeof *c->out);
    memset(c->row_sums, 0, c->n_sums * sizeof *c->row_sums);
    effnet_dwconv_f32_c(d);
    out = g_memdup2(c->out, c->n_out * sizeof *out);
    sums = g_memdup2(c->row_sums, c->n_sums * sizeof *sums);
    memset(c->out, 0, c->n_out * sizeof *c->out);
    memset(c->row_sums, 0, c->n_sums * sizeof *c->row_sums);
    kernels->dwconv(d);
    checkasm_compare(what, c->out, out, c->n_out, BOUND);
    if (d->row_sums)
        checkasm_compare("row sums", c->row_sums, sums, c->n_sums, BOUND);
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
        c.dwconv.act = checkasm_random(EFFNET_ACT_NONE, EFFNET_ACT_SILU);
        compare(&c, kernels);
        c.dwconv.row_sums = NULL;
        compare(&c, kernels);
        /* A task's part: the rest must stay untouched. */
        c.dwconv.first_row = outs[i] / 3;
        c.dwconv.end_row = MAX(c.dwconv.first_row + 1, outs[i] * 2 / 3);
        c.dwconv.first_panel = c.dwconv.end_panel - 1;
        compare(&c, kernels);
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

    ((const EffNetKernels *)pair[0])->dwconv(pair[1]);
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
        guint size = shapes[i].size, stride = shapes[i].stride, kernel = shapes[i].kernel;
        g_autofree char *name = g_strdup_printf("dwconv_%ux%us%u_%u_%u", kernel, kernel, stride,
                                                size, shapes[i].channels);
        Case c;

        case_init(&c, size, shapes[i].channels, kernel, stride, (kernel - 1) / 2, size / stride);
        c.dwconv.act = EFFNET_ACT_SILU;
        compare(&c, kernels);
        checkasm_bench(name, kernels, 2.0 * c.n_out * kernel * kernel, run_dwconv,
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
