/* SPDX-License-Identifier: BSD-2-Clause */
/* Shows a folder of pictures, decoded as for classify, to the engine's quantizer: once to learn
 * from them, and again to tell what was lost. */
#include "../command.h"
#include "../printable.h"
#include "../media.h"
#include "../outfile.h"
#include "../modeloptions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/gst.h>

#include "frame.h"

#define MAX_PICTURES 4096
#define TIMEOUT      30 /* s */

typedef gboolean (*Use)(EffNetQuantizer *quantizer, const EffNetFrame *frame, GError **error);

typedef struct {
    char *model, *model_options, *images, *output;
} Options;

/* A pipeline that is shown one picture after another. While it plays, the streaming thread has what
 * follows USE. */
typedef struct {
    EffNetQuantizer *quantizer;
    GstElement *pipeline, *source;
    EffNetDecoding *decoding;
    Use use;
    guint frames;
    GstVideoOrientationMethod orientation;
    GError *error;
} Show;

static void
options_clear(Options *options)
{
    g_free(options->model);
    g_free(options->model_options);
    g_free(options->images);
    g_free(options->output);
}

static void
show_clear(Show *show)
{
    if (show->pipeline) {
        gst_element_set_state(show->pipeline, GST_STATE_NULL);
        gst_object_unref(show->pipeline);
    }
    g_clear_error(&show->error);
    effnet_quantizer_free(show->quantizer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Show, show_clear)

static void
use_frame(Show *show, GstPad *pad, GstBuffer *buffer)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    GstVideoInfo format;
    GstVideoFrame map;
    EffNetFrame frame;

    if (!caps || !gst_video_info_from_caps(&format, caps) ||
        !gst_efficientnet_frame_map(&map, &frame, &format, buffer, &show->error))
        return;
    frame.orientation = gst_efficientnet_frame_orientation(show->orientation);
    show->use(show->quantizer, &frame, &show->error);
    gst_video_frame_unmap(&map);
}

/* Only a video's first frame counts, and ends it. */
static GstPadProbeReturn
frame_arrived(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Show *show = data;

    effnet_decoding_note_done(show->decoding);
    if (show->frames++ > 0)
        return GST_PAD_PROBE_OK;
    use_frame(show, pad, GST_PAD_PROBE_INFO_BUFFER(info));
    gst_element_post_message(show->pipeline, gst_message_new_eos(GST_OBJECT(show->pipeline)));
    return GST_PAD_PROBE_OK;
}

/* Pictures are used as classify sees them: the right way up. */
static GstPadProbeReturn
event_arrived(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Show *show = data;
    GstTagList *tags;

    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_TAG)
        return GST_PAD_PROBE_OK;
    gst_event_parse_tag(GST_PAD_PROBE_INFO_EVENT(info), &tags);
    gst_video_orientation_from_tag(tags, &show->orientation);
    return GST_PAD_PROBE_OK;
}

static gboolean
create_elements(Show *show, GError **error)
{
    static const char *const factories[] = {"uridecodebin", "videoconvert", "capsfilter",
                                            "fakesink"};
    GstElement *elements[G_N_ELEMENTS(factories)];
    g_autoptr(GstCaps) caps = gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GST_EFFICIENTNET_FORMATS));
    g_autoptr(GstPad) pad = NULL;

    show->pipeline = gst_pipeline_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(factories); i++) {
        elements[i] = effnet_media_add(GST_BIN(show->pipeline), factories[i], error);
        if (elements[i] == NULL)
            return FALSE;
    }
    show->source = elements[0];
    gst_element_link_many(elements[1], elements[2], elements[3], NULL);
    g_object_set(elements[2], "caps", caps, NULL);
    g_object_set(elements[3], "sync", FALSE, NULL);
    show->decoding =
        effnet_decoding_new(show->pipeline, show->source, elements[1], EFFNET_DECODING_MAX_PIXELS);
    pad = gst_element_get_static_pad(elements[3], "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, frame_arrived, show, NULL);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, event_arrived, show, NULL);
    return TRUE;
}

