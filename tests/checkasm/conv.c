/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <string.h>

#include "checkasm.h"
#include "kernels/act.h"

static const EffNetConvKernel *const twins[EFFNET_TYPES] = {
    [EFFNET_TYPE_F32] = &effnet_conv_f32_c,
    [EFFNET_TYPE_BF16] = &effnet_conv_bf16_c,
};

typedef struct {
    guint pixels, spans, span, out; /* out: channels, not necessarily whole panels */
    gboolean gate, residual, pool;
    EffNetAct act;
    gboolean act_first;
    gboolean floats; /* inputs are F32, whatever the kernels' type: vectors, or the stem's input */
} Shape;

typedef struct {
    EffNetConv conv;
    EffNetType type, out_type;                   /* the kernels' type, and that of the outputs */
    gpointer in, packed, residual, out, scratch; /* PACKED: room for either kernel */
    float *rows, *bias, *gate, *pool;
    guint columns;
    gsize k;
} Case;

static gsize
packed_bytes(const EffNetConvKernel *kernel, const Shape *s)
{
    return effnet_conv_packed_bytes(kernel, s->spans, s->span, s->out);
}

static void
case_init(Case *c, const Shape *s, const EffNetKernels *kernels, EffNetType type)
{
    const EffNetConvKernel *own = &kernels->conv[type];
    EffNetType in_type = s->floats || s->span % own->group ? EFFNET_TYPE_F32 : type;
    guint panels = effnet_panels(s->out), gap = checkasm_random(0, 5);
    gsize stride = (s->spans == 1 ? s->span : s->span / 3 * 2) + gap;
    gsize span_stride = s->pixels * stride + s->span;

    c->type = type;
    c->out_type = s->pool || s->floats ? EFFNET_TYPE_F32 : type;
    c->columns = panels * EFFNET_LANES;
    c->k = (gsize)s->spans * s->span;
    c->in = checkasm_alloc(in_type, s->spans * span_stride);
    c->rows = checkasm_alloc(EFFNET_TYPE_F32, c->k * s->out);
    c->packed =
        checkasm_alloc(EFFNET_TYPE_U8, MAX(packed_bytes(own, s), packed_bytes(twins[type], s)));
    c->bias = checkasm_alloc(EFFNET_TYPE_F32, c->columns);
    c->gate = checkasm_alloc(EFFNET_TYPE_F32, s->span);
    c->residual = checkasm_alloc(type, (gsize)s->pixels * c->columns);
    c->out = checkasm_alloc(c->out_type, (gsize)s->pixels * c->columns);
    c->pool = checkasm_alloc(EFFNET_TYPE_F32, c->columns);
    c->scratch = checkasm_alloc(EFFNET_TYPE_U8, effnet_conv_scratch(s->pixels, c->k, panels));
    checkasm_randomize(in_type, c->in, s->spans * span_stride);
    checkasm_randomize(EFFNET_TYPE_F32, c->rows, c->k * s->out);
    memset(c->bias, 0, c->columns * sizeof *c->bias);
    checkasm_randomize(EFFNET_TYPE_F32, c->bias, s->out);
    checkasm_randomize(EFFNET_TYPE_F32, c->gate, s->span);
    checkasm_randomize(type, c->residual, (gsize)s->pixels * c->columns);
    c->conv = (EffNetConv){
        .in_type = in_type,
        .out_type = c->out_type,
        .in = c->in,
        .in_stride = stride,
        .spans = s->spans,
        .span = s->span,
        .span_stride = span_stride,
        .gate = s->gate ? c->gate : NULL,
        .weights = c->packed,
        .bias = c->bias,
        .all_panels = panels,
        .half_panel = effnet_half_panel(s->out),
        .first_panel = panels > 2 ? 1 : 0,
        .panels = panels > 2 ? panels - 1 : panels,
        .pixels = s->pixels,
        .out = s->pool ? NULL : c->out,
        .out_stride = c->columns,
        .residual = s->residual ? c->residual : NULL,
        .residual_stride = c->columns,
        .pool = s->pool ? c->pool : NULL,
        .act = s->act,
        .act_first = s->act_first,
        .scratch = c->scratch,
    };
}

