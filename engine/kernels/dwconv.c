/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "act.h"
#include "dwconv.h"

void
effnet_dwconv_pack(float *packed, const float *weights, guint taps, guint channels)
{
    for (guint first = 0; first < channels; first += EFFNET_LANES)
        for (guint t = 0; t < taps; t++)
            for (guint i = 0; i < EFFNET_LANES; i++)
                *packed++ = first + i < channels ? weights[(first + i) * taps + t] : 0;
}

/* The taps of one output pixel and panel that lie inside of the picture. */
static void
window_times_filter(const EffNetDwconv *a, guint y, guint x, guint panel, float *sum)
{
    const float *filter = a->weights + (gsize)panel * a->kernel * a->kernel * EFFNET_LANES;

    memcpy(sum, a->bias + panel * EFFNET_LANES, EFFNET_LANES * sizeof *sum);
    for (guint ky = 0; ky < a->kernel; ky++) {
        guint row = y * a->stride + ky - a->pad; /* wraps where it is above the picture */

        if (row >= a->in_size)
            continue;
        for (guint kx = 0; kx < a->kernel; kx++) {
            guint column = x * a->stride + kx - a->pad;
            const float *w = filter + (ky * a->kernel + kx) * EFFNET_LANES, *in;

            if (column >= a->in_size)
                continue;
            in = a->in + ((gsize)row * a->in_size + column) * a->channels + panel * EFFNET_LANES;
            for (guint i = 0; i < EFFNET_LANES; i++)
                sum[i] += in[i] * w[i];
        }
    }
}

void
effnet_dwconv_f32_c(const EffNetDwconv *a)
{
    for (guint y = a->first_row; y < a->end_row; y++)
        for (guint panel = a->first_panel; panel < a->end_panel; panel++) {
            gsize at = panel * EFFNET_LANES;
            float *out = a->out + (gsize)y * a->out_size * a->channels + at;
            float total[EFFNET_LANES] = {0};

            for (guint x = 0; x < a->out_size; x++, out += a->channels) {
                window_times_filter(a, y, x, panel, out);
                for (guint i = 0; i < EFFNET_LANES; i++)
                    total[i] += out[i] = effnet_act(a->act, out[i]);
            }
            if (a->row_sums)
                memcpy(a->row_sums + y * a->channels + at, total, sizeof total);
        }
}
