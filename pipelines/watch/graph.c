/* SPDX-License-Identifier: BSD-2-Clause */
#include "graph.h"

#include "../media.h"
#include "clips.h"
#include "encoder.h"
#include "recorder.h"
#include "retention.h"
#include "snapshots.h"
#include "source.h"
#include "stages.h"

#include <effnet/effnet.h>
#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#define QUEUE "queue max-size-bytes=0 max-size-time=0 max-size-buffers="

struct _EffNetWatchGraph {
    EffNetWatchOutlets *outlets;
    GstElement *pipeline;
    GstElement *convert, *classifier; /* the pipeline's */
    EffNetDecoding *decoding;         /* NULL: a test pattern, which needs no decoding */
    EffNetWatchRecorder *recorder;    /* NULL: nothing is recorded */
    EffNetWatchSnapshots *snapshots;  /* NULL: none, as for the next */
    EffNetWatchClips *clips;
    EffNetWatchStages *stages; /* the pipeline's */
    guint64 timed;             /* inferences whose times are in the status */
    gint live;                 /* atomic: set by the streaming thread, read by the stream's */
    gint width, height;        /* the streaming thread's */
};

static gboolean
is_encoded(const EffNetWatchOutlets *outlets)
{
    return outlets->settings->record || outlets->settings->clips || outlets->mount;
}

/* Describes the pipeline, without what gst_parse cannot be told: names of files. */
static char *
describe(const EffNetWatchOutlets *outlets, const EffNetWatchEncoder *encoder)
{
    const EffNetWatchSettings *settings = outlets->settings;
    g_autoptr(GString) text = g_string_new("videoconvert name=convert ! "
                                           "efficientnet name=efficientnet ! ");

    if (settings->method)
        g_string_append_printf(text, "efficientnetpublish name=publish method=%s held=false ! ",
                               settings->method);
    /* While the first frame waits here for the window to be ready, it goes there as well. */
    g_string_append_printf(text, "tee name=seen ! %sfakesink name=end",
                           settings->display ? QUEUE "1 ! " : "");
    if (outlets->pictures)
        g_string_append(text, " seen. ! " QUEUE "1 name=pictures leaky=downstream ! videoscale ! "
                              "videoconvert ! video/x-raw,width=[16,640],height=[16,360],"
                              "pixel-aspect-ratio=1/1 ! jpegenc quality=80 ! appsink name=picture "
                              "sync=false async=false max-buffers=1 drop=true");
    if (settings->snapshots)
        g_string_append(text, " seen. ! " QUEUE "2 name=snapping ! videoconvert ! "
                              "jpegenc quality=90 ! appsink name=snapshot sync=false async=false");
    if (outlets->pupil)
        g_string_append(text, " seen. ! " QUEUE "2 name=teaching ! "
                              "appsink name=taught sync=false async=false");
    if (settings->display || encoder)
        g_string_append_printf(text, " seen. ! " QUEUE "8 name=labelling ! %stee name=labelled",
                               settings->overlay ? "efficientnetoverlay ! " : "");
    if (settings->display)
        g_string_append(text, " labelled. ! " QUEUE "2 ! videoconvert ! autovideosink name=window");
    if (encoder)
        g_string_append_printf(text,
                               " labelled. ! " QUEUE "2 name=encoding ! videoconvert ! "
                               "video/x-raw,format=I420 ! %s ! tee name=coded",
                               encoder->encode);
    if (settings->record)
        g_string_append(text, " coded. ! queue name=recording ! matroskamux name=muxer ! "
                              "appsink name=record sync=false async=false");
    if (settings->clips)
        g_string_append(text, " coded. ! queue name=clipping ! matroskamux name=clipmuxer ! "
                              "appsink name=clip sync=false async=false");
    if (outlets->mount)
        g_string_append(text, " coded. ! appsink name=served sync=false async=false");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
set_missing(GError **error, const char *element)
{
    gboolean overlay = g_str_equal(element, "efficientnetoverlay");

    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                "GStreamer's element %s is not installed%s", element,
                overlay ? ": --no-overlay goes without labels in the video" : "");
}

