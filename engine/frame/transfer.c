/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/transfer.h"

#include <math.h>

#define WHITE    203.0 /* reference white in cd/m2, ITU-R BT.2408 */
#define PQ_PEAK  10000.0
#define HLG_PEAK 1000.0 /* peak of the display whose system gamma this is */

/* ITU-R BT.2100: the light, in cd/m2, that SIGNAL stands for. */
static double
pq_light(double signal)
{
    const double m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128;
    const double c1 = 3424.0 / 4096, c2 = 2413.0 / 4096 * 32, c3 = 2392.0 / 4096 * 32;
    double power = pow(signal, 1 / m2);

    return PQ_PEAK * pow(fmax(power - c1, 0) / (c2 - c3 * power), 1 / m1);
}

static double
hlg_light(double signal)
{
    const double a = 0.17883277, b = 0.28466892, c = 0.55991073, gamma = 1.2;
    double scene = signal <= 0.5 ? signal * signal / 3 : (exp((signal - c) / a) + b) / 12;

    return HLG_PEAK * pow(scene, gamma);
}

/* IEC 61966-2-1. */
static double
srgb_signal(double light)
{
    return light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
}

void
effnet_transfer_init(guint8 table[256], EffNetTransfer transfer)
{
    for (guint i = 0; i < 256; i++) {
        double signal = i / 255.0;

        if (transfer != EFFNET_TRANSFER_SDR) {
            double light = transfer == EFFNET_TRANSFER_PQ ? pq_light(signal) : hlg_light(signal);

            signal = srgb_signal(fmin(light / WHITE, 1));
        }
        table[i] = (guint8)lrint(255 * signal);
    }
}
