/* SPDX-License-Identifier: BSD-2-Clause */
/* A pipeline with one efficientnet, which opens its model once and is shown one URI after
 * another. */
#include "../command.h"
#include "../media.h"
#include "../printable.h"
#include "../uri.h"

#include <stdio.h>
#include <string.h>

#include <gst/efficientnet/meta.h>
#include <gst/gst.h>

#include "json.h"

#define TIMEOUT 30 /* s */

typedef struct {
    char *model, *labels_file, *model_options, *precision, *orientation;
    char **files;
    int top_k, threads, timeout;
    double max_megapixels;
    gboolean json;
} Options;

typedef struct {
    const Options *options;
    GstElement *pipeline, *source, *classifier;
    EffNetDecoding *decoding;
    /* About the current URI. No lock is needed: the streaming thread has these from PLAYING to
     * EOS. */
    const char *name;
    char *uri;
    guint64 frames;
} Classification;

static void
options_clear(Options *options)
{
    g_free(options->model);
    g_free(options->model_options);
    g_free(options->labels_file);
    g_free(options->precision);
    g_free(options->orientation);
    g_strfreev(options->files);
}

static void
classification_clear(Classification *c)
{
    if (c->pipeline) {
        gst_element_set_state(c->pipeline, GST_STATE_NULL);
        gst_object_unref(c->pipeline);
    }
    g_free(c->uri);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Classification, classification_clear)

static void
print_json(const Classification *c, GstBuffer *buffer, GstPad *pad)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *uri = effnet_uri_hide_passwords(c->uri);
    g_autofree char *name = effnet_uri_hide_passwords(c->name);
    GstEfficientNetJsonFrame frame = {
        .uri = uri,
        .stream = name,
        .frame = c->frames,
        .pts = GST_BUFFER_PTS(buffer),
        .time = g_get_real_time(),
    };

    gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &frame.width);
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "height", &frame.height);
    gst_efficientnet_json_append_line(line, &frame, gst_efficientnet_buffer_get_results(buffer));
    if (effnet_decoding_is_truncated(c->decoding))
        g_string_insert(line, (gssize)line->len - (gssize)strlen("}\n"), ",\"truncated\":true");
    fputs(line->str, stdout);
}

static void
print_picture(const Classification *c, const GstEfficientNetResult *result)
{
    effnet_print(stdout, "%s", c->name);
    for (guint k = 0; k < result->n_classes; k++)
        effnet_print(stdout, "  %6.2f %%  %s", 100 * gst_efficientnet_result_get_score(result, k),
                     gst_efficientnet_result_get_label(result, k));
}

/* Prints a line per frame, with each label's first synonym. */
static void
print_frame(const Classification *c, const GstEfficientNetResult *result, GstClockTime pts)
{
    g_autoptr(GString) line = g_string_new(NULL);

    if (c->frames == 0)
        effnet_print(stdout, "%s", c->name);
    g_string_append_printf(line, "  %9.3f s", GST_CLOCK_TIME_IS_VALID(pts) ? pts / 1e9 : 0.0);
    for (guint k = 0; k < result->n_classes; k++) {
        const char *label = gst_efficientnet_result_get_label(result, k);

        g_string_append_printf(line, "  %5.1f %% %.*s",
                               100 * gst_efficientnet_result_get_score(result, k),
                               effnet_media_label_length(label), label);
    }
    effnet_print(stdout, "%s", line->str);
}

/* Pictures have no framerate. */
static gboolean
is_video(GstPad *pad)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    gint numerator = 0, denominator = 1;

    gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "framerate", &numerator,
                               &denominator);
    return numerator > 0;
}

static GstPadProbeReturn
frame_arrived(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    Classification *c = data;
    GstEfficientNetResult result;

    if (c->options->json)
        print_json(c, buffer, pad);
    else if (gst_efficientnet_buffer_get_result(buffer, 0, &result)) {
        if (is_video(pad))
            print_frame(c, &result, GST_BUFFER_PTS(buffer));
        else
            print_picture(c, &result);
    }
    fflush(stdout);
    c->frames++;
    effnet_decoding_note_done(c->decoding);
    return GST_PAD_PROBE_OK;
}

static gboolean
create_elements(Classification *c, GError **error)
{
    static const char *const factories[] = {"uridecodebin", "videoconvert", "efficientnet",
                                            "fakesink"};
    GstElement *elements[G_N_ELEMENTS(factories)];
    g_autoptr(GstPad) pad = NULL;

    c->pipeline = gst_pipeline_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(factories); i++) {
        elements[i] = effnet_media_add(GST_BIN(c->pipeline), factories[i], error);
        if (elements[i] == NULL)
            return FALSE;
    }
    c->source = elements[0];
    c->classifier = elements[2];
    gst_element_link_many(elements[1], elements[2], elements[3], NULL);
    g_object_set(elements[3], "sync", FALSE, NULL);
    c->decoding = effnet_decoding_new(c->pipeline, c->source, elements[1],
                                      (guint64)(c->options->max_megapixels * 1e6));
    pad = gst_element_get_static_pad(c->classifier, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, frame_arrived, c, NULL);
    return TRUE;
}