static GstElement *
parse(const char *description, GError **error)
{
    g_autoptr(GstParseContext) context = gst_parse_context_new();
    g_autoptr(GError) reason = NULL;
    g_autoptr(GstElement) pipeline =
        gst_parse_launch_full(description, context, GST_PARSE_FLAG_FATAL_ERRORS, &reason);
    g_auto(GStrv) missing = gst_parse_context_get_missing_elements(context);

    if (pipeline && !reason)
        return g_steal_pointer(&pipeline);
    if (missing && missing[0])
        set_missing(error, missing[0]);
    else
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "the pipeline cannot be built: %s",
                    reason->message);
    return NULL;
}

static GstElement *
get_element(const EffNetWatchGraph *graph, const char *name)
{
    return gst_bin_get_by_name(GST_BIN(graph->pipeline), name);
}

static void
add_probe(const EffNetWatchGraph *graph, const char *element, const char *pad_name,
          GstPadProbeType type, GstPadProbeCallback callback, gpointer data)
{
    g_autoptr(GstElement) found = get_element(graph, element);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(found, pad_name);

    gst_pad_add_probe(pad, type, callback, data, NULL);
}

static GstPadProbeReturn
classified(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    EffNetWatchGraph *graph = data;
    EffNetWatchOutlets *outlets = graph->outlets;

    if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
        GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
        const char *snapshot = NULL;

        if (graph->snapshots)
            snapshot = effnet_watch_snapshots_choose(graph->snapshots, buffer,
                                                     effnet_watch_graph_is_live(graph));
        effnet_watch_report_frame(&outlets->report, buffer, graph->width, graph->height, snapshot);
        if (graph->decoding)
            effnet_decoding_note_done(graph->decoding);
    } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_CAPS) {
        GstCaps *caps;

        gst_event_parse_caps(GST_PAD_PROBE_INFO_EVENT(info), &caps);
        gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &graph->width);
        gst_structure_get_int(gst_caps_get_structure(caps, 0), "height", &graph->height);
        effnet_watch_status_set_size(outlets->status, graph->width, graph->height);
    }
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
pass_to_zones(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    const EffNetWatchGraph *graph = data;

    effnet_watch_relay_push(graph->outlets->relay, pad, GST_PAD_PROBE_INFO_BUFFER(info),
                            effnet_watch_graph_is_live(graph));
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
drop_undue_picture(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    return effnet_watch_status_is_picture_due(data) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

/* Drops frames that nobody wants encoded; a new viewer gets a key frame. */
static GstPadProbeReturn
drop_unwanted(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    const EffNetWatchGraph *graph = data;
    const EffNetWatchOutlets *outlets = graph->outlets;
    gboolean clipped =
        graph->clips && effnet_watch_clips_want(graph->clips, pad, GST_PAD_PROBE_INFO_BUFFER(info));

    if (outlets->mount && effnet_watch_mount_take_key_request(outlets->mount))
        gst_pad_push_event(
            pad, gst_video_event_new_downstream_force_key_unit(
                     GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, TRUE, 0));
    if (clipped || (graph->recorder && effnet_watch_recorder_is_active(graph->recorder)) ||
        (outlets->mount && effnet_watch_mount_is_wanted(outlets->mount)))
        return GST_PAD_PROBE_OK;
    return GST_PAD_PROBE_DROP;
}

static GstFlowReturn
take_picture(GstAppSink *sink, gpointer data)
{
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    g_autoptr(GBytes) picture = NULL;
    gpointer copy;
    gsize size;

    if (sample == NULL)
        return GST_FLOW_EOS;
    gst_buffer_extract_dup(gst_sample_get_buffer(sample), 0, (gsize)-1, &copy, &size);
    picture = g_bytes_new_take(copy, size);
    effnet_watch_status_set_picture(data, picture);
    return GST_FLOW_OK;
}

static GstFlowReturn
take_coded(GstAppSink *sink, gpointer data)
{
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);

    if (sample == NULL)
        return GST_FLOW_EOS;
    effnet_watch_mount_push(data, sample);
    return GST_FLOW_OK;
}

static void
set_callback(const EffNetWatchGraph *graph, const char *name,
             GstFlowReturn (*new_sample)(GstAppSink *, gpointer), gpointer data)
{
    GstAppSinkCallbacks callbacks = {.new_sample = new_sample};
    g_autoptr(GstElement) sink = get_element(graph, name);

    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, data, NULL);
}

