/* SPDX-License-Identifier: BSD-2-Clause */
/* Classifies each object that a detector found. In place of a detector, a probe attaches regions to
 * each frame, as GstVideoRegionOfInterestMeta: here the four quarters.
 *
 *     cc detector-regions.c -o detector-regions \
 *         $(pkg-config --cflags --libs gstreamer-efficientnet-1.0 gstreamer-video-1.0)
 *     ./detector-regions film.mp4
 */
#include <gst/efficientnet/meta.h>
#include <gst/video/video.h>

/* What your detector finds. The buffer may be shared, so it is made writable first. */
static GstPadProbeReturn
detect(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    GstVideoInfo video;

    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    if (!caps || !gst_video_info_from_caps(&video, caps))
        return GST_PAD_PROBE_OK;
    for (guint i = 0; i < 4; i++) {
        guint w = (guint)video.width / 2, h = (guint)video.height / 2;
        GstVideoRegionOfInterestMeta *region = gst_buffer_add_video_region_of_interest_meta(
            buffer, "quarter", i % 2 * w, i / 2 * h, w, h);

        region->id = (gint)i;
    }
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
print(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    GstEfficientNetResult result;

    for (guint i = 0; gst_efficientnet_buffer_get_result(buffer, i, &result); i++)
        g_print("%8.3f s  object %d at %d,%d  %5.1f %%  %s\n", GST_BUFFER_PTS(buffer) / 1e9,
                result.roi_id, result.x, result.y,
                100 * gst_efficientnet_result_get_score(&result, 0),
                gst_efficientnet_result_get_label(&result, 0));
    return GST_PAD_PROBE_OK;
}

static void
add_probe(GstElement *pipeline, const char *name, GstPadProbeCallback callback)
{
    g_autoptr(GstElement) element = gst_bin_get_by_name(GST_BIN(pipeline), name);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(element, "src");

    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, callback, NULL, NULL);
}

/* Plays PIPELINE to its end; returns NULL, or what went wrong. */
static GError *
play(GstElement *pipeline)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autoptr(GstMessage) message = NULL;
    GError *error = NULL;

    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        gst_message_parse_error(message, &error, NULL);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    return error;
}

int
main(int argc, char **argv)
{
    g_autoptr(GstElement) pipeline = NULL, source = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *uri = NULL;

    gst_init(&argc, &argv);
    if (argc != 2) {
        g_printerr("detector-regions FILE-or-URI\n");
        return 1;
    }
    uri = gst_uri_is_valid(argv[1]) ? g_strdup(argv[1]) : gst_filename_to_uri(argv[1], NULL);
    pipeline = gst_parse_launch("uridecodebin name=source ! videoconvert ! identity name=detector "
                                "! efficientnet name=net inference-region=roi-list ! fakesink",
                                &error);
    if (!error) {
        source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
        g_object_set(source, "uri", uri, NULL);
        add_probe(pipeline, "detector", detect);
        add_probe(pipeline, "net", print);
        error = play(pipeline);
    }
    if (error)
        g_printerr("detector-regions: %s\n", error->message);
    return error ? 1 : 0;
}