static void
case_clear(Case *c)
{
    const gpointer all[] = {c->in,       c->rows, c->packed, c->bias,   c->gate,
                            c->residual, c->out,  c->pool,   c->scratch};

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        checkasm_free(all[i]);
}

/* Runs KERNELS on the case and returns a copy of its outputs. */
static gpointer
outcome(Case *c, const Shape *s, const EffNetConvKernel *kernels)
{
    gsize n = s->pool ? c->columns : (gsize)s->pixels * c->columns;
    gsize bytes = n * effnet_type_bytes(c->out_type);
    gpointer out = s->pool ? c->pool : c->out;

    memset(out, 0, bytes);
    kernels->pack(c->packed, c->rows, s->spans, s->span, s->out);
    kernels->run(&c->conv);
    return g_memdup2(out, bytes);
}

/* The bound for sums of up to 1500 terms of size 1. F32: another order of summing. BF16: that;
 * SiLU, which is up to 3.4e-3 off where it is nearly linear; a gate, which may be rounded on either
 * side of the product (the sum's deviation is 2.2e-4 times the square root of the number of terms,
 * and the largest of thousands of sums counts); and outputs that may be rounded the other way. */
static float
bound_of(const Case *c, const Shape *s)
{
    gboolean is_exact = c->out_type == EFFNET_TYPE_F32 && s->act < EFFNET_ACT_SILU;

    if (c->type == EFFNET_TYPE_F32)
        return 2e-4f;
    return s->gate ? 0.01f + 2e-3f * sqrtf(c->k) : is_exact ? 1e-3f : 0.008f;
}

static void
check(const EffNetKernels *kernels, EffNetType type, const Shape *s)
{
    gsize n = effnet_panels(s->out) * EFFNET_LANES * (gsize)(s->pool ? 1 : s->pixels);
    g_autofree gpointer expected = NULL, found = NULL;
    g_autofree char *what =
        g_strdup_printf("%u pixels, %u x %u to %u, act %d%s%s%s%s", s->pixels, s->spans, s->span,
                        s->out, s->act, s->act_first ? " first" : "", s->gate ? ", gate" : "",
                        s->residual ? ", residual" : "", s->pool ? ", pool" : "");
    Case c;

    case_init(&c, s, kernels, type);
    expected = outcome(&c, s, twins[type]);
    found = outcome(&c, s, &kernels->conv[type]);
    checkasm_compare(c.out_type, what, found, expected, n, bound_of(&c, s));
    case_clear(&c);
}

/* Every height of a tile, and every remainder of k and of panels. */
static void
test_sizes(const EffNetKernels *kernels, EffNetType type)
{
    for (guint pixels = 1; pixels <= 45; pixels++) {
        Shape s = {.pixels = pixels,
                   .spans = 1,
                   .span = checkasm_random(1, 70),
                   .floats = pixels % 3 == 0};

        s.out = checkasm_random(1, 150);
        check(kernels, type, &s);
    }
    for (guint out = 1; out <= 170; out += 7)
        check(kernels, type,
              &(Shape){.pixels = 1, .spans = 1, .span = checkasm_random(1, 300), .out = out});
    check(kernels, type, &(Shape){.pixels = 49, .spans = 1, .span = 1152, .out = 320});
}

static void
test_windows(const EffNetKernels *kernels, EffNetType type)
{
    for (guint pixels = 1; pixels <= 30; pixels += 3)
        for (guint span = 3; span <= 27; span += 3)
            check(kernels, type, &(Shape){.pixels = pixels, .spans = 3, .span = span, .out = 40});
}

