/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkasm.h"
#include "int8.h"
#include "kernels/act.h"

static const EffNetDwconvKernel *const twins[EFFNET_TYPES] = {
    [EFFNET_TYPE_F32] = &effnet_dwconv_f32_c,
    [EFFNET_TYPE_BF16] = &effnet_dwconv_bf16_c,
    [EFFNET_TYPE_S16] = &effnet_dwconv_int8_c,
    [EFFNET_TYPE_U8] = &effnet_dwconv_u8_c,
};

/* Bounds for up to 49 terms of size 1, summed in another order. In bf16, an output may be rounded
 * the other way, and the sum of a row's 112 SiLUs deviates by 2e-3. int8 is equal bit for bit. */
static const float bounds[EFFNET_TYPES] = {2e-5f, 0.008f},
                   sum_bounds[EFFNET_TYPES] = {2e-5f, 0.02f};

typedef struct {
    EffNetDwconv dwconv; /* its rows are set for each row of outputs */
    EffNetType type;
    gpointer in, packed, reference, out; /* REFERENCE: weights as the twin packs them */
    float *weights, *scale, *bias, *sum;
    gsize in_row, n_in, n_out, n_sum;
    EffNetQuant quant;
} Case;

static void
fill_weights(Case *c, gsize n_weights, gsize lanes, guint taps)
{
    if (c->type == EFFNET_TYPE_S16 || c->type == EFFNET_TYPE_U8) {
        c->weights = int8_weights(n_weights);
        c->scale = int8_scales(lanes, taps * 100);
        c->bias = int8_biases(lanes);
        c->quant = (EffNetQuant){.high = 6000, .unit = 1e-3f};
        effnet_bump_init(&c->quant.bump, effnet_act_get_rule(EFFNET_ACT_SILU), c->quant.unit);
        return;
    }
    c->weights = checkasm_alloc(EFFNET_TYPE_F32, n_weights);
    c->scale = checkasm_alloc(EFFNET_TYPE_F32, 0);
    c->bias = checkasm_alloc(EFFNET_TYPE_F32, lanes);
    checkasm_randomize(EFFNET_TYPE_F32, c->weights, n_weights);
    checkasm_randomize(EFFNET_TYPE_F32, c->bias, lanes);
}

static void
case_init(Case *c, const EffNetKernels *kernels, EffNetType type, guint size, guint channels,
          guint kernel, guint stride, guint pad, guint out)
{
    const EffNetDwconvKernel *own = &kernels->dwconv[type];
    guint panels = effnet_panels(channels);
    gsize padded = panels * EFFNET_LANES;
    gsize in_stride = padded + EFFNET_LANES * checkasm_random(0, 2), out_stride = padded + 3;

    c->type = type;
    c->in_row = size * in_stride;
    c->n_in = size * c->in_row;
    c->n_out = (gsize)out * out_stride;
    c->n_sum = padded;
    c->in = checkasm_alloc(type, c->n_in);
    fill_weights(c, channels * kernel * kernel, padded, kernel * kernel);
    c->packed = checkasm_alloc(EFFNET_TYPE_U8, own->packed_bytes(kernel, channels));
    c->reference = checkasm_alloc(EFFNET_TYPE_U8, twins[type]->packed_bytes(kernel, channels));
    c->out = checkasm_alloc(type, c->n_out);
    c->sum = checkasm_alloc(EFFNET_TYPE_F32, c->n_sum);
    checkasm_randomize(type, c->in, c->n_in);
    own->pack(c->packed, c->weights, kernel, channels);
    twins[type]->pack(c->reference, c->weights, kernel, channels);
    c->dwconv = (EffNetDwconv){
        .in_stride = in_stride,
        .in_size = size,
        .out_size = out,
        .kernel = kernel,
        .stride = stride,
        .pad = pad,
        .weights = c->packed,
        .bias = c->bias,
        .out = c->out,
        .out_stride = out_stride,
        .sum = c->sum,
        .panels = panels,
        .quant = &c->quant,
        .scale = c->scale,
    };
}

static void
case_clear(Case *c)
{
    const gpointer all[] = {c->in,    c->weights, c->packed, c->reference,
                            c->scale, c->bias,    c->out,    c->sum};

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        checkasm_free(all[i]);
}

