/* SPDX-License-Identifier: BSD-2-Clause */
/* int8 convolutions are equal bit for bit, even for extremes that would saturate. */
#include <string.h>

#include "checkasm.h"
#include "int8.h"

typedef struct {
    EffNetConv conv; /* the level's; the reference's has other weights */
    gpointer reference, packed;
    float *weights, *scale, *bias, *gate, *scratch;
    gint32 *start, *own_start; /* the level's compensates for its contract's offset */
    guint8 *in;
    gint16 *residual;
    gint8 *out;
    gsize n_in, n_out;
    EffNetQuant quant;
} Case;

typedef struct {
    guint pixels, in_channels, channels, kernel, stride;
    EffNetType in_type, out_type;
    gboolean gate, pool;
} Shape;

static void
fill_input(Case *c, EffNetType type, gsize n)
{
    c->n_in = n;
    c->in = checkasm_alloc(type, n);
    checkasm_randomize(type, c->in, n);
}

static void
set_quant(Case *c, const Shape *s)
{
    static const guint8 zeros[] = {0, 32, 128};
    gboolean narrow = s->out_type == EFFNET_TYPE_S16;

    c->quant = (EffNetQuant){
        .has_bump = checkasm_random(0, 1) && narrow,
        .low = checkasm_random(0, 1) ? 0 : G_MININT16,
        .high = checkasm_random(0, 1) ? 6000 : G_MAXINT16,
        .residual = 0.7f,
        .unit = 1e-3f,
        .in_scale = 5000,
        .zero = zeros[checkasm_random(0, 2)],
        .fixed = s->kernel > 1 || checkasm_random(0, 1) ? 200 : 0,
    };
    effnet_bump_init(&c->quant.bump, effnet_act_get_rule(EFFNET_ACT_SILU), c->quant.unit);
}

static void
set_own_start(Case *c, guint8 offset, gsize lanes, guint channels, gsize row)
{
    for (gsize i = 0; i < lanes; i++) {
        gint32 sum = 0;

        for (gsize k = 0; i < channels && k < row; k++)
            sum += (gint32)c->weights[i * row + k];
        c->own_start[i] = c->start[i] + offset * sum;
    }
}

static void
case_init(Case *c, const EffNetKernels *kernels, const Shape *s)
{
    const EffNetConvKernel *own = &kernels->conv[EFFNET_TYPE_S16];
    const EffNetConvKernel *plain = &effnet_conv_int8_c;
    gsize stride = s->kernel > 1 ? s->in_channels : effnet_panels(s->in_channels) * EFFNET_LANES;
    gsize row = s->pixels * s->stride * stride + s->kernel * stride,
          span = s->kernel * s->in_channels;
    gsize lanes = effnet_panels(s->channels) * EFFNET_LANES, out_stride = lanes + 3;

    *c = (Case){.n_out = s->pixels * out_stride};
    fill_input(c, s->in_type, row * s->kernel);
    c->weights = int8_weights(s->channels * s->kernel * span);
    c->packed =
        checkasm_alloc(EFFNET_TYPE_U8, effnet_conv_packed_bytes(own, s->kernel, span, s->channels));
    c->reference = checkasm_alloc(EFFNET_TYPE_U8,
                                  effnet_conv_packed_bytes(plain, s->kernel, span, s->channels));
    own->pack(c->packed, c->weights, s->kernel, span, s->channels);
    plain->pack(c->reference, c->weights, s->kernel, span, s->channels);
    c->scale = int8_scales(lanes, s->kernel * span);
    c->bias = int8_biases(lanes);
    c->start = checkasm_alloc(EFFNET_TYPE_F32, lanes);
    for (gsize i = 0; i < lanes; i++)
        c->start[i] = (gint32)checkasm_random(0, 20000) - 10000;
    c->own_start = checkasm_alloc(EFFNET_TYPE_F32, lanes);
    set_own_start(c, own->offset, lanes, s->channels, s->kernel * span);
    c->residual = checkasm_alloc(EFFNET_TYPE_S16, c->n_out);
    checkasm_randomize(EFFNET_TYPE_S16, c->residual, c->n_out);
    c->gate = checkasm_alloc(EFFNET_TYPE_F32, stride);
    checkasm_randomize(EFFNET_TYPE_F32, c->gate, stride);
    for (gsize i = 0; i < stride; i++)
        c->gate[i] = i % 7 ? ABS(c->gate[i]) : 1;
    c->out = checkasm_alloc(EFFNET_TYPE_F32, c->n_out);
    c->scratch = checkasm_alloc(EFFNET_TYPE_U8, effnet_conv_scratch(s->pixels, s->kernel * span,
                                                                    effnet_panels(s->channels)));
    set_quant(c, s);
    c->conv = (EffNetConv){
        .in_type = s->in_type,
        .out_type = s->out_type,
        .in = c->in,
        .in_stride = s->stride * stride,
        .spans = s->kernel,
        .span = span,
        .span_stride = row,
        .gate = s->gate ? c->gate : NULL,
        .weights = c->packed,
        .bias = c->bias,
        .all_panels = effnet_panels(s->channels),
        .panels = effnet_panels(s->channels),
        .pixels = s->pixels,
        .out = c->out,
        .out_stride = out_stride,
        .residual_stride = out_stride,
        .pool = s->pool ? (float *)c->out : NULL,
        .scratch = c->scratch,
        .quant = &c->quant,
        .scale = c->scale,
        .start = c->own_start,
    };
}

