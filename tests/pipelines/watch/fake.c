/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake.h"

#include "meta.h"
#include "results.h"

GstBuffer *
effnet_test_fake_frame(GstClockTime pts, const char *label, gint index, float score, guint age,
                       GstClockTime inferred)
{
    const gint indices[] = {index, 99};
    const EffNetTestResult result = {
        .roi_id = -1,
        .age = age,
        .pts = inferred,
        .labels = {label, "other"},
        .indices = indices,
        .scores = {score, 0.01f},
    };
    GstBuffer *buffer = gst_buffer_new();

    GST_BUFFER_PTS(buffer) = pts;
    if (label == NULL)
        return buffer;
    gst_efficientnet_meta_register();
    effnet_test_attach_results(buffer, &result, 1);
    return buffer;
}