/* For int8 kernels, all activations but SiLU are bounds. */
static void
set_act(Case *c, EffNetAct act)
{
    c->dwconv.act = act;
    c->quant.has_bump = act == EFFNET_ACT_SILU;
}

static void
set_rows(Case *c, guint row)
{
    EffNetDwconv *d = &c->dwconv;

    for (guint tap = 0; tap < d->kernel; tap++) {
        guint in = row * d->stride + tap - d->pad;

        d->rows[tap] = in < d->in_size ? effnet_type_at(c->type, c->in, in * c->in_row) : NULL;
    }
}

static void
compare_row(Case *c, const EffNetKernels *kernels)
{
    const EffNetDwconv *d = &c->dwconv;
    EffNetDwconv plain = *d;
    gsize out_bytes = c->n_out * effnet_type_bytes(c->type);
    g_autofree gpointer out = NULL, sum = NULL;
    g_autofree char *what =
        g_strdup_printf("%ux%us%u on %u x %u panels, pad %u, act %d", d->kernel, d->kernel,
                        d->stride, d->in_size, d->panels, d->pad, d->act);

    memset(c->out, 0, out_bytes);
    memset(c->sum, 0, c->n_sum * sizeof *c->sum);
    plain.weights = c->reference;
    twins[c->type]->run(&plain);
    out = g_memdup2(c->out, out_bytes);
    sum = g_memdup2(c->sum, c->n_sum * sizeof(float));
    memset(c->out, 0, out_bytes);
    memset(c->sum, 0, c->n_sum * sizeof *c->sum);
    kernels->dwconv[c->type].run(d);
    checkasm_compare(c->type, what, c->out, out, c->n_out, bounds[c->type]);
    if (d->sum)
        checkasm_compare(EFFNET_TYPE_F32, "sum", c->sum, sum, c->n_sum, sum_bounds[c->type]);
}

/* A random activation of those in the contract. */
static EffNetAct
random_act(const EffNetKernels *kernels, EffNetType type)
{
    for (;;) {
        EffNetAct act = checkasm_random(0, EFFNET_ACTS - 1);

        if (kernels->dwconv[type].acts & EFFNET_ACT_BIT(act))
            return act;
    }
}

