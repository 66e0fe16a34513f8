/* SPDX-License-Identifier: BSD-2-Clause */
/* A pipeline with one efficientnet, which opens its model once and is shown one URI after
 * another. */
#include "../command.h"
#include "../filter/filter.h"
#include "../media.h"
#include "../mediafiles.h"
#include "../printable.h"
#include "../sorter.h"
#include "../tally.h"
#include "../uri.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include <gst/efficientnet/meta.h>
#include <gst/gst.h>

#include "json.h"

#define TIMEOUT    30 /* s */
#define BLOCK_TOP  5  /* classes of a single picture, each on a line of its own */
#define LINE_TOP   3  /* classes of a picture or frame that has one line */
#define VIDEO_RATE 1  /* lines per second */
#define MAX_RATE   1e6
#define MAX_JOBS   1024
#define UNSET      G_MININT
#define UNKNOWN    "unknown" /* in place of a label */

typedef enum { TEXT, JSON, CSV } Format;

typedef struct {
    char *model, *labels_file, *model_options, *precision, *orientation, *format, *sort_into,
        *unknown;
    char **files;
    int top_k, threads, timeout;
    double max_megapixels, threshold, max_rate;
    gboolean json, copy, embedding;
    /* What makes a filter of it. */
    char *files_from, *output, *frames_every;
    int jobs;
    gboolean is_zero, is_unordered, is_resumed;
} Options;

typedef struct {
    const Options *options;
    Format format;
    GPtrArray *files;
    EffNetSorter *sorter; /* NULL: files are not sorted */
    EffNetTally *tally;   /* about the current URI */
    GstElement *pipeline, *source, *classifier;
    EffNetDecoding *decoding;
    /* About the current URI. No lock is needed: the streaming thread has these from PLAYING to
     * EOS. */
    const char *name;
    char *uri;
    guint64 frames;   /* decoded */
    GString *objects; /* of frames, for the record of an input; NULL: they are printed */
    guint n_objects;
    GstClockTime due; /* when the next frame is classified; GST_CLOCK_TIME_NONE: at once */
    gboolean is_video;
} Classification;

static void
options_clear(Options *options)
{
    g_free(options->model);
    g_free(options->model_options);
    g_free(options->labels_file);
    g_free(options->precision);
    g_free(options->orientation);
    g_free(options->unknown);
    g_free(options->format);
    g_free(options->sort_into);
    g_free(options->files_from);
    g_free(options->output);
    g_free(options->frames_every);
    g_strfreev(options->files);
}

static void
classification_clear(Classification *c)
{
    if (c->pipeline) {
        gst_element_set_state(c->pipeline, GST_STATE_NULL);
        gst_object_unref(c->pipeline);
    }
    g_clear_pointer(&c->files, g_ptr_array_unref);
    g_clear_pointer(&c->sorter, effnet_sorter_free);
    g_clear_pointer(&c->tally, effnet_tally_free);
    if (c->objects)
        g_string_free(c->objects, TRUE);
    g_free(c->uri);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Classification, classification_clear)

static void
append_embedding(GString *line, const GstStructure *result)
{
    const GValue *value = result ? gst_structure_get_value(result, "embedding") : NULL;
    GBytes *bytes = value && G_VALUE_HOLDS(value, G_TYPE_BYTES) ? g_value_get_boxed(value) : NULL;
    const float *features;
    gsize size;

    if (bytes == NULL)
        return;
    features = g_bytes_get_data(bytes, &size);
    g_string_append(line, ",\"embedding\":");
    for (gsize i = 0; i < size / sizeof *features; i++) {
        g_string_append_c(line, i == 0 ? '[' : ',');
        gst_efficientnet_json_append_score(line, features[i]);
    }
    g_string_append_c(line, ']');
}

