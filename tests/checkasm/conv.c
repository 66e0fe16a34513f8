/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "checkasm.h"

/* A product of up to 1500 terms of size 1, summed in another order. */
#define BOUND 2e-4f

typedef struct {
    guint pixels, runs, run, out; /* out: channels, not a whole number of panels */
    gboolean gate, residual, pool;
    EffNetAct act;
    gboolean act_first;
} Shape;

typedef struct {
    EffNetConv conv;
    float *in, *rows, *packed, *bias, *gate, *residual, *out, *pool, *scratch;
    guint columns;
    gsize k;
} Case;

static void
case_init(Case *c, const Shape *s)
{
    guint panels = effnet_panels(s->out), gap = checkasm_random(0, 5);
    gsize step = (s->runs == 1 ? s->run : s->run / 3 * 2) + gap;
    gsize run_step = s->pixels * step + s->run;

    c->columns = panels * EFFNET_LANES;
    c->k = (gsize)s->runs * s->run;
    c->in = checkasm_alloc(s->runs * run_step);
    c->rows = checkasm_alloc(c->k * s->out);
    c->packed = checkasm_alloc(c->k * c->columns);
    c->bias = checkasm_alloc(c->columns);
    c->gate = checkasm_alloc(s->run);
    c->residual = checkasm_alloc((gsize)s->pixels * c->columns);
    c->out = checkasm_alloc((gsize)s->pixels * c->columns);
    c->pool = checkasm_alloc(c->columns);
    c->scratch = checkasm_alloc(effnet_conv_scratch(s->pixels, c->k, panels) / sizeof(float));
    checkasm_randomize(c->in, s->runs * run_step);
    checkasm_randomize(c->rows, c->k * s->out);
    checkasm_randomize(c->bias, c->columns);
    checkasm_randomize(c->gate, s->run);
    checkasm_randomize(c->residual, (gsize)s->pixels * c->columns);
    c->conv = (EffNetConv){
        .in = c->in,
        .in_step = step,
        .runs = s->runs,
        .run = s->run,
        .run_step = run_step,
        .gate = s->gate ? c->gate : NULL,
        .weights = c->packed,
        .bias = c->bias,
        .all_panels = panels,
        .first_panel = panels > 2 ? 1 : 0,
        .panels = panels > 2 ? panels - 1 : panels,
        .pixels = s->pixels,
        .out = s->pool ? NULL : c->out,
        .out_step = c->columns,
        .residual = s->residual ? c->residual : NULL,
        .residual_step = c->columns,
        .pool = s->pool ? c->pool : NULL,
        .act = s->act,
        .act_first = s->act_first,
        .scratch = c->scratch,
    };
}

static void
case_clear(Case *c)
{
    float *const all[] = {c->in,       c->rows, c->packed, c->bias,   c->gate,
                          c->residual, c->out,  c->pool,   c->scratch};

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        checkasm_free(all[i]);
}

/* Runs KERNELS on the case and copies what it was to write, the rest as it was. */
static float *
outcome(Case *c, const Shape *s, const EffNetConvKernels *kernels)
{
    gsize n = s->pool ? c->columns : (gsize)s->pixels * c->columns;
    float *out = s->pool ? c->pool : c->out;

    memset(out, 0, n * sizeof *out);
    kernels->pack(c->packed, c->rows, s->runs, s->run, s->out);
    kernels->run(&c->conv);
    return g_memdup2(out, n * sizeof *out);
}

static void
check(const EffNetKernels *kernels, const Shape *s)
{
    gsize n = effnet_panels(s->out) * EFFNET_LANES * (gsize)(s->pool ? 1 : s->pixels);
    g_autofree float *expected = NULL, *found = NULL;
    g_autofree char *what =
        g_strdup_printf("%u pixels, %u x %u to %u, act %d%s%s%s%s", s->pixels, s->runs, s->run,
                        s->out, s->act, s->act_first ? " first" : "", s->gate ? ", gate" : "",
                        s->residual ? ", residual" : "", s->pool ? ", pool" : "");
    Case c;

    case_init(&c, s);
    expected = outcome(&c, s, &effnet_conv_f32_kernels_c);
    found = outcome(&c, s, &kernels->conv[EFFNET_TYPE_F32]);
    checkasm_compare(what, found, expected, n, BOUND);
    case_clear(&c);
}

/* Every tile height and remainder of k and of panels. */
static void
test_sizes(const EffNetKernels *kernels)
{
    for (guint pixels = 1; pixels <= 45; pixels++) {
        Shape s = {.pixels = pixels, .runs = 1, .run = checkasm_random(1, 70)};

        s.out = checkasm_random(1, 150);
        check(kernels, &s);
    }
    for (guint out = 1; out <= 170; out += 7)
        check(kernels,
              &(Shape){.pixels = 1, .runs = 1, .run = checkasm_random(1, 300), .out = out});
    check(kernels, &(Shape){.pixels = 49, .runs = 1, .run = 1152, .out = 320});
}

