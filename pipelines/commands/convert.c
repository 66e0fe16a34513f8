/* SPDX-License-Identifier: BSD-2-Clause */
/* effnet convert: a program of its own, so that nothing else links with the libraries that read its
 * files, or shares a process with them. */
#include "../command.h"
#include "../outfile.h"
#include "../printable.h"
#include "../rewrite.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "../convert/archive.h"
#include "../convert/child.h"
#include "../convert/modelinfo.h"
#include "../convert/output.h"
#include "../convert/readers.h"
#include "../convert/store.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/file.h"
#include "modelfile.h"
#include "recognise/labels.h"
#include "recognise/recognise.h"

/* The largest protocol buffers and flat buffers. */
#define MAX_FILE   G_MAXINT32
#define MAX_LABELS ((gsize)16 << 20)
/* Limits of the HDF5 library: time on a slow machine, and memory besides the numbers as they are
 * read and written. */
#define MAX_SECONDS 600
#define MAX_BYTES   (G_GUINT64_CONSTANT(2) << 30)
#define MAX_COPIES  6
/* Those of any conversion that nobody watches, but time that is computed in. */
#define MAX_CACHE_SECONDS 120

typedef struct {
    const char *input;
    char *output, *arch, *labels_file;
    gboolean into_cache;
    EffNetOutfile *outfile;
    char *data; /* the input's, or the model's in it */
    gsize n;
    gboolean is_packed; /* the model is in an archive */
    char **labels;      /* the input's own, or the file's */
    EffNetGraph *graph; /* what was read of them; NULL: nothing yet */
} Options;

