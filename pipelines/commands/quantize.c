/* SPDX-License-Identifier: BSD-2-Clause */
/* Passes a folder of images, decoded as for classify, to the engine's quantizer: once to calibrate,
 * and again to measure the error. */
#include "../command.h"
#include "../printable.h"
#include "../frames.h"
#include "../outfile.h"
#include "../modeloptions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/gst.h>

#include "modelfile.h"

#define MAX_PICTURES 4096

typedef struct {
    char *model, *model_options, *images, *output;
} Options;

static void
options_clear(Options *options)
{
    g_free(options->model);
    g_free(options->model_options);
    g_free(options->images);
    g_free(options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean
add_frame(gpointer quantizer, const EffNetFrame *frame, GError **error)
{
    return effnet_quantizer_add_frame(quantizer, frame, error);
}

static gboolean
compare_frame(gpointer quantizer, const EffNetFrame *frame, GError **error)
{
    return effnet_quantizer_compare_frame(quantizer, frame, error);
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

/* Of a video, only the first frame is used. A file that is not an image is reported and left
 * out. */
static gboolean
show_all(EffNetFrames *frames, EffNetQuantizer *quantizer, const GPtrArray *files,
         EffNetFramesUse use, gboolean quiet, GError **error)
{
    guint shown = 0;

    for (guint i = 0; i < files->len; i++) {
        g_autoptr(GError) failure = NULL;

        if (effnet_frames_show(frames, g_ptr_array_index(files, i), 1, use, quantizer, &failure))
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

/* The features were computed by another network, as it were. */
static void
warn_of_pictures(const EffNetQuantizer *quantizer, const char *output)
{
    g_autofree char *warning = g_strdup_printf(
        "%s keeps nothing of the pictures that %s was learned from: nothing is unknown to it, and "
        "nothing can be added to it",
        output, effnet_quantizer_get_info(quantizer)->name);

    effnet_command_warn(warning);
}

static gboolean
quantize(const Options *options, GError **error)
{
    EffNetModelOptions model_options = {0};
    g_autofree char *arch = NULL, *model = NULL;
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(EffNetOutfile) outfile = NULL;
    g_autoptr(EffNetQuantizer) quantizer = NULL;
    g_autoptr(EffNetFrames) frames = NULL;

    if (!effnet_model_options_parse(options->model_options, &model_options, &arch, error))
        return FALSE;
    model = gst_efficientnet_modelfile_get(options->model, arch, error);
    files = model ? list_files(options->images, error) : NULL;
    outfile = files ? effnet_outfile_new(options->output, FALSE, error) : NULL;
    quantizer = outfile ? effnet_quantizer_new(model, &model_options, error) : NULL;
    if (quantizer == NULL || !gst_init_check(NULL, NULL, error))
        return FALSE;
    effnet_command_warn_of_labels(effnet_quantizer_get_info(quantizer));
    frames = effnet_frames_new(error);
    if (frames == NULL || !show_all(frames, quantizer, files, add_frame, FALSE, error) ||
        !effnet_quantizer_write(quantizer, effnet_outfile_get_path(outfile), error) ||
        !show_all(frames, quantizer, files, compare_frame, TRUE, error) ||
        !effnet_outfile_commit(outfile, error))
        return FALSE;
    print_report(quantizer, options->output);
    if (effnet_quantizer_get_info(quantizer)->has_known)
        warn_of_pictures(quantizer, options->output);
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