static char *
new_record_path(gpointer data)
{
    return effnet_watch_settings_new_record_path(data);
}

static void
prune_records(const char *path, gpointer data)
{
    const EffNetWatchSettings *settings = data;
    EffNetWatchRetentionLimits limits = {.files = settings->record_keep};
    g_autofree char *record = effnet_watch_settings_new_record_pattern(settings);

    if (settings->record_keep > 0)
        effnet_watch_retention_prune(record, FALSE, &limits, path);
}

static void
set_up_recording(EffNetWatchGraph *graph)
{
    const EffNetWatchSettings *settings = graph->outlets->settings;
    EffNetWatchRecorderFiles files = {new_record_path, prune_records, (gpointer)settings};
    g_autoptr(GstElement) sink = get_element(graph, "record");
    g_autoptr(GstElement) queue = get_element(graph, "recording");
    g_autoptr(GstElement) muxer = get_element(graph, "muxer");

    graph->recorder = effnet_watch_recorder_new(&files, GST_APP_SINK(sink));
    if (settings->record_segment == 0)
        return;
    effnet_watch_recorder_set_muxer(graph->recorder, muxer);
    effnet_watch_recorder_split_every(graph->recorder, settings->record_segment, queue);
}

static void
set_up_captures(EffNetWatchGraph *graph)
{
    const EffNetWatchSettings *settings = graph->outlets->settings;
    GHashTable *classes = graph->outlets->capture_classes;

    if (settings->snapshots) {
        g_autoptr(GstElement) queue = get_element(graph, "snapping");
        g_autoptr(GstElement) sink = get_element(graph, "snapshot");
        g_autoptr(GstPad) pad = gst_element_get_static_pad(queue, "sink");

        graph->snapshots = effnet_watch_snapshots_new(settings, classes, pad, GST_APP_SINK(sink));
    }
    if (settings->clips) {
        g_autoptr(GstElement) queue = get_element(graph, "clipping");
        g_autoptr(GstElement) muxer = get_element(graph, "clipmuxer");
        g_autoptr(GstElement) sink = get_element(graph, "clip");

        graph->clips = effnet_watch_clips_new(settings, classes, queue, muxer, GST_APP_SINK(sink));
    }
}

static void
set_up_pupil(const EffNetWatchGraph *graph)
{
    g_autoptr(GstElement) queue = get_element(graph, "teaching");
    g_autoptr(GstElement) sink = get_element(graph, "taught");
    g_autoptr(GstPad) pad = gst_element_get_static_pad(queue, "sink");

    effnet_watch_pupil_attach(graph->outlets->pupil, graph->classifier, pad, GST_APP_SINK(sink));
}

static void
set_up_branches(EffNetWatchGraph *graph)
{
    EffNetWatchOutlets *outlets = graph->outlets;

    add_probe(graph, "efficientnet", "src",
              GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, classified, graph);
    if (outlets->relay)
        add_probe(graph, "convert", "src", GST_PAD_PROBE_TYPE_BUFFER, pass_to_zones, graph);
    if (outlets->pictures) {
        add_probe(graph, "pictures", "sink", GST_PAD_PROBE_TYPE_BUFFER, drop_undue_picture,
                  outlets->status);
        set_callback(graph, "picture", take_picture, outlets->status);
    }
    if (outlets->settings->record)
        set_up_recording(graph);
    set_up_captures(graph);
    if (is_encoded(outlets))
        add_probe(graph, "encoding", "src", GST_PAD_PROBE_TYPE_BUFFER, drop_unwanted, graph);
    if (outlets->mount)
        set_callback(graph, "served", take_coded, outlets->mount);
}

/* Sets the limits of the queues before the encoder and the window: a camera does not wait, a file
 * does. A zone has its owner's pace. */