static gboolean
has_act(const EffNetKernels *kernels, EffNetType type, EffNetAct act)
{
    return kernels->conv[type].acts & EFFNET_ACT_BIT(act);
}

static void
test_fused(const EffNetKernels *kernels, EffNetType type)
{
    for (EffNetAct act = 0; act < EFFNET_ACTS; act++)
        for (int fused = 0; has_act(kernels, type, act) && fused < 16; fused++) {
            Shape s = {
                .pixels = checkasm_random(1, 40),
                .spans = 1,
                .span = checkasm_random(4, 50) * 2,
                .out = checkasm_random(8, 100),
                .gate = fused & 1,
                .residual = fused & 2,
                .pool = fused & 4,
                .act = act,
                .act_first = fused & 8,
            };

            check(kernels, type, &s);
        }
}

static void
test_gate(const EffNetKernels *kernels, EffNetType type)
{
    const guint pixels = 5;

    for (gsize n = EFFNET_LANES; kernels->conv[type].gate && n <= 5 * EFFNET_LANES;
         n += EFFNET_LANES) {
        gsize stride = n + checkasm_random(0, 3), size = pixels * stride;
        gpointer map = checkasm_alloc(type, size);
        float *gate = checkasm_alloc(EFFNET_TYPE_F32, n);
        g_autofree gpointer expected = NULL;

        checkasm_randomize(type, map, size);
        checkasm_randomize(EFFNET_TYPE_F32, gate, n);
        expected = g_memdup2(map, size * effnet_type_bytes(type));
        twins[type]->gate(expected, stride, pixels, gate, n);
        kernels->conv[type].gate(map, stride, pixels, gate, n);
        checkasm_compare(type, "gate", map, expected, size, 0);
        checkasm_free(map);
        checkasm_free(gate);
    }
}

/* Extremes, then a sweep over the range in which sigmoid is not flat. */
static float
activation_input(guint i)
{
    static const float extremes[] = {0.f,  -0.f,  1e-30f, -1e-30f, 85.f,  -85.f,
                                     88.f, -88.f, 120.f,  -120.f,  1e30f, -1e30f};

    return i < G_N_ELEMENTS(extremes) ? extremes[i] : (gint)(i - 2000) * 0.01f;
}

/* In bf16 the bound is relative to the activation's input, even where the output is much
 * smaller. */
static void
scale_by_inputs(float *values, const Case *c, guint pixels)
{
    for (guint i = 0; i < pixels; i++)
        for (guint j = 0; j < c->columns; j++)
            values[i * c->columns + j] /= MAX(1.f, fabsf(activation_input(i)));
}

/* Activations of products with 1 are within the bound that kernels promise. */
static void
test_activations(const EffNetKernels *kernels, EffNetType type)
{
    for (EffNetAct act = 0; act < EFFNET_ACTS; act++) {
        const Shape s = {
            .pixels = 4000, .spans = 1, .span = 1, .out = 16, .act = act, .floats = TRUE};
        g_autofree float *expected = NULL, *found = NULL;
        Case c;

        if (!has_act(kernels, type, act))
            continue;
        case_init(&c, &s, kernels, type);
        for (guint i = 0; i < s.pixels; i++)
            ((float *)c.in)[i * c.conv.in_stride] = activation_input(i);
        for (guint i = 0; i < s.out; i++)
            c.rows[i] = 1;
        memset(c.bias, 0, c.columns * sizeof *c.bias);
        expected = outcome(&c, &s, twins[type]);
        found = outcome(&c, &s, &kernels->conv[type]);
        if (type == EFFNET_TYPE_BF16) {
            scale_by_inputs(expected, &c, s.pixels);
            scale_by_inputs(found, &c, s.pixels);
        }
        checkasm_compare(EFFNET_TYPE_F32, "activation", found, expected, s.pixels * c.columns,
                         type == EFFNET_TYPE_F32 ? 3e-7f : 5.5e-4f);
        case_clear(&c);
    }
}