/* Prints the object that LINE ends with, or adds it to those of the input. */
static void
put_json(Classification *c, const GString *line)
{
    if (c->objects == NULL) {
        fputs(line->str, stdout);
        return;
    }
    if (c->n_objects++ > 0)
        g_string_append_c(c->objects, ',');
    g_string_append_len(c->objects, line->str, (gssize)line->len - 1);
}

static void
print_json(Classification *c, GstBuffer *buffer, GstPad *pad, const GstEfficientNetResult *result)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *uri = effnet_uri_hide_passwords(c->uri);
    g_autofree char *name = effnet_uri_hide_passwords(c->name);
    GstEfficientNetJsonFrame frame = {
        .uri = uri,
        .stream = name,
        .frame = c->frames - 1,
        .pts = GST_BUFFER_PTS(buffer),
        .time = g_get_real_time(),
    };

    gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &frame.width);
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "height", &frame.height);
    gst_efficientnet_json_append_line(line, &frame, gst_efficientnet_buffer_get_results(buffer));
    g_string_truncate(line, line->len - strlen("}\n"));
    append_embedding(line, result->structure);
    if (effnet_decoding_is_truncated(c->decoding))
        g_string_append(line, ",\"truncated\":true");
    g_string_append(line, "}\n");
    put_json(c, line);
}

/* Whether it is nothing that the model has learned. */
static gboolean
is_unknown(const GstEfficientNetResult *result)
{
    return result->structure && gst_efficientnet_result_is_unknown(result);
}

/* Prints a line per class, for a single picture. */
static void
print_block(const Classification *c, const GstEfficientNetResult *result)
{
    effnet_print(stdout, "%s", c->name);
    if (is_unknown(result)) {
        effnet_print(stdout, "  unknown (similarity %.2f)",
                     gst_efficientnet_result_get_similarity(result));
        return;
    }
    for (guint k = 0; k < result->n_classes; k++)
        effnet_print(stdout, "  %6.2f %%  %s", 100 * gst_efficientnet_result_get_score(result, k),
                     gst_efficientnet_result_get_label(result, k));
    if (result->n_classes == 0)
        effnet_print(stdout, "  -");
}

/* Prints a line per picture or frame, with each label's first synonym. */
static void
print_line(const Classification *c, const GstEfficientNetResult *result, GstClockTime pts)
{
    guint n = c->options->top_k == UNSET ? MIN(result->n_classes, LINE_TOP) : result->n_classes;
    g_autoptr(GString) line = g_string_new(NULL);

    if (!c->is_video)
        g_string_append(line, c->name);
    else
        g_string_append_printf(line, "  %9.3f s", GST_CLOCK_TIME_IS_VALID(pts) ? pts / 1e9 : 0.0);
    if (is_unknown(result)) {
        g_string_append_printf(line, "  unknown (similarity %.2f)",
                               gst_efficientnet_result_get_similarity(result));
        effnet_print(stdout, "%s", line->str);
        return;
    }
    for (guint k = 0; k < n; k++) {
        const char *label = gst_efficientnet_result_get_label(result, k);

        g_string_append_printf(line, "  %5.1f %% %.*s",
                               100 * gst_efficientnet_result_get_score(result, k),
                               effnet_media_label_length(label), label);
    }
    if (n == 0)
        g_string_append(line, "  -");
    effnet_print(stdout, "%s", line->str);
}

/* Appends a CSV cell. Labels and file names are untrusted: what a spreadsheet would run as a
 * formula becomes text. */
static void
append_cell(GString *line, const char *text)
{
    g_autoptr(GString) cell = g_string_new(*text && strchr("=+-@", *text) ? "'" : NULL);

    effnet_printable_append(cell, text);
    g_string_replace(cell, "\"", "\"\"", 0);
    g_string_append_printf(line, "\"%s\"", cell->str);
}

