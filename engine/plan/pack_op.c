/* SPDX-License-Identifier: BSD-2-Clause */
#include "pack_op.h"

#include <string.h>

#include "fold.h"

/* For every EFFNET_WINOGRAD_PANELS panels: their weights at each point, packed like a 1x1
 * convolution's. */
static void
pack_winograd(float *packed, const float *rows, const EffNetLayer *layer,
              const EffNetConvKernel *conv)
{
    guint channels = layer->in_channels, taps = layer->kernel * layer->kernel, n;
    gsize chunk = (gsize)EFFNET_WINOGRAD_PANELS * EFFNET_LANES * channels;
    g_autofree float *matrices = g_new(float, EFFNET_WINOGRAD_POINTS *chunk);

    for (guint first = 0; first < layer->out_channels; first += n) {
        n = MIN(EFFNET_WINOGRAD_PANELS * EFFNET_LANES, layer->out_channels - first);
        for (guint i = 0; i < n * channels; i++) {
            guint row = first + i / channels;
            float points[EFFNET_WINOGRAD_POINTS];

            effnet_winograd_filter(points, rows + (gsize)row * taps * channels + i % channels,
                                   channels);
            for (int p = 0; p < EFFNET_WINOGRAD_POINTS; p++)
                matrices[p * chunk + i] = points[p];
        }
        for (int p = 0; p < EFFNET_WINOGRAD_POINTS; p++) {
            conv->pack(packed, matrices + p * chunk, 1, channels, n);
            packed += (gsize)channels * effnet_panels(n) * EFFNET_LANES;
        }
    }
}

/* The rows, each pixel's channels padded with zeros to EFFNET_INPUT_BYTES. */
static float *
fill_pixels(const EffNetLayer *layer, const float *rows)
{
    gsize pixels = (gsize)layer->out_channels * layer->kernel * layer->kernel;
    float *filled = g_new0(float, pixels *EFFNET_INPUT_BYTES);

    for (gsize i = 0; i < pixels; i++)
        memcpy(filled + i * EFFNET_INPUT_BYTES, rows + i * layer->in_channels,
               layer->in_channels * sizeof *rows);
    return filled;
}

void
effnet_op_pack(const EffNetPlan *plan, const EffNetOp *op, guint index, float *rows,
               gpointer packed)
{
    const EffNetLayer *layer = op->layer + index;
    gsize span = effnet_layer_span(layer, plan->type);
    g_autofree float *filled = NULL;

    if (effnet_layer_is_depthwise(layer)) {
        op->dwconv->pack(packed, rows, layer->kernel, layer->out_channels);
        return;
    }
    effnet_layer_interleave(layer, rows);
    if (op->kind == EFFNET_OP_WINOGRAD) {
        pack_winograd(packed, rows, layer, op->conv);
        return;
    }
    if (span != (gsize)layer->kernel * layer->in_channels)
        rows = filled = fill_pixels(layer, rows);
    op->conv->pack(packed, rows, layer->kernel, span, layer->out_channels);
}
