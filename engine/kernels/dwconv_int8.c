/* SPDX-License-Identifier: BSD-2-Clause */
#include "dwconv.h"

static gsize
packed_bytes(guint kernel, guint channels)
{
    return (gsize)effnet_dwconv_pairs_int8(kernel) * effnet_panels(channels) * EFFNET_LANES * 2 *
           sizeof(gint16);
}

/* Panels x pairs of taps (effnet_dwconv_pairs_int8()) x EFFNET_LANES x 2 numbers of 16 bits. */
static void
pack(gpointer dst, const float *weights, guint kernel, guint channels)
{
    gint16 *packed = dst;
    guint taps = kernel * kernel;

    for (guint first = 0; first < channels; first += EFFNET_LANES)
        for (guint i = 0; i < effnet_dwconv_pairs_int8(kernel) * EFFNET_LANES * 2; i++) {
            guint lane = i / 2 % EFFNET_LANES, column = i / 2 / EFFNET_LANES % kernel;
            guint tap = (i / 2 / EFFNET_LANES / kernel * 2 + i % 2) * kernel + column;
            guint channel = first + lane;

            *packed++ = channel < channels && tap < taps ? weights[channel * taps + tap] : 0;
        }
}

static gint16
number_at(EffNetType type, gconstpointer numbers, gsize at)
{
    return type == EFFNET_TYPE_U8 ? ((const guint8 *)numbers)[at] : ((const gint16 *)numbers)[at];
}

/* The sums of output pixel X for PANEL, over the taps that lie inside the map. */
static void
window_times_filter(const EffNetDwconv *a, EffNetType type, guint x, guint panel, gint32 *sum)
{
    const gint16 *w =
        (const gint16 *)a->weights + panel * packed_bytes(a->kernel, EFFNET_LANES) / sizeof *w;

    for (guint i = 0; i < EFFNET_LANES; i++)
        sum[i] = 0;
    for (guint ky = 0; ky < a->kernel; ky++)
        for (guint kx = 0; kx < a->kernel; kx++) {
            guint column = x * a->stride + kx - a->pad; /* wraps left of the map */
            const gint16 *tap = w + ((ky / 2 * a->kernel + kx) * EFFNET_LANES) * 2 + ky % 2;
            gsize at = column * a->in_stride + panel * EFFNET_LANES;

            if (!a->rows[ky] || column >= a->in_size)
                continue;
            for (guint i = 0; i < EFFNET_LANES; i++)
                sum[i] += number_at(type, a->rows[ky], at + i) * tap[2 * i];
        }
}

static void
dwconv_int8_c(const EffNetDwconv *a)
{
    for (guint panel = 0; panel < a->panels; panel++) {
        gsize at = panel * EFFNET_LANES;
        gint16 *out = (gint16 *)a->out + at;
        gint32 sum[EFFNET_LANES], total[EFFNET_LANES] = {0};

        for (guint x = 0; x < a->out_size; x++, out += a->out_stride) {
            window_times_filter(a, EFFNET_TYPE_S16, x, panel, sum);
            for (guint i = 0; i < EFFNET_LANES; i++) {
                float value = fmaf(sum[i], a->scale[at + i], a->bias[at + i]);

                out[i] = effnet_quant_act(a->quant, effnet_round(value));
                total[i] += out[i];
            }
        }
        for (guint i = 0; a->sum && i < EFFNET_LANES; i++)
            a->sum[at + i] = total[i] * a->quant->unit;
    }
}

static void
dwconv_u8_c(const EffNetDwconv *a)
{
    gint32 sum[EFFNET_LANES];

    for (guint panel = 0; panel < a->panels; panel++)
        for (guint x = 0; x < a->out_size; x++) {
            gsize at = panel * EFFNET_LANES;
            guint8 *out = (guint8 *)a->out + x * a->out_stride + at;

            window_times_filter(a, EFFNET_TYPE_U8, x, panel, sum);
            for (guint i = 0; i < EFFNET_LANES; i++)
                out[i] = effnet_quant_byte(
                    effnet_round(fmaf(sum[i], a->scale[at + i], a->bias[at + i])));
        }
}

const EffNetDwconvKernel effnet_dwconv_int8_c = {
    .acts = EFFNET_ACTS_ALL,
    .unit = 1,
    .pack = pack,
    .packed_bytes = packed_bytes,
    .run = dwconv_int8_c,
};

const EffNetDwconvKernel effnet_dwconv_u8_c = {
    .acts = EFFNET_ACTS_ALL,
    .padded = TRUE,
    .unit = 1,
    .pack = pack,
    .packed_bytes = packed_bytes,
    .run = dwconv_u8_c,
};