static gboolean
set_properties(const Classification *c, GError **error)
{
    const Options *options = c->options;

    g_object_set(c->classifier, "top-k", options->top_k, "threads", options->threads, NULL);
    if (options->model)
        g_object_set(c->classifier, "model", options->model, NULL);
    if (options->labels_file)
        g_object_set(c->classifier, "labels-file", options->labels_file, NULL);
    if (options->precision)
        gst_util_set_object_arg(G_OBJECT(c->classifier), "precision", options->precision);
    if (options->model_options &&
        !effnet_media_set_property(c->classifier, "model-options", options->model_options, error))
        return FALSE;
    return options->orientation == NULL ||
           effnet_media_set_property(c->classifier, "orientation", options->orientation, error);
}

static void
warn_truncated(const char *name)
{
    g_autoptr(GError) warning = g_error_new(
        EFFNET_ERROR, EFFNET_ERROR_FORMAT,
        "warning: %s: the picture is cut off: what is missing was taken for grey", name);

    effnet_command_print_error(warning);
}

static gboolean
classify_file(Classification *c, const char *name, GError **error)
{
    g_clear_pointer(&c->uri, g_free);
    c->name = name;
    c->frames = 0;
    c->uri = effnet_media_new_uri(name, error);
    if (c->uri == NULL || !effnet_media_show(c->pipeline, c->source, c->decoding, name, c->uri,
                                             (guint)c->options->timeout, error))
        return FALSE;
    if (c->frames > 0) {
        if (effnet_decoding_is_truncated(c->decoding))
            warn_truncated(name);
        return TRUE;
    }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s: no picture could be decoded", name);
    return FALSE;
}

/* A file that fails does not stop the others; the last error is left for the caller. */
static gboolean
classify_files(Classification *c, GError **error)
{
    g_autoptr(GError) last = NULL;

    for (char **file = c->options->files; *file != NULL; file++) {
        g_autoptr(GError) failure = NULL;

        if (classify_file(c, *file, &failure))
            continue;
        if (last)
            effnet_command_print_error(last);
        g_clear_error(&last);
        last = g_steal_pointer(&failure);
    }
    if (last == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&last));
    return FALSE;
}

static gboolean
run_classify(const Options *options, GError **error)
{
    EffNetPrecision precision;
    g_autoptr(GstBus) bus = NULL;
    g_auto(Classification) c = {.options = options};

    if (options->files == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "name a file or a URI");
        return FALSE;
    }
    if (!effnet_command_check("--top-k", options->top_k, 1, 1e6, error) ||
        !effnet_command_check("--threads", options->threads, 0, 4096, error) ||
        !effnet_command_check("--timeout", options->timeout, 1, 86400, error) ||
        !effnet_command_check("--max-megapixels", options->max_megapixels, 1e-6, 1e6, error) ||
        (options->precision && !effnet_precision_parse(options->precision, &precision, error)))
        return FALSE;
    if (!gst_init_check(NULL, NULL, error))
        return FALSE;
    effnet_media_register_elements();
    if (!create_elements(&c, error) || !set_properties(&c, error))
        return FALSE;
    bus = gst_element_get_bus(c.pipeline);
    return effnet_media_open_model(c.classifier, bus, error) && classify_files(&c, error);
}

gboolean
effnet_command_classify(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_auto(Options) options = {
        .top_k = 5, .timeout = TIMEOUT, .max_megapixels = EFFNET_DECODING_MAX_PIXELS / 1e6};
    const GOptionEntry entries[] = {
        {"model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
         "The checkpoint, a file or a name (default: the installed one)", "MODEL"},
        {"labels-file", 'l', 0, G_OPTION_ARG_FILENAME, &options.labels_file,
         "One label a line, instead of the model's", "FILE"},
        {"top-k", 'k', 0, G_OPTION_ARG_INT, &options.top_k, "How many classes (default 5)", "K"},
        EFFNET_COMMAND_MODEL_OPTIONS(options.model_options),
        EFFNET_COMMAND_PRECISION(options.precision, "auto"),
        {"threads", 't', 0, G_OPTION_ARG_INT, &options.threads, "0, the default: all", "T"},
        {"orientation", 0, 0, G_OPTION_ARG_STRING, &options.orientation,
         "auto (the default): turned as the picture's EXIF or the video's tag says; identity: as "
         "it is stored; or 90r, 180, 90l, horiz, vert",
         "HOW"},
        {"timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout,
         "Give a file up when nothing has come of it for so long (default 30)", "S"},
        {"max-megapixels", 0, 0, G_OPTION_ARG_DOUBLE, &options.max_megapixels,
         "Do not decode larger pictures (default 100)", "N"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &options.json, "Print a JSON object a frame", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL, NULL},
        {NULL},
    };

    return effnet_command_parse(command, entries, &argc, &argv, 0, 0, error) &&
           run_classify(&options, error);
}