/* Prints a row per class; what is unknown has one, whose score is the similarity. */
static void
print_csv(const Classification *c, const GstEfficientNetResult *result, GstClockTime pts)
{
    g_autoptr(GString) line = g_string_new(NULL);

    gboolean unknown = is_unknown(result);

    for (guint k = 0; k < (unknown ? 1 : result->n_classes); k++) {
        append_cell(line, c->name);
        g_string_append_c(line, ',');
        if (c->is_video && GST_CLOCK_TIME_IS_VALID(pts))
            g_string_append_printf(line, "%.3f", pts / 1e9);
        g_string_append_printf(line, ",%u,%d,", k + 1,
                               unknown ? -1 : gst_efficientnet_result_get_index(result, k));
        append_cell(line, unknown ? UNKNOWN : gst_efficientnet_result_get_label(result, k));
        g_string_append_printf(line, ",%.6f\n",
                               unknown ? gst_efficientnet_result_get_similarity(result)
                                       : gst_efficientnet_result_get_score(result, k));
    }
    fputs(line->str, stdout);
}

static void
print_text(const Classification *c, const GstEfficientNetResult *result, GstClockTime pts,
           gboolean first)
{
    if (c->is_video && first)
        effnet_print(stdout, "%s", c->name);
    if (!c->is_video && c->files->len == 1)
        print_block(c, result);
    else
        print_line(c, result, pts);
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

/* How many frames of a video are classified per second; 0: all. */
static double
get_rate(const Classification *c)
{
    if (c->options->max_rate != UNSET)
        return c->options->max_rate;
    return c->format == TEXT || c->objects ? VIDEO_RATE : 0;
}

/* Whether the frame at PTS is classified. */
static gboolean
is_due(Classification *c, GstClockTime pts)
{
    double rate = get_rate(c);
    GstClockTime period;

    if (!c->is_video || rate <= 0 || !GST_CLOCK_TIME_IS_VALID(pts))
        return TRUE;
    if (GST_CLOCK_TIME_IS_VALID(c->due) && pts < c->due)
        return FALSE;
    period = (GstClockTime)(GST_SECOND / rate);
    /* At whole periods from the first frame, unless frames are missing. */
    if (!GST_CLOCK_TIME_IS_VALID(c->due) || pts - c->due >= period)
        c->due = pts;
    c->due += period;
    return TRUE;
}

static GstPadProbeReturn
frame_comes(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Classification *c = data;

    if (c->frames++ == 0)
        c->is_video = is_video(pad);
    if (is_due(c, GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info))))
        return GST_PAD_PROBE_OK;
    effnet_decoding_note_done(c->decoding);
    return GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
frame_arrived(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    Classification *c = data;
    GstEfficientNetResult result = {0};
    gboolean first = effnet_tally_is_empty(c->tally);

    if (gst_efficientnet_buffer_get_result(buffer, 0, &result) && is_unknown(&result))
        effnet_tally_add(c->tally, G_MAXUINT, UNKNOWN);
    else if (result.n_classes > 0)
        effnet_tally_add(c->tally, (guint)gst_efficientnet_result_get_index(&result, 0),
                         gst_efficientnet_result_get_label(&result, 0));
    else
        effnet_tally_add(c->tally, 0, NULL);
    if (c->format == JSON)
        print_json(c, buffer, pad, &result);
    else if (c->format == CSV)
        print_csv(c, &result, GST_BUFFER_PTS(buffer));
    else
        print_text(c, &result, GST_BUFFER_PTS(buffer), first);
    fflush(stdout);
    effnet_decoding_note_done(c->decoding);
    return GST_PAD_PROBE_OK;
}

static gboolean
create_elements(Classification *c, GError **error)
{
    static const char *const factories[] = {"uridecodebin", "videoconvert", "efficientnet",
                                            "fakesink"};
    GstElement *elements[G_N_ELEMENTS(factories)];
    g_autoptr(GstPad) pad = NULL, sink = NULL;

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
    sink = gst_element_get_static_pad(c->classifier, "sink");
    gst_pad_add_probe(sink, GST_PAD_PROBE_TYPE_BUFFER, frame_comes, c, NULL);
    pad = gst_element_get_static_pad(c->classifier, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, frame_arrived, c, NULL);
    return TRUE;
}

