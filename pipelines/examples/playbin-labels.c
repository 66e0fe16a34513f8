/* SPDX-License-Identifier: BSD-2-Clause */
/* Adds labels to an existing player, a playbin: efficientnet becomes its video-filter, and a probe
 * after it reads what the element attached to each frame.
 *
 *     cc playbin-labels.c -o playbin-labels \
 *         $(pkg-config --cflags --libs gstreamer-efficientnet-1.0)
 *     ./playbin-labels film.mp4 [VIDEO-SINK]
 */
#include <gst/efficientnet/meta.h>
#include <gst/gst.h>

/* Called in the streaming thread for each frame: prints the best class whenever it changes. */
static GstPadProbeReturn
frame_passed(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    int *shown = data;
    GstEfficientNetResult result;
    int best;

    if (!gst_efficientnet_buffer_get_result(buffer, 0, &result))
        return GST_PAD_PROBE_OK;
    best = gst_efficientnet_result_get_index(&result, 0);
    if (best != *shown)
        g_print("%8.3f s  %5.1f %%  %s\n", GST_BUFFER_PTS(buffer) / 1e9,
                100 * gst_efficientnet_result_get_score(&result, 0),
                gst_efficientnet_result_get_label(&result, 0));
    *shown = best;
    return GST_PAD_PROBE_OK;
}

/* Plays until the film ends or fails. */
static gboolean
play(GstElement *player)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(player);
    g_autoptr(GstMessage) message = NULL;
    g_autoptr(GError) error = NULL;

    gst_element_set_state(player, GST_STATE_PLAYING);
    message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        gst_message_parse_error(message, &error, NULL);
        g_printerr("playbin-labels: %s\n", error->message);
    }
    gst_element_set_state(player, GST_STATE_NULL);
    return error == NULL;
}

int
main(int argc, char **argv)
{
    g_autoptr(GstElement) player = NULL, filter = NULL;
    g_autoptr(GstPad) pad = NULL;
    g_autofree char *uri = NULL;
    int shown = -1;

    gst_init(&argc, &argv);
    if (argc < 2 || argc > 3) {
        g_printerr("playbin-labels FILE-or-URI [VIDEO-SINK]\n");
        return 1;
    }
    player = gst_element_factory_make("playbin", NULL);
    filter = gst_element_factory_make("efficientnet", NULL);
    if (!player || !filter) {
        g_printerr("playbin-labels: %s is not installed\n", player ? "efficientnet" : "playbin");
        return 1;
    }
    gst_object_ref_sink(player);
    gst_object_ref_sink(filter);

    uri = gst_uri_is_valid(argv[1]) ? g_strdup(argv[1]) : gst_filename_to_uri(argv[1], NULL);
    g_object_set(player, "uri", uri, "video-filter", filter, NULL);
    if (argc == 3)
        g_object_set(player, "video-sink", gst_element_factory_make(argv[2], NULL), NULL);

    pad = gst_element_get_static_pad(filter, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, frame_passed, &shown, NULL);
    return play(player) ? 0 : 1;
}