static void
set_pace(gpointer data, gboolean live)
{
    EffNetWatchGraph *graph = data;
    gboolean realtime = graph->outlets->settings->realtime;
    gboolean paced = !live && graph->outlets->feed == NULL;
    g_autoptr(GstElement) end = get_element(graph, "end");
    g_autoptr(GstElement) queue = get_element(graph, "labelling");
    g_autoptr(GstElement) window = get_element(graph, "window");

    g_atomic_int_set(&graph->live, live);
    effnet_watch_stages_set_live(graph->stages, live);
    gst_util_set_object_arg(G_OBJECT(graph->classifier), "late-policy",
                            live || realtime ? "skip-inference" : "wait");
    g_object_set(end, "sync", paced && realtime, NULL);
    if (queue)
        gst_util_set_object_arg(G_OBJECT(queue), "leaky", live ? "downstream" : "no");
    if (window)
        g_object_set(window, "sync", paced, NULL);
}

static gboolean
set_publish(EffNetWatchGraph *graph, GError **error)
{
    const EffNetWatchSettings *settings = graph->outlets->settings;
    g_autoptr(GstElement) publish = get_element(graph, "publish");
    g_autofree char *topic = NULL;

    if (publish == NULL)
        return TRUE;
    topic = effnet_watch_settings_new_topic(settings);
    return effnet_media_set_property(publish, "address", settings->broker_address, error) &&
           effnet_media_set_property(publish, "topic", topic, error) &&
           (settings->publish_format == NULL ||
            effnet_media_set_property(publish, "format", settings->publish_format, error)) &&
           (settings->kafka_config == NULL ||
            effnet_media_set_property(publish, "config-file", settings->kafka_config, error)) &&
           effnet_media_set_property(publish, "stream", settings->name, error) &&
           (!settings->changes_only ||
            effnet_media_set_property(publish, "filter", "filter,changes=true", error));
}

static gboolean
add_source(EffNetWatchGraph *graph, GError **error)
{
    const EffNetWatchOutlets *outlets = graph->outlets;
    gboolean live;

    if (outlets->feed == NULL)
        return effnet_watch_source_add(outlets->settings, graph->pipeline, graph->convert, set_pace,
                                       graph, error);
    if (!effnet_watch_feed_add(outlets->feed, graph->pipeline, graph->convert,
                               !outlets->settings->realtime, &live, error))
        return FALSE;
    set_pace(graph, live);
    return TRUE;
}

static gboolean
build(EffNetWatchGraph *graph, GError **error)
{
    const EffNetWatchOutlets *outlets = graph->outlets;
    const EffNetWatchEncoder *encoder = NULL;
    g_autofree char *description = NULL;

    if (is_encoded(outlets)) {
        encoder = effnet_watch_encoder_find(error);
        if (encoder == NULL)
            return FALSE;
    }
    description = describe(outlets, encoder);
    graph->pipeline = parse(description, error);
    if (graph->pipeline == NULL)
        return FALSE;
    gst_object_ref_sink(graph->pipeline);
    graph->convert = get_element(graph, "convert");
    graph->classifier = get_element(graph, "efficientnet");
    graph->stages = effnet_watch_stages_measure(graph->pipeline, graph->convert, outlets->status);
    set_up_branches(graph);
    if (!effnet_watch_settings_apply(outlets->settings, graph->classifier, error))
        return FALSE;
    if (outlets->pupil)
        set_up_pupil(graph);
    if (!set_publish(graph, error) || !add_source(graph, error))
        return FALSE;
    graph->decoding = effnet_decoding_find(graph->pipeline);
    return TRUE;
}

EffNetWatchGraph *
effnet_watch_graph_new(EffNetWatchOutlets *outlets, GError **error)
{
    g_autoptr(EffNetWatchGraph) graph = g_new0(EffNetWatchGraph, 1);

    graph->outlets = outlets;
    return build(graph, error) ? g_steal_pointer(&graph) : NULL;
}

void
effnet_watch_graph_free(EffNetWatchGraph *graph)
{
    if (graph->pipeline)
        gst_element_set_state(graph->pipeline, GST_STATE_NULL);
    if (graph->outlets->pupil)
        effnet_watch_pupil_detach(graph->outlets->pupil);
    g_clear_pointer(&graph->snapshots, effnet_watch_snapshots_free);
    g_clear_pointer(&graph->clips, effnet_watch_clips_free);
    gst_clear_object(&graph->convert);
    gst_clear_object(&graph->classifier);
    gst_clear_object(&graph->pipeline);
    g_free(graph);
}