static gboolean
set_properties(const Classification *c, GError **error)
{
    const Options *options = c->options;

    g_object_set(c->classifier, "top-k", options->top_k == UNSET ? BLOCK_TOP : options->top_k,
                 "threads", options->threads, "threshold", options->threshold, "embedding",
                 options->embedding, NULL);
    if (options->model)
        g_object_set(c->classifier, "model", options->model, NULL);
    if (options->labels_file)
        g_object_set(c->classifier, "labels-file", options->labels_file, NULL);
    if (options->precision)
        gst_util_set_object_arg(G_OBJECT(c->classifier), "precision", options->precision);
    if (options->model_options &&
        !effnet_media_set_property(c->classifier, "model-options", options->model_options, error))
        return FALSE;
    if (options->unknown &&
        !effnet_media_set_property(c->classifier, "unknown", options->unknown, error))
        return FALSE;
    return options->orientation == NULL ||
           effnet_media_set_property(c->classifier, "orientation", options->orientation, error);
}

static void
warn_truncated(const char *name)
{
    g_autofree char *sentence =
        g_strdup_printf("%s: the picture is cut off: what is missing was taken for grey", name);

    effnet_command_warn(sentence);
}

static void
print_summary(const Classification *c)
{
    g_autoptr(GString) line = g_string_new("  ");

    effnet_tally_append(c->tally, line, BLOCK_TOP);
    effnet_print(stdout, "%s", line->str);
}

/* Finishes a file after its last frame. */
static gboolean
finish_file(const Classification *c, GError **error)
{
    guint index;
    const char *label = effnet_tally_get_best(c->tally, &index);

    if (effnet_decoding_is_truncated(c->decoding) && c->objects == NULL)
        warn_truncated(c->name);
    if (c->is_video && c->format == TEXT)
        print_summary(c);
    return c->sorter == NULL || label == NULL ||
           effnet_sorter_put(c->sorter, c->name, label, index, error);
}

static gboolean
classify_file(Classification *c, const char *name, GError **error)
{
    g_clear_pointer(&c->uri, g_free);
    c->name = name;
    c->frames = 0;
    c->due = GST_CLOCK_TIME_NONE;
    c->is_video = FALSE;
    effnet_tally_reset(c->tally);
    c->uri = effnet_media_new_uri(name, error);
    if (c->uri == NULL || !effnet_media_show(c->pipeline, c->source, c->decoding, name, c->uri,
                                             (guint)c->options->timeout, error))
        return FALSE;
    if (!effnet_tally_is_empty(c->tally))
        return finish_file(c, error);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s: no picture could be decoded", name);
    return FALSE;
}

/* Keeps FAILURE as the last one, and prints the one before. */
static void
note_failure(GError **last, GError *failure)
{
    if (*last)
        effnet_command_print_error(*last);
    g_clear_error(last);
    *last = failure;
}

/* A file that fails does not keep the others from being classified; the last failure is left in
 * LAST. */
static gboolean
classify_files(Classification *c, GError **last, GError **error)
{
    for (guint i = 0; i < c->files->len; i++) {
        GError *failure = NULL;

        if (!classify_file(c, g_ptr_array_index(c->files, i), &failure))
            note_failure(last, failure);
    }
    if (*last == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(last));
    return FALSE;
}

static gboolean
parse_format(Classification *c, GError **error)
{
    static const char *const names[] = {"text", "json", "csv"};
    const char *name = c->options->format;

    c->format = c->options->json ? JSON : TEXT;
    for (guint i = 0; name && i < G_N_ELEMENTS(names); i++) {
        if (g_str_equal(name, names[i])) {
            c->format = (Format)i;
            return TRUE;
        }
    }
    if (name == NULL)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "--format must be text, json or csv, not \"%s\"", name);
    return FALSE;
}