static void
case_clear(Case *c)
{
    gpointer const all[] = {c->packed, c->reference, c->weights, c->scale, c->bias,     c->gate,
                            c->start,  c->own_start, c->in,      c->out,   c->residual, c->scratch};

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        checkasm_free(all[i]);
}

static void
compare(Case *c, const EffNetKernels *kernels)
{
    EffNetConv plain = c->conv;
    g_autofree guint8 *expected = NULL;
    gsize bytes = c->n_out * sizeof(float);

    plain.weights = c->reference;
    plain.start = c->start;
    memset(c->out, 0, bytes);
    effnet_conv_int8_c.run(&plain);
    expected = g_memdup2(c->out, bytes);
    memset(c->out, 0, bytes);
    kernels->conv[EFFNET_TYPE_S16].run(&c->conv);
    if (memcmp(c->out, expected, bytes) != 0) {
        g_test_message("%u pixels of %u x %u to %u panels from %u, zero %u, fixed %d, act %s",
                       plain.pixels, plain.spans, plain.span, plain.panels, plain.first_panel,
                       c->quant.zero, c->quant.fixed, c->quant.has_bump ? "bump" : "clip");
        g_test_fail();
    }
}

static void
check(const EffNetKernels *kernels, const Shape *s)
{
    Case c;

    case_init(&c, kernels, s);
    compare(&c, kernels);
    if (s->out_type == EFFNET_TYPE_S16) {
        c.conv.residual = c.residual;
        compare(&c, kernels);
        c.conv.act_first = TRUE;
        compare(&c, kernels);
    }
    c.conv.first_panel = checkasm_random(0, c.conv.panels - 1);
    c.conv.panels -= c.conv.first_panel;
    compare(&c, kernels);
    case_clear(&c);
}

static void
test_pointwise(const EffNetKernels *kernels, EffNetType type)
{
    for (guint pixels = 1; pixels <= 31; pixels++)
        for (guint i = 0; i < 4; i++)
            check(kernels, &(Shape){.pixels = pixels,
                                    .in_channels = checkasm_random(1, 90),
                                    .channels = checkasm_random(1, 90),
                                    .kernel = 1,
                                    .stride = 1,
                                    .in_type = EFFNET_TYPE_S16,
                                    .out_type = EFFNET_TYPE_S16,
                                    .gate = i & 1,
                                    .pool = i >> 1});
}

/* Inputs, outputs or both are U8. */
static void
test_bytes(const EffNetKernels *kernels, EffNetType type)
{
    for (guint pixels = 1; pixels <= 31; pixels++)
        for (guint i = 1; i < 4; i++)
            check(kernels, &(Shape){.pixels = pixels,
                                    .in_channels = checkasm_random(1, 90),
                                    .channels = checkasm_random(1, 90),
                                    .kernel = 1,
                                    .stride = 1,
                                    .in_type = i & 1 ? EFFNET_TYPE_U8 : EFFNET_TYPE_S16,
                                    .out_type = i & 2 ? EFFNET_TYPE_U8 : EFFNET_TYPE_S16});
}

static void
test_windows(const EffNetKernels *kernels, EffNetType type)
{
    for (guint pixels = 1; pixels <= 20; pixels++)
        for (guint stride = 1; stride <= 2; stride++) {
            check(kernels, &(Shape){.pixels = pixels,
                                    .in_channels = 4 * checkasm_random(1, 9),
                                    .channels = checkasm_random(1, 50),
                                    .kernel = 3,
                                    .stride = stride,
                                    .in_type = EFFNET_TYPE_S16,
                                    .out_type = EFFNET_TYPE_S16});
            check(kernels, &(Shape){.pixels = pixels,
                                    .in_channels = 4,
                                    .channels = checkasm_random(1, 50),
                                    .kernel = 3,
                                    .stride = stride,
                                    .in_type = EFFNET_TYPE_U8,
                                    .out_type = EFFNET_TYPE_S16});
        }
}

