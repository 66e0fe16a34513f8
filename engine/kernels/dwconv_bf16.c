/* SPDX-License-Identifier: BSD-2-Clause */
/* The depthwise convolution in bfloat16, the plain twin as conv_bf16.c is one. */
#include "act.h"
#include "bf16.h"
#include "dwconv.h"

gsize
effnet_dwconv_packed_bytes_bf16(guint kernel, guint channels)
{
    guint groups = (channels + EFFNET_DWCONV_BF16_CHANNELS - 1) / EFFNET_DWCONV_BF16_CHANNELS;

    return groups * effnet_dwconv_pairs(kernel) * EFFNET_DWCONV_BF16_CHANNELS * 2 * sizeof(guint16);
}

void
effnet_dwconv_pack_bf16(gpointer dst, const float *weights, guint kernel, guint channels)
{
    guint16 *packed = dst;

    memset(packed, 0, effnet_dwconv_packed_bytes_bf16(kernel, channels));
    for (guint c = 0; c < channels; c++)
        for (guint y = 0; y < kernel; y++)
            for (guint x = 0; x < kernel; x++)
                packed[effnet_dwconv_bf16_at(kernel, c, y, x)] = effnet_bf16_from_float(*weights++);
}

/* The taps of one output pixel and panel that lie inside of the picture. */
static void
window_times_filter(const EffNetDwconv *a, guint x, guint panel, float *sum)
{
    const guint16 *weights = a->weights;

    memcpy(sum, a->bias + panel * EFFNET_LANES, EFFNET_LANES * sizeof *sum);
    for (guint ky = 0; ky < a->kernel; ky++)
        for (guint kx = 0; kx < a->kernel; kx++) {
            guint column = x * a->stride + kx - a->pad; /* wraps where it is left of the picture */
            const guint16 *in;

            if (!a->rows[ky] || column >= a->in_size)
                continue;
            in = (const guint16 *)a->rows[ky] + column * a->in_stride + panel * EFFNET_LANES;
            for (guint i = 0; i < EFFNET_LANES; i++) {
                gsize at = effnet_dwconv_bf16_at(a->kernel, panel * EFFNET_LANES + i, ky, kx);

                sum[i] += effnet_bf16_to_float(in[i]) * effnet_bf16_to_float(weights[at]);
            }
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
    .unit = 2,
    .pack = effnet_dwconv_pack_bf16,
    .packed_bytes = effnet_dwconv_packed_bytes_bf16,
    .run = dwconv_bf16_c,
};
