/* SPDX-License-Identifier: BSD-2-Clause */
/* The convolution for CPUs that we have no kernels for: OpenBLAS multiplies, ORC does the
 * element-wise rest. OpenBLAS is loaded when it is first needed, and its settings are left
 * alone. */
#include <string.h>

#include <gmodule.h>

#include "../act.h"
#include "../tmpl.h"
#include "blas.h"
#include "elementwise.h"

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111 };

typedef void (*Sgemm)(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                      const float *a, int lda, const float *b, int ldb, float beta, float *c,
                      int ldc);

static GModule *
open_library(void)
{
    static gsize once;
    static GModule *module;

    if (g_once_init_enter(&once)) {
        module = g_module_open("libopenblas.so.0", G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
        if (module)
            g_module_make_resident(module); /* it runs threads of its own */
        g_once_init_leave(&once, 1);
    }
    return module;
}

gpointer
effnet_blas_find(const char *name)
{
    GModule *module = open_library();
    gpointer symbol = NULL;

    return module && g_module_symbol(module, name, &symbol) ? symbol : NULL;
}

static Sgemm
find_sgemm(void)
{
    static gsize once;
    static Sgemm sgemm;

    if (g_once_init_enter(&once)) {
        sgemm = (Sgemm)effnet_blas_find("cblas_sgemm");
        g_once_init_leave(&once, 1);
    }
    return sgemm;
}

/* Packs (SPANS * SPAN) x the columns of all panels, row-major, as sgemm reads them. */
static void
pack_columns(gpointer dst, const float *weights, guint spans, gsize span, guint out)
{
    float *packed = dst;
    gsize k = spans * span;
    guint columns = effnet_panels(out) * EFFNET_LANES;

    for (gsize i = 0; i < k; i++)
        for (guint c = 0; c < columns; c++)
            *packed++ = c < out ? weights[c * k + i] : 0;
}

/* Gathers the windows one after another, as a matrix, times the gate if there is one. */
static void
gather_windows(EffNetConv *a)
{
    gsize window = a->spans * a->span;
    const float *in = a->in;
    float *out = a->scratch;

    for (guint p = 0; p < a->pixels; p++)
        for (guint r = 0; r < a->spans; r++)
            memcpy(out + p * window + r * a->span, in + p * a->in_stride + r * a->span_stride,
                   a->span * sizeof(float));
    if (a->gate)
        effnet_orc_mul_f32(out, window * sizeof(float), a->gate, 0, window, a->pixels);
    a->in = out;
    a->in_stride = window;
    a->scratch = out + a->pixels * window;
}

/* OUT = the sigmoid of IN, or the hard one: the function that ACT is, or by which it multiplies its
 * input; ROWS x COLUMNS of them. Strides are in bytes. */
static void
sigmoid(EffNetAct act, float *out, int out_stride, const float *in, int in_stride, guint columns,
        guint rows)
{
    float unit = act == EFFNET_ACT_SILU_LOG2 ? EFFNET_LOG2_E : 1;

    if (act == EFFNET_ACT_HARD_SIGMOID || act == EFFNET_ACT_HARD_SWISH)
        effnet_orc_hard_sigmoid_f32(out, out_stride, in, in_stride, 1 / 6.f, 0.5f, 0.f, 1.f,
                                    columns, rows);
    else
        effnet_orc_sigmoid_f32(out, out_stride, in, in_stride, -1.f / unit, -87.f, 1.9875691500e-4f,
                               1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                               1.6666665459e-1f, 5.0000001201e-1f, columns, rows);
}

/* The activations that activate() applies. */
#define ACTS                                                                                       \
    (EFFNET_ACT_BIT(EFFNET_ACT_NONE) | EFFNET_ACT_BIT(EFFNET_ACT_RELU) |                           \
     EFFNET_ACT_BIT(EFFNET_ACT_RELU6) | EFFNET_ACT_BIT(EFFNET_ACT_SIGMOID) |                       \
     EFFNET_ACT_BIT(EFFNET_ACT_SILU_LOG2) | EFFNET_ACT_BIT(EFFNET_ACT_HARD_SWISH) |                \
     EFFNET_ACT_BIT(EFFNET_ACT_HARD_SIGMOID))

static void
activate(EffNetAct act, float *out, gsize stride, float *scratch, guint columns, guint pixels)
{
    int bytes = stride * sizeof(float), dense = columns * sizeof(float);

    switch (act) {
    default: /* NONE; all others in ACTS have a case */
        break;
    case EFFNET_ACT_RELU:
        effnet_orc_clip_f32(out, bytes, 0.f, G_MAXFLOAT, columns, pixels);
        break;
    case EFFNET_ACT_RELU6:
        effnet_orc_clip_f32(out, bytes, 0.f, 6.f, columns, pixels);
        break;
    case EFFNET_ACT_SIGMOID:
    case EFFNET_ACT_HARD_SIGMOID:
        sigmoid(act, scratch, dense, out, bytes, columns, pixels);
        for (guint p = 0; p < pixels; p++)
            memcpy(out + p * stride, scratch + p * columns, dense);
        break;
    case EFFNET_ACT_SILU_LOG2:
    case EFFNET_ACT_HARD_SWISH:
        sigmoid(act, scratch, dense, out, bytes, columns, pixels);
        effnet_orc_mul_f32(out, bytes, scratch, dense, columns, pixels);
        break;
    }
}

static void
add_residual(const EffNetConv *a, float *out, guint columns)
{
    effnet_orc_add_f32(out, a->out_stride * sizeof(float), a->residual,
                       a->residual_stride * sizeof(float), columns, a->pixels);
}

static void
mean_of_rows(float *mean, const float *rows, guint columns, guint n)
{
    memset(mean, 0, columns * sizeof *mean);
    for (guint i = 0; i < n; i++)
        for (guint c = 0; c < columns; c++)
            mean[c] += rows[(gsize)i * columns + c];
    for (guint c = 0; c < columns; c++)
        mean[c] /= n;
}

static void
conv_f32_blas(const EffNetConv *conv)
{
    EffNetConv a = *conv;
    guint first = a.first_panel * EFFNET_LANES, columns = a.panels * EFFNET_LANES;
    guint all = a.all_panels * EFFNET_LANES;
    float *out = a.out;

    if (a.gate || a.spans > 1)
        gather_windows(&a);
    if (a.pool) {
        out = a.scratch;
        a.out_stride = columns;
        a.scratch = out + (gsize)a.pixels * columns;
    }
    find_sgemm()(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, a.pixels, columns, a.spans * a.span, 1.f,
                 a.in, MAX(a.in_stride, a.spans * a.span), (const float *)a.weights + first, all,
                 0.f, out, MAX(a.out_stride, columns));
    effnet_orc_add_f32(out, a.out_stride * sizeof(float), a.bias + first, 0, columns, a.pixels);
    if (a.residual && !a.act_first)
        add_residual(&a, out, columns);
    activate(a.act, out, a.out_stride, a.scratch, columns, a.pixels);
    if (a.residual && a.act_first)
        add_residual(&a, out, columns);
    if (a.pool)
        mean_of_rows(a.pool, out, columns, a.pixels);
}

gboolean
effnet_conv_kernel_blas(EffNetConvKernel *kernel)
{
    if (!find_sgemm())
        return FALSE;
    *kernel = (EffNetConvKernel){
        .acts = ACTS,
        .group = 1,
        .group_bytes = sizeof(float),
        .tile_pixels = 16,
        .place_matters = TRUE, /* OpenBLAS computes blocks of 6, 4, 2 and 1 rows differently */
        .pack = pack_columns,
        .run = conv_f32_blas,
        .gate = kernel->gate,
    };
    return TRUE;
}
