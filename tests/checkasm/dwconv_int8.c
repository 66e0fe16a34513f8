/* SPDX-License-Identifier: BSD-2-Clause */
/* Equal bit for bit, extremes among the numbers. */
#include <string.h>

#include "checkasm.h"
#include "int8.h"

typedef struct {
    EffNetDwconv dwconv; /* its rows are set row by row */
    gint16 *in, *out;
    float *weights, *packed, *scale, *bias, *sum;
    gsize in_row, n_out;
    EffNetQuant quant;
} Case;

static void
case_init(Case *c, guint size, guint channels, guint kernel, guint stride, guint pad, guint out)
{
    gsize padded = effnet_panels(channels) * EFFNET_LANES, taps = kernel * kernel;
    gsize in_step = padded + EFFNET_LANES * checkasm_random(0, 2), out_step = padded + 3;

    *c = (Case){.in_row = size * in_step, .n_out = out * out_step};
    c->in = checkasm_alloc(EFFNET_TYPE_S16, size * c->in_row);
    int8_randomize(c->in, size * c->in_row);
    c->weights = int8_weights(channels * taps);
    c->packed = checkasm_alloc(EFFNET_TYPE_U8, effnet_dwconv_packed_bytes_int8(kernel, channels));
    effnet_dwconv_pack_int8(c->packed, c->weights, kernel, channels);
    c->scale = int8_scales(padded, taps * 100);
    c->bias = int8_biases(padded);
    c->out = checkasm_alloc(EFFNET_TYPE_S16, c->n_out);
    c->sum = checkasm_alloc(EFFNET_TYPE_F32, padded);
    c->quant = (EffNetQuant){.high = 6000, .step = 1e-3f};
    effnet_silu_init(&c->quant.silu, c->quant.step);
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
        .panels = effnet_panels(channels),
        .quant = &c->quant,
        .scale = c->scale,
    };
}

static void
case_clear(Case *c)
{
    gpointer const all[] = {c->in, c->weights, c->packed, c->scale, c->bias, c->out, c->sum};

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
    gsize n_sum = d->panels * EFFNET_LANES;
    g_autofree gint16 *out = NULL;
    g_autofree float *sum = NULL;

    memset(c->out, 0, c->n_out * sizeof *c->out);
    memset(c->sum, 0, n_sum * sizeof *c->sum);
    effnet_dwconv_int8_kernels_c.run(d);
    out = g_memdup2(c->out, c->n_out * sizeof *out);
    sum = g_memdup2(c->sum, n_sum * sizeof *sum);
    memset(c->out, 0, c->n_out * sizeof *c->out);
    memset(c->sum, 0, n_sum * sizeof *c->sum);
    kernels->dwconv[EFFNET_TYPE_S16].run(d);
    if (memcmp(c->out, out, c->n_out * sizeof *out) != 0 ||
        memcmp(c->sum, sum, n_sum * sizeof *sum) != 0) {
        g_test_message("%ux%us%u on %u x %u panels, pad %u, act %s", d->kernel, d->kernel,
                       d->stride, d->in_size, d->panels, d->pad,
                       c->quant.is_silu ? "silu" : "clip");
        g_test_fail();
    }
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

        case_init(&c, size, checkasm_random(1, 80), kernel, stride, pads[i], outs[i]);
        for (guint row = 0; row < outs[i]; row++) {
            c.quant.is_silu = checkasm_random(0, 1);
            c.dwconv.sum = row % 3 ? c.sum : NULL;
            set_rows(&c, row);
            compare_row(&c, kernels);
        }
        case_clear(&c);
    }
}

static void
test_sizes(const EffNetKernels *kernels, EffNetType type)
{
    for (guint size = 1; size <= 34; size++)
        for (guint stride = 1; stride <= 2; stride++) {
            check_shape(kernels, size, 3, stride);
            check_shape(kernels, size, 5, stride);
        }
    check_shape(kernels, 57, 5, 2);
    check_shape(kernels, 12, 7, 1); /* no kernel of its own */
}

/* The sums themselves, with the weights as they were before they were packed. */
static void
test_sums(const EffNetKernels *kernels, EffNetType type)
{
    for (guint kernel = 3; kernel <= 5; kernel += 2) {
        const guint size = 9, channels = 40, pad = kernel / 2;
        Case c;

        case_init(&c, size, channels, kernel, 1, pad, size);
        c.quant.low = G_MININT16;
        c.quant.high = G_MAXINT16;
        for (guint i = 0; i < channels; i++) {
            c.scale[i] = 1;
            c.bias[i] = 0;
        }
        for (gsize i = 0; i < size * c.in_row; i++)
            c.in[i] %= 8;
        set_rows(&c, size / 2);
        kernels->dwconv[type].run(&c.dwconv);
        for (guint i = 0; i < channels; i++) {
            gint sum = 0;

            for (guint tap = 0; tap < kernel * kernel; tap++) {
                gsize y = size / 2 + tap / kernel - pad, x = size / 2 + tap % kernel - pad;

                sum += c.in[y * c.in_row + x * c.dwconv.in_step + i] *
                       (gint)c.weights[i * kernel * kernel + tap];
            }
            g_assert_cmpint(c.out[size / 2 * c.dwconv.out_step + i], ==, effnet_saturate(sum));
        }
        case_clear(&c);
    }
}

static void
run_dwconv(gconstpointer data)
{
    const gconstpointer *pair = data;

    ((const EffNetKernels *)pair[0])->dwconv[EFFNET_TYPE_S16].run(pair[1]);
}

/* B0's shapes. */
static void
test_bench(const EffNetKernels *kernels, EffNetType type)
{
    static const struct {
        guint size, channels, kernel, stride;
    } shapes[] = {{112, 32, 3, 1}, {112, 96, 3, 2}, {56, 144, 3, 1}, {28, 240, 5, 1},
                  {14, 480, 3, 1}, {14, 672, 5, 1}, {14, 672, 5, 2}, {7, 1152, 5, 1}};

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        guint channels = shapes[i].channels, size = shapes[i].size, stride = shapes[i].stride,
              kernel = shapes[i].kernel;
        g_autofree char *name =
            g_strdup_printf("dwconv_int8_%ux%us%u_%u_%u", kernel, kernel, stride, size, channels);
        Case c;

        case_init(&c, size, channels, kernel, stride, (kernel - 1) / 2, size / stride);
        c.quant.is_silu = TRUE;
        set_rows(&c, size / stride / 2);
        compare_row(&c, kernels);
        checkasm_bench(name, kernels, type, 2.0 * size / stride * channels * kernel * kernel,
                       run_dwconv, (gconstpointer[]){kernels, &c.dwconv});
        case_clear(&c);
    }
}

void
checkasm_dwconv_int8(void)
{
    checkasm_add_int8("dwconv/sizes", test_sizes);
    checkasm_add_int8("dwconv/sums", test_sums);
    checkasm_add_int8("dwconv/shapes", test_bench);
}