static void
test_classifier(const EffNetKernels *kernels, EffNetType type)
{
    for (guint i = 0; i < 10; i++)
        check(kernels, &(Shape){.pixels = 1,
                                .in_channels = checkasm_random(1, 400),
                                .channels = checkasm_random(1, 300),
                                .kernel = 1,
                                .stride = 1,
                                .in_type = EFFNET_TYPE_F32,
                                .out_type = EFFNET_TYPE_F32});
}

/* Sums at the ends of 32 bits give the ends of the range, in registers and through memory. */
static void
check_saturation(const EffNetKernels *kernels, EffNetType out_type, guint pixels, gboolean bump)
{
    const Shape s = {.pixels = pixels,
                     .in_channels = 20,
                     .channels = 48,
                     .kernel = 1,
                     .stride = 1,
                     .in_type = EFFNET_TYPE_S16,
                     .out_type = out_type};
    Case c;

    case_init(&c, kernels, &s);
    c.quant.has_bump = bump;
    c.quant.low = -3000;
    c.quant.high = 6000;
    for (guint i = 0; i < s.channels; i++) {
        c.bias[i] = i % 2 ? 0x1.fffep30f : -0x1.fffep30f;
        c.scale[i] = 1e-6f;
    }
    kernels->conv[EFFNET_TYPE_S16].run(&c.conv);
    for (guint p = 0; p < pixels; p++)
        for (guint i = 0; i < s.channels; i++) {
            gsize at = p * c.conv.out_stride + i;

            if (out_type == EFFNET_TYPE_U8)
                g_assert_cmpint(((guint8 *)c.out)[at], ==, i % 2 ? 255 : 0);
            else if (bump)
                g_assert_cmpint(((gint16 *)c.out)[at], ==,
                                effnet_bump_act(&c.quant.bump, i % 2 ? G_MAXINT16 : G_MININT16));
            else
                g_assert_cmpint(((gint16 *)c.out)[at], ==, i % 2 ? 6000 : -3000);
        }
    case_clear(&c);
}

static void
test_saturation(const EffNetKernels *kernels, EffNetType type)
{
    for (guint pixels = 1; pixels <= 16; pixels += 3) {
        check_saturation(kernels, EFFNET_TYPE_U8, pixels, FALSE);
        check_saturation(kernels, EFFNET_TYPE_S16, pixels, FALSE);
        check_saturation(kernels, EFFNET_TYPE_S16, pixels, TRUE);
    }
}

static void
run_conv(gconstpointer data)
{
    const gconstpointer *pair = data;

    ((const EffNetKernels *)pair[0])->conv[EFFNET_TYPE_S16].run(pair[1]);
}

/* B0's shapes. */
static void
test_bench(const EffNetKernels *kernels, EffNetType type)
{
    static const struct {
        guint pixels, in, out;
    } shapes[] = {{448, 16, 96}, {224, 96, 24},   {112, 240, 40},  {196, 80, 480},
                  {98, 480, 80}, {49, 192, 1152}, {49, 1152, 192}, {49, 320, 1280}};

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        g_autofree char *name =
            g_strdup_printf("conv_int8_%u_%ux%u", shapes[i].pixels, shapes[i].in, shapes[i].out);
        Case c;

        case_init(&c, kernels,
                  &(Shape){.pixels = shapes[i].pixels,
                           .in_channels = shapes[i].in,
                           .channels = shapes[i].out,
                           .kernel = 1,
                           .stride = 1,
                           .in_type = EFFNET_TYPE_S16,
                           .out_type = EFFNET_TYPE_S16});
        c.quant.has_bump = shapes[i].out > shapes[i].in;
        c.quant.fixed = 0;
        compare(&c, kernels);
        checkasm_bench(name, kernels, type, 2.0 * shapes[i].pixels * shapes[i].in * shapes[i].out,
                       run_conv, (gconstpointer[]){kernels, &c.conv});
        case_clear(&c);
    }
}

void
checkasm_conv_int8(void)
{
    checkasm_add_int8("conv/pointwise", test_pointwise);
    checkasm_add_int8("conv/bytes", test_bytes);
    checkasm_add_int8("conv/windows", test_windows);
    checkasm_add_int8("conv/classifier", test_classifier);
    checkasm_add_int8("conv/saturation", test_saturation);
    checkasm_add_int8("conv/shapes", test_bench);
}
