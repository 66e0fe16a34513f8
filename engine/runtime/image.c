/* SPDX-License-Identifier: BSD-2-Clause */
#include "image.h"

#include <math.h>
#include <string.h>

static gboolean
is_bytes(const EffNetPlan *plan)
{
    return plan->tensors[plan->input].type == EFFNET_TYPE_U8;
}

/* Elements from one row to the next. */
static gsize
row_stride(const EffNetPlan *plan)
{
    const EffNetPlanTensor *input = &plan->tensors[plan->input];

    return (gsize)input->size * input->channels;
}

/* Of pixels as they are counted with the border, in elements. */
static gsize
element_of(const EffNetPlan *plan, guint x, guint y, guint channel)
{
    return y * row_stride(plan) + (gsize)x * plan->tensors[plan->input].channels + channel;
}

/* Where the border before the pixels ends, in both directions. */
static guint
border_of(const EffNetPlan *plan)
{
    return plan->network->layers[0].pad_before;
}

/* The first pixel inside the border. */
static gpointer
begin(const EffNetPlan *plan, gpointer image)
{
    guint border = border_of(plan);

    return effnet_type_at(plan->tensors[plan->input].type, image,
                          element_of(plan, border, border, 0));
}

/* From a normalised value of CHANNEL back to the pixel's value. */
static guint8
to_byte(const EffNetModelInfo *info, guint channel, float value)
{
    float pixel = (value * info->std[channel] + info->mean[channel]) * 255;

    return pixel >= 0 ? (guint8)lrintf(MIN(pixel, 255.f)) : 0;
}

/* The value of a pixel as preprocessing normalises it. */
static float
to_float(const EffNetModelInfo *info, guint channel, guint8 pixel)
{
    return (float)((pixel / 255.0 - info->mean[channel]) / info->std[channel]);
}

void
effnet_image_clear(const EffNetPlan *plan, const EffNetModelInfo *info, gpointer image)
{
    const EffNetPlanTensor *input = &plan->tensors[plan->input];
    guint8 *bytes = image;

    memset(image, 0, input->bytes);
    for (gsize i = 0; is_bytes(plan) && i < input->bytes; i += EFFNET_INPUT_BYTES)
        for (guint c = 0; c < info->in_channels; c++)
            bytes[i + c] = to_byte(info, c, 0);
}

gboolean
effnet_image_set_frame(const EffNetPlan *plan, EffNetPreprocess *preprocess, gpointer image,
                       const EffNetFrame *frame, GError **error)
{
    gpointer first = begin(plan, image);

    if (is_bytes(plan))
        return effnet_preprocess_run_bytes(preprocess, frame, first, row_stride(plan),
                                           EFFNET_INPUT_BYTES, error);
    return effnet_preprocess_run(preprocess, frame, first, row_stride(plan), error);
}

void
effnet_image_set_tensor(const EffNetPlan *plan, const EffNetModelInfo *info, gpointer image,
                        const float *chw)
{
    guint border = border_of(plan), size = info->resolution;
    gsize stride = plan->tensors[plan->input].channels;

    for (guint y = 0; y < size; y++)
        for (guint c = 0; c < info->in_channels; c++) {
            gsize first = element_of(plan, border, border + y, c);
            const float *row = chw + ((gsize)c * size + y) * size;
            guint8 *bytes = (guint8 *)image + first;
            float *floats = (float *)image + first;

            if (is_bytes(plan))
                for (guint x = 0; x < size; x++)
                    bytes[x * stride] = to_byte(info, c, row[x]);
            else
                for (guint x = 0; x < size; x++)
                    floats[x * stride] = row[x];
        }
}

void
effnet_image_get_tensor(const EffNetPlan *plan, const EffNetModelInfo *info, gconstpointer image,
                        float *chw)
{
    guint border = border_of(plan), size = info->resolution;
    gsize stride = plan->tensors[plan->input].channels;

    for (guint y = 0; y < size; y++)
        for (guint c = 0; c < info->in_channels; c++) {
            gsize first = element_of(plan, border, border + y, c);
            float *row = chw + ((gsize)c * size + y) * size;
            const guint8 *bytes = (const guint8 *)image + first;
            const float *floats = (const float *)image + first;

            if (is_bytes(plan))
                for (guint x = 0; x < size; x++)
                    row[x] = to_float(info, c, bytes[x * stride]);
            else
                for (guint x = 0; x < size; x++)
                    row[x] = floats[x * stride];
        }
}