static gboolean
show_picture(Show *show, const char *name, GError **error)
{
    g_autofree char *uri = effnet_media_new_uri(name, error);
    g_autoptr(GError) failure = NULL;

    if (uri == NULL)
        return FALSE;
    show->frames = 0;
    show->orientation = GST_VIDEO_ORIENTATION_IDENTITY;
    if (effnet_media_show(show->pipeline, show->source, show->decoding, name, uri, TIMEOUT,
                          &failure) &&
        show->frames == 0)
        g_set_error(&failure, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s: no picture could be decoded",
                    name);
    if (show->error == NULL)
        show->error = g_steal_pointer(&failure);
    if (show->error == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&show->error));
    return FALSE;
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first files of FOLDER by name, so that every call uses the same. */
static GPtrArray *
list_files(const char *folder, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &failure);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    if (dir == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s", failure->message);
        return NULL;
    }
    while ((name = g_dir_read_name(dir))) {
        char *path = g_build_filename(folder, name, NULL);

        if (*name != '.' && g_file_test(path, G_FILE_TEST_IS_REGULAR))
            g_ptr_array_add(files, path);
        else
            g_free(path);
    }
    g_ptr_array_sort(files, by_name);
    g_ptr_array_set_size(files, (gint)MIN(files->len, MAX_PICTURES));
    if (files->len > 0)
        return g_steal_pointer(&files);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s has no pictures in it", folder);
    return NULL;
}

/* A file that is not a picture is reported and left out. */
static gboolean
show_all(Show *show, const GPtrArray *files, Use use, gboolean quiet, GError **error)
{
    guint shown = 0;

    show->use = use;
    for (guint i = 0; i < files->len; i++) {
        g_autoptr(GError) failure = NULL;

        if (show_picture(show, g_ptr_array_index(files, i), &failure))
            shown++;
        else if (!quiet)
            effnet_command_print_error(failure);
    }
    if (shown > 0)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "none of the %u files is a picture",
                files->len);
    return FALSE;
}

typedef struct {
    const char *name;
    double snr;
} Row;

static int
worst_first(const void *a, const void *b)
{
    const Row *x = a, *y = b;

    return x->snr < y->snr ? -1 : x->snr > y->snr;
}

static void
print_report(const EffNetQuantizer *quantizer, const char *output)
{
    guint n = effnet_quantizer_get_n_layers(quantizer), n_rows = 0;
    g_autofree Row *rows = g_new(Row, n);
    EffNetQuantizeReport report;

    effnet_quantizer_get_report(quantizer, &report);
    effnet_print(stdout, "%s", output);
    effnet_print(stdout, "pictures          %u", report.frames);
    effnet_print(stdout, "same first class  %.1f %% (%u)",
                 100.0 * report.same_class / report.frames, report.same_class);
    effnet_print(stdout, "cosine of logits  %.5f", report.cosine);
    putchar('\n');
    effnet_print(stdout,
                 "signal to noise of what every layer puts out, the worst first, in decibels");
    for (guint i = 0; i < n; i++) {
        rows[n_rows].name = effnet_quantizer_get_layer(quantizer, i, &rows[n_rows].snr);
        n_rows += rows[n_rows].name != NULL;
    }
    qsort(rows, n_rows, sizeof *rows, worst_first);
    for (guint i = 0; i < n_rows; i++)
        effnet_print(stdout, "%6.1f  %s", rows[i].snr, rows[i].name);
}

static gboolean
quantize(const Options *options, GError **error)
{
    g_autofree char *model = effnet_command_find_model(options->model, error), *arch = NULL;
    g_autoptr(GPtrArray) files = model ? list_files(options->images, error) : NULL;
    g_autoptr(EffNetOutfile) outfile =
        files ? effnet_outfile_new(options->output, FALSE, error) : NULL;
    EffNetModelOptions model_options = {0};
    g_auto(Show) show = {0};

    if (outfile == NULL ||
        !effnet_model_options_parse(options->model_options, &model_options, &arch, error))
        return FALSE;
    show.quantizer = effnet_quantizer_new(model, &model_options, error);
    if (show.quantizer == NULL || !gst_init_check(NULL, NULL, error) ||
        !create_elements(&show, error) ||
        !show_all(&show, files, effnet_quantizer_add_frame, FALSE, error) ||
        !effnet_quantizer_write(show.quantizer, effnet_outfile_get_path(outfile), error) ||
        !show_all(&show, files, effnet_quantizer_compare_frame, TRUE, error) ||
        !effnet_outfile_commit(outfile, error))
        return FALSE;
    print_report(show.quantizer, options->output);
    return TRUE;
}

gboolean
effnet_command_quantize(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
         "The checkpoint, a file or a name (default: the installed one)", "MODEL"},
        EFFNET_COMMAND_MODEL_OPTIONS(options.model_options),
        {"images", 'i', 0, G_OPTION_ARG_FILENAME, &options.images,
         "A folder of pictures like those that are to be classified; a hundred do", "FOLDER"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, "The model of 8-bit weights",
         "Q.safetensors"},
        {NULL},
    };

    if (!effnet_command_parse(command, entries, &argc, &argv, 0, 0, error))
        return FALSE;
    if (options.images == NULL || options.output == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s must be given",
                    options.images == NULL ? "--images" : "--output");
        return FALSE;
    }
    return quantize(&options, error);
}