static void
test_windows(const EffNetKernels *kernels)
{
    for (guint pixels = 1; pixels <= 30; pixels += 3)
        for (guint run = 3; run <= 27; run += 6)
            check(kernels, &(Shape){.pixels = pixels, .runs = 3, .run = run, .out = 40});
}

static void
test_fused(const EffNetKernels *kernels)
{
    for (int act = EFFNET_ACT_NONE; act <= EFFNET_ACT_SIGMOID; act++)
        for (int fused = 0; fused < 16; fused++) {
            Shape s = {
                .pixels = checkasm_random(1, 40),
                .runs = 1,
                .run = checkasm_random(8, 100),
                .out = checkasm_random(8, 100),
                .gate = fused & 1,
                .residual = fused & 2,
                .pool = fused & 4,
                .act = act,
                .act_first = fused & 8,
            };

            check(kernels, &s);
        }
}

/* Extremes, then a sweep over what sigmoid does not flatten. */
static float
activation_input(guint i)
{
    static const float extremes[] = {0.f,  -0.f,  1e-30f, -1e-30f, 85.f,  -85.f,
                                     88.f, -88.f, 120.f,  -120.f,  1e30f, -1e30f};

    return i < G_N_ELEMENTS(extremes) ? extremes[i] : (gint)(i - 2000) * 0.01f;
}

/* By products with one; within the bound that the kernels promise. */
static void
test_activations(const EffNetKernels *kernels)
{
    for (int act = EFFNET_ACT_NONE; act <= EFFNET_ACT_SIGMOID; act++) {
        const Shape s = {.pixels = 4000, .runs = 1, .run = 1, .out = 16, .act = act};
        g_autofree float *expected = NULL, *found = NULL;
        Case c;

        case_init(&c, &s);
        for (guint i = 0; i < s.pixels; i++)
            c.in[i * c.conv.in_step] = activation_input(i);
        for (guint i = 0; i < s.out; i++)
            c.rows[i] = 1;
        memset(c.bias, 0, c.columns * sizeof *c.bias);
        expected = outcome(&c, &s, &effnet_conv_f32_kernels_c);
        found = outcome(&c, &s, &kernels->conv[EFFNET_TYPE_F32]);
        checkasm_compare("activation", found, expected, s.pixels * c.columns, 3e-7f);
        case_clear(&c);
    }
}

static void
run_conv(gconstpointer data)
{
    const gconstpointer *pair = data;

    ((const EffNetKernels *)pair[0])->conv[EFFNET_TYPE_F32].run(pair[1]);
}

/* B0's shapes: early and late expansions and projections, and the classifier. */
static void
test_bench(const EffNetKernels *kernels)
{
    static const struct {
        const char *name;
        Shape shape;
    } shapes[] = {
        {"conv_stem", {112, 3, 9, 32, .act = EFFNET_ACT_SILU}},
        {"conv_16_96_silu", {3136, 1, 16, 96, .act = EFFNET_ACT_SILU}},
        {"conv_16_96", {3136, 1, 16, 96}},
        {"conv_144_24_gate", {3136, 1, 144, 24, .gate = TRUE, .residual = TRUE}},
        {"conv_80_480_silu", {196, 1, 80, 480, .act = EFFNET_ACT_SILU}},
        {"conv_480_80_gate", {196, 1, 480, 80, .gate = TRUE, .residual = TRUE}},
        {"conv_1152_192_gate", {49, 1, 1152, 192, .gate = TRUE}},
        {"conv_320_1280_pool", {49, 1, 320, 1280, .pool = TRUE, .act = EFFNET_ACT_SILU}},
        {"linear_1280_1000", {1, 1, 1280, 1000}},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        const Shape *s = &shapes[i].shape;
        Case c;

        check(kernels, s);
        case_init(&c, s);
        kernels->conv[EFFNET_TYPE_F32].pack(c.packed, c.rows, s->runs, s->run, s->out);
        checkasm_bench(shapes[i].name, kernels, 2.0 * s->pixels * c.k * s->out, run_conv,
                       (gconstpointer[]){kernels, &c.conv});
        case_clear(&c);
    }
}

void
checkasm_conv(void)
{
    checkasm_add("conv/sizes", test_sizes);
    checkasm_add("conv/windows", test_windows);
    checkasm_add("conv/fused", test_fused);
    checkasm_add("conv/activations", test_activations);
    checkasm_add("conv/shapes", test_bench);
}
