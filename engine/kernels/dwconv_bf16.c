/* SPDX-License-Identifier: BSD-2-Clause */
/* The reference of the depthwise convolution in bfloat16; see conv_bf16.c about its sums. */
#include "act.h"
#include "bf16.h"
#include "dwconv.h"

gsize
effnet_dwconv_packed_bytes_bf16(guint kernel, guint channels)
{
    return (gsize)effnet_panels(channels) * EFFNET_LANES * kernel * kernel * sizeof(guint16);
}

void
effnet_dwconv_pack_bf16(gpointer dst, const float *weights, guint kernel, guint channels)
{
    guint taps = kernel * kernel;
    guint16 *packed = dst;

    for (guint first = 0; first < channels; first += EFFNET_LANES)
        for (guint tap = 0; tap < taps; tap++)
            for (guint c = first; c < first + EFFNET_LANES; c++)
                *packed++ = c < channels ? effnet_bf16_from_float(weights[c * taps + tap]) : 0;
}

/* The sums of output pixel X for PANEL, from the bias on, over the taps that lie inside the map. */
static void
window_times_filter(const EffNetDwconv *a, guint x, guint panel, float *sum)
{
    guint taps = a->kernel * a->kernel;
    const guint16 *weights = (const guint16 *)a->weights + (gsize)panel * taps * EFFNET_LANES;

    memcpy(sum, a->bias + panel * EFFNET_LANES, EFFNET_LANES * sizeof *sum);
    for (guint ky = 0; ky < a->kernel; ky++)
        for (guint kx = 0; kx < a->kernel; kx++) {
            guint column = x * a->stride + kx - a->pad; /* wraps left of the map */
            const guint16 *in, *w = weights + (ky * a->kernel + kx) * EFFNET_LANES;

            if (!a->rows[ky] || column >= a->in_size)
                continue;
            in = (const guint16 *)a->rows[ky] + column * a->in_stride + panel * EFFNET_LANES;
            for (guint i = 0; i < EFFNET_LANES; i++)
                sum[i] += effnet_bf16_to_float(in[i]) * effnet_bf16_to_float(w[i]);
        }
}

static void
dwconv_bf16_c(const EffNetDwconv *a)
{
    for (guint panel = 0; panel < a->panels; panel++) {
        gsize at = panel * EFFNET_LANES;
        guint16 *out = (guint16 *)a->out + at;
        float total[EFFNET_LANES] = {0};

        for (guint x = 0; x < a->out_size; x++, out += a->out_stride) {
            float sum[EFFNET_LANES];

            window_times_filter(a, x, panel, sum);
            for (guint i = 0; i < EFFNET_LANES; i++) {
                sum[i] = effnet_act(a->act, sum[i]);
                total[i] += sum[i];
                out[i] = effnet_bf16_from_float(sum[i]);
            }
        }
        if (a->sum)
            memcpy(a->sum + at, total, sizeof total);
    }
}

const EffNetDwconvKernel effnet_dwconv_bf16_c = {
    .acts = EFFNET_ACTS_ALL,
    .unit = 1,
    .pack = effnet_dwconv_pack_bf16,
    .packed_bytes = effnet_dwconv_packed_bytes_bf16,
    .run = dwconv_bf16_c,
};