/* A NaN must not become a number in an activation. */
static void
test_nan(const EffNetKernels *kernels, EffNetType type)
{
    for (EffNetAct act = 0; act < EFFNET_ACTS; act++) {
        const Shape s = {.pixels = 9, .spans = 1, .span = 1, .out = 40, .act = act, .floats = TRUE};
        g_autofree float *found = NULL;
        Case c;

        if (effnet_act_get_rule(act)->kind == EFFNET_ACT_RULE_NONE || !has_act(kernels, type, act))
            continue;
        case_init(&c, &s, kernels, type);
        for (guint i = 0; i < s.pixels; i++)
            ((float *)c.in)[i * c.conv.in_stride] = NAN;
        found = outcome(&c, &s, &kernels->conv[type]);
        for (guint i = 0; i < c.conv.panels * EFFNET_LANES; i++)
            g_assert_true(isnan(found[i]));
        case_clear(&c);
    }
}

static void
run_conv(gconstpointer data)
{
    const gconstpointer *pair = data;

    ((const EffNetConvKernel *)pair[0])->run(pair[1]);
}

static void
bench_shape(const EffNetKernels *kernels, EffNetType type, const char *name, const Shape *s)
{
    Case c;

    check(kernels, type, s);
    case_init(&c, s, kernels, type);
    kernels->conv[type].pack(c.packed, c.rows, s->spans, s->span, s->out);
    checkasm_bench(name, kernels, type, 2.0 * s->pixels * c.k * s->out, run_conv,
                   (gconstpointer[]){&kernels->conv[type], &c.conv});
    case_clear(&c);
}

/* B0's shapes: early and late expansions and projections, and the classifier. */
static void
test_bench(const EffNetKernels *kernels, EffNetType type)
{
    const EffNetAct silu = effnet_kernel_act(EFFNET_ACT_SILU, type);
    const struct {
        const char *name;
        Shape shape;
    } shapes[] = {
        {"conv_stem", {112, 3, 9, 32, .act = silu}},
        {"conv_16_96_silu", {3136, 1, 16, 96, .act = silu}},
        {"conv_16_96", {3136, 1, 16, 96}},
        {"conv_144_24_gate", {3136, 1, 144, 24, .gate = TRUE, .residual = TRUE}},
        {"conv_80_480_silu", {196, 1, 80, 480, .act = silu}},
        {"conv_480_80_gate", {196, 1, 480, 80, .gate = TRUE, .residual = TRUE}},
        {"conv_1152_192_gate", {49, 1, 1152, 192, .gate = TRUE}},
        {"conv_320_1280_pool", {49, 1, 320, 1280, .pool = TRUE, .act = silu}},
        {"linear_1280_1000", {1, 1, 1280, 1000, .floats = TRUE}},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++)
        bench_shape(kernels, type, shapes[i].name, &shapes[i].shape);
}

/* The cost of each activation, with few products. */
static void
test_bench_activations(const EffNetKernels *kernels, EffNetType type)
{
    for (EffNetAct act = 0; act < EFFNET_ACTS; act++) {
        const Shape s = {.pixels = 784, .spans = 1, .span = 16, .out = 96, .act = act};
        g_autofree char *name = g_strdup_printf("conv_16_96_act_%d", act);

        if (has_act(kernels, type, act))
            bench_shape(kernels, type, name, &s);
    }
}

void
checkasm_conv(void)
{
    checkasm_add("conv/sizes", test_sizes);
    checkasm_add("conv/windows", test_windows);
    checkasm_add("conv/fused", test_fused);
    checkasm_add("conv/gate", test_gate);
    checkasm_add("conv/activations", test_activations);
    checkasm_add_bf16("conv/nan", test_nan);
    checkasm_add("conv/shapes", test_bench);
    checkasm_add("conv/activation-shapes", test_bench_activations);
}