GstBus *
effnet_watch_graph_get_bus(EffNetWatchGraph *graph)
{
    return gst_element_get_bus(graph->pipeline);
}

void
effnet_watch_graph_start(EffNetWatchGraph *graph)
{
    effnet_watch_report_begin(&graph->outlets->report);
    gst_element_set_state(graph->pipeline, GST_STATE_PLAYING);
}

/* Of those that the element still knows: many more than there are between two calls. */
static void
take_times(EffNetWatchGraph *graph, const GstStructure *stats)
{
    g_autoptr(GBytes) latencies = NULL;
    const GstClockTime *times;
    guint64 inferences = 0, first;
    gsize size;

    if (!gst_structure_get(stats, "inferences", G_TYPE_UINT64, &inferences, "latencies",
                           G_TYPE_BYTES, &latencies, NULL))
        return;
    times = g_bytes_get_data(latencies, &size);
    first = inferences - size / sizeof *times;
    for (guint64 i = MAX(graph->timed, first); i < inferences; i++)
        effnet_watch_status_add_time(graph->outlets->status, EFFNET_WATCH_INFERRING,
                                     times[i - first]);
    graph->timed = inferences;
}

static void
take_stats(EffNetWatchGraph *graph, gboolean last)
{
    g_autoptr(GstElement) publish = get_element(graph, "publish");
    g_autoptr(GstStructure) stats = NULL, published = NULL;

    g_object_get(graph->classifier, "stats", &stats, NULL);
    if (publish)
        g_object_get(publish, "stats", &published, NULL);
    effnet_watch_status_set_stats(graph->outlets->status, stats, published, last);
    take_times(graph, stats);
}

void
effnet_watch_graph_stop(EffNetWatchGraph *graph)
{
    gst_element_set_state(graph->pipeline, GST_STATE_NULL);
    take_stats(graph, TRUE);
}

void
effnet_watch_graph_update_status(EffNetWatchGraph *graph)
{
    gint64 duration;

    take_stats(graph, FALSE);
    if (!effnet_watch_graph_is_live(graph) &&
        gst_element_query_duration(graph->pipeline, GST_FORMAT_TIME, &duration) && duration > 0)
        effnet_watch_status_set_duration(graph->outlets->status, (GstClockTime)duration);
}

gboolean
effnet_watch_graph_is_live(const EffNetWatchGraph *graph)
{
    return g_atomic_int_get(&graph->live);
}

guint
effnet_watch_graph_get_progress(const EffNetWatchGraph *graph)
{
    return graph->decoding ? effnet_decoding_get_progress(graph->decoding) : 0;
}

guint
effnet_watch_graph_get_decoded(const EffNetWatchGraph *graph)
{
    return graph->decoding ? effnet_decoding_get_decoded(graph->decoding) : 0;
}

gboolean
effnet_watch_graph_is_busy(const EffNetWatchGraph *graph)
{
    return graph->decoding && effnet_decoding_is_busy(graph->decoding);
}

gboolean
effnet_watch_graph_has_picture(const EffNetWatchGraph *graph)
{
    return graph->decoding && effnet_decoding_has_picture(graph->decoding);
}

gboolean
effnet_watch_graph_is_window(EffNetWatchGraph *graph, GstMessage *message)
{
    g_autoptr(GstElement) window = get_element(graph, "window");

    return window && (GST_MESSAGE_SRC(message) == GST_OBJECT(window) ||
                      gst_object_has_as_ancestor(GST_MESSAGE_SRC(message), GST_OBJECT(window)));
}

gboolean
effnet_watch_graph_is_own(EffNetWatchGraph *graph, GstMessage *message)
{
    g_autoptr(GstElement) publish = get_element(graph, "publish");

    return GST_MESSAGE_SRC(message) == GST_OBJECT(graph->classifier) ||
           (publish && GST_MESSAGE_SRC(message) == GST_OBJECT(publish));
}

gboolean
effnet_watch_graph_drain(EffNetWatchGraph *graph)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(graph->convert, "sink");
    const EffNetWatchSettings *settings = graph->outlets->settings;

    return (settings->record || settings->clips || settings->snapshots) && gst_pad_is_linked(pad) &&
           gst_pad_send_event(pad, gst_event_new_eos());
}