/* --files-from has options of its own, and leaves out some of the others. */
static gboolean
check_filter(const Options *options, GError **error)
{
    const char *wrong = options->files       ? "file names as arguments"
                        : options->sort_into ? "--sort-into"
                        : options->format    ? "--format"
                                             : NULL;
    const char *alone = options->output          ? "--output"
                        : options->is_resumed    ? "--resume"
                        : options->is_unordered  ? "--unordered"
                        : options->is_zero       ? "--null"
                        : options->jobs != UNSET ? "--jobs"
                                                 : NULL;

    if (options->files_from && wrong)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "--files-from and %s cannot be together", wrong);
    else if (options->files_from == NULL && alone)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s is about --files-from", alone);
    else if (options->is_resumed && options->output == NULL)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "--resume goes on with a file, which --output names");
    else if (options->embedding && !options->json && options->files_from == NULL &&
             g_strcmp0(options->format, "json") != 0)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "--embedding is about JSON");
    else
        return options->jobs == UNSET ||
               effnet_command_check("--jobs", options->jobs, 0, MAX_JOBS, error);
    return FALSE;
}

/* "2s", "500ms", "2": a rate is made of it. */
static gboolean
parse_frames_every(Options *options, GError **error)
{
    double seconds;
    char *end;

    if (options->frames_every == NULL)
        return TRUE;
    if (options->max_rate != UNSET) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "--frames-every and --max-rate say the same: one of them is enough");
        return FALSE;
    }
    seconds = g_ascii_strtod(options->frames_every, &end);
    if (g_str_equal(end, "ms"))
        seconds /= 1000;
    if (end == options->frames_every ||
        (*end && !g_str_equal(end, "s") && !g_str_equal(end, "ms")) ||
        !(seconds == 0 || (seconds >= 1 / MAX_RATE && seconds <= 1e6))) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "--frames-every must be a time like 1s or 500ms, or 0 for all frames, not %s",
                    options->frames_every);
        return FALSE;
    }
    options->max_rate = seconds > 0 ? 1 / seconds : 0;
    return TRUE;
}

static gboolean
check_unknown(const char *text, GError **error)
{
    double similarity;
    char *end;

    if (!text || g_str_equal(text, "auto") || g_str_equal(text, "off"))
        return TRUE;
    similarity = g_ascii_strtod(text, &end);
    if (g_ascii_isdigit(*text) && *end == '\0')
        return effnet_command_check("--unknown", similarity, 0, 1, error);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "--unknown must be auto, off or a number between 0 and 1, not %s", text);
    return FALSE;
}

static gboolean
check_options(const Options *options, GError **error)
{
    EffNetPrecision precision;

    if (options->files == NULL && options->files_from == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "name a file, a folder or a URI");
        return FALSE;
    }
    if (!check_filter(options, error))
        return FALSE;
    if (options->copy && options->sort_into == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "--copy is about --sort-into, which names a folder");
        return FALSE;
    }
    return (options->top_k == UNSET ||
            effnet_command_check("--top-k", options->top_k, 1, 1e6, error)) &&
           effnet_command_check("--threads", options->threads, 0, 4096, error) &&
           effnet_command_check("--timeout", options->timeout, 1, 86400, error) &&
           check_unknown(options->unknown, error) &&
           effnet_command_check("--threshold", options->threshold, 0, 1, error) &&
           (options->max_rate == UNSET ||
            effnet_command_check("--max-rate", options->max_rate, 0, MAX_RATE, error)) &&
           effnet_command_check("--max-megapixels", options->max_megapixels, 1e-6, 1e6, error) &&
           (options->precision == NULL ||
            effnet_precision_parse(options->precision, &precision, error));
}

/* Lists the files that the arguments name; a folder that cannot be read is a failure like a
 * file's. */
