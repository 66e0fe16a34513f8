/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "act.h"
#include "dwconv.h"

gsize
effnet_dwconv_packed_bytes_f32(guint kernel, guint channels)
{
    return (gsize)kernel * kernel * effnet_panels(channels) * EFFNET_LANES * sizeof(float);
}

void
effnet_dwconv_pack_f32(gpointer dst, const float *weights, guint kernel, guint channels)
{
    float *packed = dst;
    guint taps = kernel * kernel;

    for (guint first = 0; first < channels; first += EFFNET_LANES)
        for (guint t = 0; t < taps; t++)
            for (guint i = 0; i < EFFNET_LANES; i++)
                *packed++ = first + i < channels ? weights[(first + i) * taps + t] : 0;
}

/* The sums of output pixel X for PANEL, from the bias on, over the taps that lie inside the map. */
static void
window_times_filter(const EffNetDwconv *a, guint x, guint panel, float *sum)
{
    const float *w =
        (const float *)a->weights + (gsize)panel * a->kernel * a->kernel * EFFNET_LANES;

    memcpy(sum, a->bias + panel * EFFNET_LANES, EFFNET_LANES * sizeof *sum);
    for (guint ky = 0; ky < a->kernel; ky++)
        for (guint kx = 0; kx < a->kernel; kx++, w += EFFNET_LANES) {
            guint column = x * a->stride + kx - a->pad; /* wraps left of the map */
            const float *in;

            if (!a->rows[ky] || column >= a->in_size)
                continue;
            in = (const float *)a->rows[ky] + column * a->in_stride + panel * EFFNET_LANES;
            for (guint i = 0; i < EFFNET_LANES; i++)
                sum[i] += in[i] * w[i];
        }
}

static void
dwconv_f32_c(const EffNetDwconv *a)
{
    for (guint panel = 0; panel < a->panels; panel++) {
        gsize at = panel * EFFNET_LANES;
        float *out = (float *)a->out + at, total[EFFNET_LANES] = {0};

        for (guint x = 0; x < a->out_size; x++, out += a->out_stride) {
            window_times_filter(a, x, panel, out);
            for (guint i = 0; i < EFFNET_LANES; i++)
                total[i] += out[i] = effnet_act(a->act, out[i]);
        }
        if (a->sum)
            memcpy(a->sum + at, total, sizeof total);
    }
}

const EffNetDwconvKernel effnet_dwconv_f32_c = {
    .acts = EFFNET_ACTS_ALL,
    .unit = 1,
    .pack = effnet_dwconv_pack_f32,
    .packed_bytes = effnet_dwconv_packed_bytes_f32,
    .run = dwconv_f32_c,
};