/* Checks "same" and symmetric padding of a KERNEL over SIZE pixels. */
static void
check_shape(const EffNetKernels *kernels, EffNetType type, guint size, guint kernel, guint stride)
{
    guint same_out = (size + stride - 1) / stride, covered = (same_out - 1) * stride + kernel;
    guint pads[] = {covered > size ? (covered - size) / 2 : 0, (kernel - 1) / 2};
    guint outs[] = {same_out, (size + 2 * pads[1] - kernel) / stride + 1};

    for (int i = 0; i < 2; i++) {
        Case c;

        case_init(&c, kernels, type, size, checkasm_random(1, 80), kernel, stride, pads[i],
                  outs[i]);
        for (guint row = 0; row < outs[i]; row++) {
            set_act(&c, random_act(kernels, type));
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
            check_shape(kernels, type, size, 3, stride);
            check_shape(kernels, type, size, 5, stride);
        }
    check_shape(kernels, type, 57, 5, 2);
}

/* Checks U8 kernels, whose rows include their zeros, and which make no sums. */
static void
check_bytes(const EffNetKernels *kernels, guint out, guint kernel, guint stride)
{
    guint size = (out - 1) * stride + kernel;
    Case c;

    case_init(&c, kernels, EFFNET_TYPE_U8, size, checkasm_random(1, 150), kernel, stride, 0, out);
    c.dwconv.sum = NULL;
    for (guint row = 0; row < out; row++) {
        set_rows(&c, row);
        compare_row(&c, kernels);
    }
    case_clear(&c);
}

static void
test_bytes(const EffNetKernels *kernels, EffNetType type)
{
    for (guint out = 1; out <= 24; out++)
        for (guint stride = 1; stride <= 2; stride++) {
            check_bytes(kernels, out, 3, stride);
            check_bytes(kernels, out, 5, stride);
        }
}

/* Checks the sums themselves, against the weights before packing. */
static void
test_sums(const EffNetKernels *kernels, EffNetType type)
{
    for (guint kernel = 3; kernel <= 5; kernel += 2) {
        const guint size = 9, channels = 40, pad = kernel / 2;
        Case c;
        gint16 *in, *out;

        case_init(&c, kernels, type, size, channels, kernel, 1, pad, size);
        in = c.in;
        out = c.out;
        c.quant.low = G_MININT16;
        c.quant.high = G_MAXINT16;
        for (guint i = 0; i < channels; i++) {
            c.scale[i] = 1;
            c.bias[i] = 0;
        }
        for (gsize i = 0; i < size * c.in_row; i++)
            in[i] %= 8;
        set_rows(&c, size / 2);
        kernels->dwconv[type].run(&c.dwconv);
        for (guint i = 0; i < channels; i++) {
            gint sum = 0;

            for (guint tap = 0; tap < kernel * kernel; tap++) {
                gsize y = size / 2 + tap / kernel - pad, x = size / 2 + tap % kernel - pad;

                sum += in[y * c.in_row + x * c.dwconv.in_stride + i] *
                       (gint)c.weights[i * kernel * kernel + tap];
            }
            g_assert_cmpint(out[size / 2 * c.dwconv.out_stride + i], ==, effnet_saturate(sum));
        }
        case_clear(&c);
    }
}

/* Sums at the ends of 32 bits give the ends of the range. */
static void
test_saturation(const EffNetKernels *kernels, EffNetType type)
{
    const guint kernel = 3, out = 17, channels = 70, size = out + kernel - 1;
    Case c;

    case_init(&c, kernels, type, size, channels, kernel, 1, 0, out);
    c.dwconv.sum = NULL;
    c.quant.low = -3000;
    for (guint i = 0; i < channels; i++) {
        c.bias[i] = i % 2 ? 0x1.fffep30f : -0x1.fffep30f;
        c.scale[i] = 1e-6f;
    }
    set_rows(&c, 0);
    kernels->dwconv[type].run(&c.dwconv);
    for (guint x = 0; x < out; x++)
        for (guint i = 0; i < channels; i++) {
            gsize at = x * c.dwconv.out_stride + i;

            if (type == EFFNET_TYPE_U8)
                g_assert_cmpint(((guint8 *)c.out)[at], ==, i % 2 ? 255 : 0);
            else
                g_assert_cmpint(((gint16 *)c.out)[at], ==, i % 2 ? 6000 : -3000);
        }
    case_clear(&c);
}

static void
run_dwconv(gconstpointer data)
{
    const gconstpointer *pair = data;

    ((const EffNetDwconvKernel *)pair[0])->run(pair[1]);
}

/* B0's shapes. */
static void
test_bench(const EffNetKernels *kernels, EffNetType type)
{
    static const struct {
        guint size, channels, kernel, stride;
    } shapes[] = {{112, 32, 3, 1}, {112, 96, 3, 2}, {56, 144, 3, 1},
                  {28, 240, 5, 1}, {14, 480, 3, 1}, {14, 672, 5, 1},
                  {14, 672, 5, 2}, {7, 1152, 5, 1}, {7, 1152, 3, 1}};

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        guint channels = shapes[i].channels, size = shapes[i].size, stride = shapes[i].stride,
              kernel = shapes[i].kernel, pad = (kernel - 1) / 2;
        g_autofree char *name =
            g_strdup_printf("dwconv_%ux%us%u_%u_%u", kernel, kernel, stride, size, channels);
        Case c;

        case_init(&c, kernels, type, size, channels, kernel, stride, pad, size / stride);
        set_act(&c, effnet_kernel_act(EFFNET_ACT_SILU, type));
        set_rows(&c, size / stride / 2);
        compare_row(&c, kernels);
        checkasm_bench(name, kernels, type, 2.0 * size / stride * channels * kernel * kernel,
                       run_dwconv, (gconstpointer[]){&kernels->dwconv[type], &c.dwconv});
        case_clear(&c);
    }
}

void
checkasm_dwconv(void)
{
    checkasm_add("dwconv/sizes", test_sizes);
    checkasm_add("dwconv/shapes", test_bench);
    checkasm_add_int8("dwconv/sizes", test_sizes);
    checkasm_add_int8("dwconv/sums", test_sums);
    checkasm_add_int8("dwconv/saturation", test_saturation);
    checkasm_add_int8("dwconv/shapes", test_bench);
    checkasm_add_bytes("dwconv/saturation", test_saturation);
    checkasm_add_bytes("dwconv/bytes", test_bytes);
}