static gboolean
list_files(Classification *c, GError **last, GError **error)
{
    c->files = g_ptr_array_new_with_free_func(g_free);
    for (char **name = c->options->files; *name; name++) {
        GError *failure = NULL;

        if (c->sorter && effnet_media_is_uri(*name)) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "--sort-into is about files, and %s is an address", *name);
            return FALSE;
        }
        if (!effnet_media_files_add(c->files, *name, c->options->sort_into, &failure))
            note_failure(last, failure);
    }
    return TRUE;
}

static void
close_worker(gpointer worker)
{
    classification_clear(worker);
    g_free(worker);
}

static gpointer
open_worker(gpointer options, GError **error)
{
    Classification *c = g_new0(Classification, 1);
    g_autoptr(GstBus) bus = NULL;

    c->options = options;
    c->format = JSON;
    c->tally = effnet_tally_new();
    c->objects = g_string_new(NULL);
    if (create_elements(c, error) && set_properties(c, error)) {
        bus = gst_element_get_bus(c->pipeline);
        if (effnet_media_open_model(c->classifier, bus, error))
            return c;
    }
    close_worker(c);
    return NULL;
}

/* A picture's record has what its line would have; a video's, its lines. */
static gboolean
run_worker(gpointer worker, const char *input, GString *record, GError **error)
{
    Classification *c = worker;

    g_string_truncate(c->objects, 0);
    c->n_objects = 0;
    if (!classify_file(c, input, error))
        return FALSE;
    if (c->n_objects == 1 && !c->is_video)
        g_string_append_len(record, c->objects->str + 1, (gssize)c->objects->len - 2);
    else
        g_string_append_printf(record, "\"frames\":[%s]", c->objects->str);
    return TRUE;
}

/* Where there are several jobs, each computes on its share of the threads: so none of them waits
 * for another, and pictures are decoded while others are inferred. */
static gboolean
run_filter(Options *options, GError **error)
{
    static const EffNetFilterWork work = {open_worker, close_worker, run_worker};
    guint all = effnet_cpu_get_threads();
    guint jobs = options->jobs == UNSET || options->jobs == 0 ? all : (guint)options->jobs;
    const EffNetFilterOptions filter = {options->files_from, options->output,
                                        options->is_zero,    options->is_unordered,
                                        options->is_resumed, jobs};
    gboolean some_failed = FALSE;

    if (options->threads == 0)
        options->threads = (int)MAX(1, all / jobs);
    /* Each file has threads of its own, which would leave something in each of many arenas. */
    mallopt(M_ARENA_MAX, (int)jobs + 1);
    effnet_media_register_elements();
    return effnet_filter_run(&filter, &work, options, &some_failed, error) && !some_failed;
}

static gboolean
run_classify(Options *options, GError **error)
{
    g_autoptr(GstBus) bus = NULL;
    g_autoptr(GError) last = NULL;
    g_auto(Classification) c = {.options = options, .tally = effnet_tally_new()};

    if (!check_options(options, error) || !parse_frames_every(options, error) ||
        !parse_format(&c, error) || !gst_init_check(NULL, NULL, error))
        return FALSE;
    if (options->files_from)
        return run_filter(options, error);
    if (options->sort_into) {
        c.sorter = effnet_sorter_new(options->sort_into, options->copy, error);
        if (c.sorter == NULL)
            return FALSE;
    }
    effnet_media_register_elements();
    if (!list_files(&c, &last, error) || !create_elements(&c, error) || !set_properties(&c, error))
        return FALSE;
    bus = gst_element_get_bus(c.pipeline);
    if (!effnet_media_open_model(c.classifier, bus, error))
        return FALSE;
    if (c.format == CSV)
        puts("file,time,rank,index,label,score");
    return classify_files(&c, &last, error);
}