static void
options_clear(Options *options)
{
    effnet_graph_free(options->graph);
    g_free(options->data);
    g_free(options->output);
    g_free(options->arch);
    g_free(options->labels_file);
    g_strfreev(options->labels);
    g_clear_pointer(&options->outfile, effnet_outfile_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean
is_keras(const Options *options)
{
    return options->n > 8 && (memcmp(options->data, "\x89HDF\r\n\x1a\n", 8) == 0 ||
                              memcmp(options->data, "PK\3\4", 4) == 0);
}

static gboolean
read_keras(EffNetGraph *graph, const guint8 *data, gsize n, const char *arch, GError **error)
{
#ifdef EFFNET_HAVE_HDF5
    return effnet_keras_read(graph, data, n, arch, error);
#else
    return effnet_graph_fail(graph, error,
                             "is a Keras file, which this effnet was built without the HDF5 "
                             "library to read");
#endif
}

/* Reads the graph, whose format its content shows: ONNX starts with a small version after the
 * number of its field. */
static gboolean
read_graph(Options *options, GError **error)
{
    const guint8 *bytes = (const guint8 *)options->data;
    EffNetGraph *graph = options->graph = effnet_graph_new(options->input);

    graph->is_packed = options->is_packed;
    if (is_keras(options))
        return read_keras(graph, bytes, options->n, options->arch, error);
    if (options->n > 8 && memcmp(bytes + 4, "TFL3", 4) == 0)
        return effnet_tflite_read(graph, bytes, options->n, error) &&
               effnet_modelinfo_apply(graph, error);
    if (options->n > 2 && bytes[0] == 0x08 && bytes[1] > 0 && bytes[1] < 32)
        return effnet_onnx_read(graph, bytes, options->n, error) &&
               effnet_modelinfo_apply(graph, error);
    return effnet_graph_fail(graph, error,
                             "is neither a Keras (HDF5), nor an ONNX, nor a TFLite file, by its "
                             "content");
}

static gboolean
convert(gpointer data, GError **error)
{
    Options *options = data;

    if (options->graph == NULL && !read_graph(options, error))
        return FALSE;
    return effnet_graph_write(options->graph, options->arch,
                              options->labels_file ? options->labels_file : options->input,
                              options->labels, effnet_outfile_get_path(options->outfile), error);
}

/* Whether INPUT is, by its content, what the engine reads already: a checkpoint, or a folder with
 * one; or else a model's name. */
static gboolean
is_checkpoint(const char *input)
{
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;

    if (g_file_test(input, G_FILE_TEST_IS_DIR))
        return TRUE;
    if (!g_file_test(input, G_FILE_TEST_EXISTS))
        return strpbrk(input, "./") == NULL;
    checkpoint = effnet_checkpoint_open(input, NULL);
    return checkpoint || g_str_has_suffix(input, ".safetensors") ||
           g_str_has_suffix(input, ".pth") || g_str_has_suffix(input, ".pt");
}

/* Writes a checkpoint anew, with all that its file and those beside it say in one, and perhaps with
 * other labels. */
static gboolean
rewrite(const Options *options, GError **error)
{
    const EffNetModelOptions model_options = {.arch = options->arch};
    g_autofree char *path = gst_efficientnet_modelfile_find(options->input, error);
    g_autoptr(EffNetRecognition) r = path ? effnet_recognise(path, &model_options, error) : NULL;
    g_auto(GStrv) labels = NULL;
    EffNetNewHead head = {0};
    const char *no_metadata[] = {NULL};

    if (r == NULL)
        return FALSE;
    if (options->labels_file) {
        labels = effnet_labels_load(options->labels_file, r->info.n_classes, error);
        if (labels == NULL)
            return FALSE;
        head.labels = (const char *const *)labels;
    } else {
        effnet_command_warn_of_labels(&r->info);
    }
    return effnet_rewrite(path, &model_options, &head, no_metadata,
                          effnet_outfile_get_path(options->outfile), error);
}

/* Reads the model, and the labels that are with it unless others were given. */
static gboolean
load(Options *options, GError **error)
{
    g_auto(GStrv) own = NULL;
    g_autofree char *text = NULL;
    gsize length;

    if (options->data == NULL)
        options->data = effnet_file_load(options->input, MAX_FILE, &options->n, error);
    if (options->data == NULL)
        return FALSE;
    options->is_packed = options->n > 4 && memcmp(options->data, "PK\3\4", 4) == 0;
    if (options->is_packed &&
        !effnet_archive_open(options->input, &options->data, &options->n, MAX_FILE, &own, error))
        return FALSE;
    if (options->labels_file == NULL) {
        options->labels = g_steal_pointer(&own);
        return TRUE;
    }
    text = effnet_file_load(options->labels_file, MAX_LABELS, &length, error);
    options->labels = text ? effnet_labels_split(options->labels_file, text, length, error) : NULL;
    return options->labels != NULL;
}

static EffNetWorkLimits
limits_of(guint64 n_bytes, guint seconds)
{
    return (EffNetWorkLimits){seconds, MAX_BYTES + MAX_COPIES * n_bytes};
}

/* Converts a file that only this program reads. */
static gboolean
read_foreign(Options *options, GError **error)
{
    EffNetWorkLimits limits;

    if (!load(options, error))
        return FALSE;
    limits = limits_of(options->n, MAX_SECONDS);
    if (is_keras(options)) /* the HDF5 library does not survive every broken file */
        return effnet_work_in_child(convert, options, options->input, &limits, error);
    return convert(options, error);
}

/* Renames the output once it can be opened, and says how it is recognised. */
static gboolean
take_output(Options *options, GError **error)
{
    g_autoptr(EffNetModel) model =
        effnet_model_open(effnet_outfile_get_path(options->outfile), NULL, error);
    const EffNetModelInfo *info;

    if (!model) {
        g_prefix_error(error, "%s is not written, as it could not be opened: ", options->output);
        return FALSE;
    }
    if (!effnet_outfile_commit(options->outfile, error))
        return FALSE;
    info = effnet_model_get_info(model);
    effnet_print(stdout, "%s: %s, %u classes, resolution %u, padding %s", options->output,
                 info->arch, info->n_classes, info->resolution,
                 info->padding == EFFNET_PADDING_SAME ? "same" : "symmetric");
    if (options->graph && options->graph->is_quantised)
        effnet_print(
            stdout,
            "its weights of 8 bits are floats now: effnet quantize makes a model for int8 of them");
    return TRUE;
}

/* Puts what the input is converted to into the cache, unless it is there; returns its path. */
static char *
convert_into_cache(Options *options, GError **error)
{
    g_autofree char *folder =
        g_build_filename(g_get_user_cache_dir(), "efficientnet", "converted", NULL);
    g_autoptr(EffNetStore) store = NULL;
    EffNetWorkLimits limits;
    struct stat st;

    /* This process does nothing else, and so need not have a child for it. */
    limits = limits_of(stat(options->input, &st) == 0 ? (guint64)st.st_size : 0, MAX_CACHE_SECONDS);
    effnet_work_limit(&limits);
    umask(S_IRWXG | S_IRWXO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    options->data = effnet_file_load(options->input, MAX_FILE, &options->n, error);
    /* ONNX and TFLite files may have others beside them, which are then as much of the content. */
    if (options->data == NULL || (!is_keras(options) && !read_graph(options, error)))
        return NULL;
    store = effnet_store_open(folder, options->input, options->arch, options->data, options->n,
                              options->graph ? options->graph->files : NULL, error);
    if (store == NULL)
        return NULL;
    if (effnet_store_has(store))
        return g_strdup(effnet_store_get_path(store));
    g_unlink(effnet_store_get_path(store)); /* its permissions as well, if others may write to it */
    options->outfile = effnet_outfile_new(effnet_store_get_path(store), FALSE, error);
    if (options->outfile == NULL || !load(options, error) || !convert(options, error) ||
        !effnet_outfile_commit(options->outfile, error))
        return NULL;
    return g_strdup(effnet_store_get_path(store));
}

/* Answers whoever started this, in modelfile.c, with the path or with the error's code and
 * sentence, and a full stop. */
static gboolean
answer(Options *options)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = convert_into_cache(options, &error);

    if (path)
        printf("=%s.", path);
    else
        printf("%d%s.", error->code, error->message);
    return TRUE;
}

static gboolean
run_convert(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_auto(Options) options = {0};
    gboolean ok;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, "The file to write",
         "OUT.safetensors"},
        {"arch", 'a', 0, G_OPTION_ARG_STRING, &options.arch,
         "Which network it is, by our or timm's name, where its shapes do not tell", "NAME"},
        {"labels-file", 'l', 0, G_OPTION_ARG_FILENAME, &options.labels_file,
         "Write these labels, one a line, into the checkpoint", "FILE"},
        {"into-cache", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &options.into_cache, NULL, NULL},
        {NULL},
    };

    if (!effnet_command_parse(command, entries, &argc, &argv, 1, 1, error))
        return FALSE;
    options.input = argv[1];
    if (options.into_cache)
        return answer(&options);
    if (!options.output || !g_str_has_suffix(options.output, ".safetensors")) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "--output must name a file that ends in .safetensors");
        return FALSE;
    }
    options.outfile = effnet_outfile_new(options.output, FALSE, error);
    if (options.outfile == NULL)
        return FALSE;
    ok = is_checkpoint(options.input) ? rewrite(&options, error) : read_foreign(&options, error);
    return ok && take_output(&options, error);
}

int
main(int argc, char **argv)
{
    static const EffNetCommand command = {
        "convert", "IN",
        "Makes a checkpoint of a Keras (.h5, .weights.h5, .keras), ONNX or TFLite file, or of "
        "another checkpoint",
        run_convert};

    setlocale(LC_CTYPE, "");
    return effnet_command_main(&command, argc, argv);
}
