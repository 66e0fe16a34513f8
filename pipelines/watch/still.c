/* SPDX-License-Identifier: BSD-2-Clause */
#include "still.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#define PATIENCE (10 * GST_SECOND)

struct _EffNetWatchStill {
    GstElement *pipeline;
    GstAppSrc *in;
    GstAppSink *out;
};

EffNetWatchStill *
effnet_watch_still_new(GError **error)
{
    g_autoptr(EffNetWatchStill) self = g_new0(EffNetWatchStill, 1);

    self->pipeline = gst_parse_launch("appsrc name=in format=time ! jpegenc quality=90 ! "
                                      "appsink name=out sync=false async=false",
                                      NULL);
    if (self->pipeline == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                    "GStreamer's element jpegenc is not installed");
        return NULL;
    }
    gst_object_ref_sink(self->pipeline);
    self->in = GST_APP_SRC(gst_bin_get_by_name(GST_BIN(self->pipeline), "in"));
    self->out = GST_APP_SINK(gst_bin_get_by_name(GST_BIN(self->pipeline), "out"));
    gst_element_set_state(self->pipeline, GST_STATE_PLAYING);
    return g_steal_pointer(&self);
}

void
effnet_watch_still_free(EffNetWatchStill *self)
{
    if (self->pipeline)
        gst_element_set_state(self->pipeline, GST_STATE_NULL);
    gst_clear_object(&self->in);
    gst_clear_object(&self->out);
    gst_clear_object(&self->pipeline);
    g_free(self);
}

/* What JPEG files are: of full range, with BT.601's matrix. */
static void
describe(GstVideoInfo *info, const GstVideoInfo *of, guint width, guint height)
{
    gst_video_info_set_format(info, GST_VIDEO_FORMAT_I420, width, height);
    info->colorimetry.range = GST_VIDEO_COLOR_RANGE_0_255;
    info->colorimetry.matrix = GST_VIDEO_COLOR_MATRIX_BT601;
    info->colorimetry.transfer = of->colorimetry.transfer;
    info->colorimetry.primaries = of->colorimetry.primaries;
    info->fps_n = of->fps_n;
    info->fps_d = of->fps_d;
    info->par_n = of->par_n;
    info->par_d = of->par_d;
}

/* Cuts ZONE out of FRAME, and scales it to INFO's size. */
static GstBuffer *
convert(GstVideoFrame *frame, const EffNetRect *zone, GstVideoInfo *info)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, info->size, NULL);
    GstVideoConverter *converter = gst_video_converter_new(
        &frame->info, info,
        gst_structure_new("crop", GST_VIDEO_CONVERTER_OPT_SRC_X, G_TYPE_INT, (gint)zone->x,
                          GST_VIDEO_CONVERTER_OPT_SRC_Y, G_TYPE_INT, (gint)zone->y,
                          GST_VIDEO_CONVERTER_OPT_SRC_WIDTH, G_TYPE_INT, (gint)zone->w,
                          GST_VIDEO_CONVERTER_OPT_SRC_HEIGHT, G_TYPE_INT, (gint)zone->h, NULL));
    GstVideoFrame converted;

    if (converter && gst_video_frame_map(&converted, info, buffer, GST_MAP_WRITE)) {
        gst_video_converter_frame(converter, frame, &converted);
        gst_video_frame_unmap(&converted);
    } else {
        gst_clear_buffer(&buffer);
    }
    if (converter)
        gst_video_converter_free(converter);
    return buffer;
}

/* The picture as I420, in a sample that tells so; NULL if it cannot be had. */
static GstSample *
cut(GstSample *sample, const EffNetRect *zone)
{
    guint longer = MAX(zone->w, zone->h);
    double scale = MIN(1.0, (double)EFFNET_WATCH_STILL_MAX / MAX(longer, 1));
    GstVideoInfo from, to;
    GstVideoFrame frame;
    g_autoptr(GstBuffer) buffer = NULL;
    g_autoptr(GstCaps) caps = NULL;

    if (!gst_video_info_from_caps(&from, gst_sample_get_caps(sample)) ||
        !gst_video_frame_map(&frame, &from, gst_sample_get_buffer(sample), GST_MAP_READ))
        return NULL;
    describe(&to, &from, MAX((guint)(zone->w * scale + 0.5), 1),
             MAX((guint)(zone->h * scale + 0.5), 1));
    buffer = convert(&frame, zone, &to);
    gst_video_frame_unmap(&frame);
    if (buffer == NULL)
        return NULL;
    caps = gst_video_info_to_caps(&to);
    return gst_sample_new(buffer, caps, NULL, NULL);
}

GBytes *
effnet_watch_still_encode(EffNetWatchStill *self, GstSample *sample, const EffNetRect *zone,
                          GError **error)
{
    g_autoptr(GstSample) picture = cut(sample, zone);
    g_autoptr(GstSample) coded = NULL;
    gpointer bytes;
    gsize size;

    if (picture && gst_app_src_push_sample(self->in, picture) == GST_FLOW_OK)
        coded = gst_app_sink_try_pull_sample(self->out, PATIENCE);
    if (coded == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "no JPEG picture can be made of a frame");
        return NULL;
    }
    gst_buffer_extract_dup(gst_sample_get_buffer(coded), 0, (gsize)-1, &bytes, &size);
    return g_bytes_new_take(bytes, size);
}