gboolean
effnet_command_classify(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_auto(Options) options = {.top_k = UNSET,
                               .max_rate = UNSET,
                               .jobs = UNSET,
                               .timeout = TIMEOUT,
                               .max_megapixels = EFFNET_DECODING_MAX_PIXELS / 1e6};
    const GOptionEntry entries[] = {
        {"model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
         "The checkpoint, a file or a name (default: the installed one)", "MODEL"},
        {"labels-file", 'l', 0, G_OPTION_ARG_FILENAME, &options.labels_file,
         "One label a line, instead of the model's", "FILE"},
        {"top-k", 'k', 0, G_OPTION_ARG_INT, &options.top_k,
         "How many classes (default: 5, and 3 where they are in one line)", "K"},
        {"threshold", 0, 0, G_OPTION_ARG_DOUBLE, &options.threshold,
         "Leave out classes of lower scores, from 0 to 1 (default 0)", "SCORE"},
        {"max-rate", 0, 0, G_OPTION_ARG_DOUBLE, &options.max_rate,
         "Look at so many frames of a video in each second, 0: at all (default: 1, and all for "
         "JSON and CSV)",
         "N"},
        EFFNET_COMMAND_MODEL_OPTIONS(options.model_options),
        EFFNET_COMMAND_PRECISION(options.precision, "auto"),
        {"threads", 't', 0, G_OPTION_ARG_INT, &options.threads, "0, the default: all", "T"},
        {"unknown", 0, 0, G_OPTION_ARG_STRING, &options.unknown,
         "With a model of effnet learn, what is less similar than that (0..1) to what was learned "
         "is "
         "unknown; off: nothing is; auto (the default): by the model's own threshold",
         "SIMILARITY"},
        {"orientation", 0, 0, G_OPTION_ARG_STRING, &options.orientation,
         "auto (the default): turned as the picture's EXIF or the video's tag says; identity: as "
         "it is stored; or 90r, 180, 90l, horiz, vert",
         "HOW"},
        {"timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout,
         "Give a file up when nothing has come of it for so long (default 30)", "S"},
        {"max-megapixels", 0, 0, G_OPTION_ARG_DOUBLE, &options.max_megapixels,
         "Do not decode larger pictures (default 100)", "N"},
        {"format", 'f', 0, G_OPTION_ARG_STRING, &options.format,
         "text (the default), json or csv: print lines to read, a JSON object a frame, a row a "
         "class",
         "FORMAT"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &options.json, "The same as --format json", NULL},
        {"sort-into", 0, 0, G_OPTION_ARG_FILENAME, &options.sort_into,
         "Link files into a folder of FOLDER for each class; a video by the class of most of its "
         "frames",
         "FOLDER"},
        {"files-from", 0, 0, G_OPTION_ARG_FILENAME, &options.files_from,
         "Classify what is named in LIST, a name a line (-: standard input), and print a JSON "
         "object "
         "for each name, failures too",
         "LIST"},
        {"null", '0', 0, G_OPTION_ARG_NONE, &options.is_zero,
         "Names in LIST end with NUL instead of newlines", NULL},
        {"jobs", 0, 0, G_OPTION_ARG_INT, &options.jobs,
         "Take so many names at once (default: as many as there are threads)", "N"},
        {"unordered", 0, 0, G_OPTION_ARG_NONE, &options.is_unordered,
         "Print what is ready, not in LIST's order", NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
         "Write to FILE, which must not exist yet", "FILE"},
        {"resume", 0, 0, G_OPTION_ARG_NONE, &options.is_resumed,
         "Go on with FILE where an earlier run was ended", NULL},
        {"embedding", 0, 0, G_OPTION_ARG_NONE, &options.embedding,
         "Print the pooled features as well, in JSON", NULL},
        {"frames-every", 0, 0, G_OPTION_ARG_STRING, &options.frames_every,
         "Look at a frame of a video in so much time, e.g. 1s or 500ms; 0: at all (default with "
         "--files-from: 1s)",
         "TIME"},
        {"copy", 0, 0, G_OPTION_ARG_NONE, &options.copy, "Copy them there, instead of linking",
         NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL, NULL},
        {NULL},
    };

    return effnet_command_parse(command, entries, &argc, &argv, 0, 0, error) &&
           run_classify(&options, error);
}
