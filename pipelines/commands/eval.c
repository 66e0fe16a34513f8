/* SPDX-License-Identifier: BSD-2-Clause */
/* effnet eval, which is in the same program as effnet learn. */
#include "../command.h"
#include "../modeloptions.h"
#include "../outfile.h"
#include "../printable.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <gst/gst.h>

#include "../learn/commands.h"
#include "../learn/evaluation.h"
#include "../learn/jsonout.h"
#include "../learn/confusion.h"

typedef struct {
    char **models, **precisions, **folders;
    char *model_options, *list, *confusion;
    int frames, threads;
    gboolean json;
} Options;

static void
options_clear(Options *options)
{
    g_strfreev(options->models);
    g_strfreev(options->precisions);
    g_strfreev(options->folders);
    g_free(options->model_options);
    g_free(options->list);
    g_free(options->confusion);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean
check_options(const Options *o, GError **error)
{
    guint n_sources = (o->folders ? g_strv_length(o->folders) : 0) + (o->list != NULL);
    EffNetPrecision precision;

    if (n_sources != 1)
        return effnet_command_refuse(error,
                                     "name one folder with a folder a class, or a list by --list");
    if (o->confusion && !g_str_has_suffix(o->confusion, ".csv") &&
        !g_str_has_suffix(o->confusion, ".png"))
        return effnet_command_refuse(error,
                                     "--confusion must name a file that ends in .csv or .png");
    for (char **name = o->precisions; name && *name; name++)
        if (!effnet_precision_parse(*name, &precision, error))
            return FALSE;
    return effnet_command_check("--frames", o->frames, 1, 10000, error) &&
           effnet_command_check("--threads", o->threads, 0, 4096, error);
}

static EffNetEvaluation *
evaluate(const Options *o, const EffNetDataset *dataset, const char *name, const char *precision,
         GError **error)
{
    const EffNetGatherOptions options = {
        .views = 1,
        .frames = (guint)o->frames,
        .threads = effnet_command_threads((guint)o->threads),
        .logits = TRUE,
        .quiet = !isatty(STDERR_FILENO),
    };
    g_autoptr(EffNetModel) model = NULL;
    EffNetPrecision parsed = EFFNET_PRECISION_AUTO;

    if (precision && !effnet_precision_parse(precision, &parsed, error))
        return NULL;
    model = effnet_command_open_model(name, o->model_options, parsed, FALSE, error);
    return model ? effnet_evaluation_new(model, dataset, &options, error) : NULL;
}

/* Evaluates every model in every precision; by default the installed model in precision auto. */
static gboolean
evaluate_all(const Options *o, const EffNetDataset *dataset, GPtrArray *evaluations, GError **error)
{
    char *none[] = {NULL, NULL};
    char **models = o->models ? o->models : none;
    char **precisions = o->precisions ? o->precisions : none;

    for (guint m = 0; m == 0 || models[m]; m++)
        for (guint p = 0; p == 0 || precisions[p]; p++) {
            EffNetEvaluation *e = evaluate(o, dataset, models[m], precisions[p], error);

            if (!e)
                return FALSE;
            g_ptr_array_add(evaluations, e);
        }
    return TRUE;
}

static gboolean
write_csv(const EffNetConfusion *matrix, const char *path, GError **error)
{
    g_autofree char *csv = effnet_confusion_to_csv(matrix);
    g_autoptr(GError) failure = NULL;

    if (g_file_set_contents(path, csv, -1, &failure))
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s", failure->message);
    return FALSE;
}

static gboolean
write_confusion(const char *path, const EffNetEvaluation *e, GError **error)
{
    const EffNetConfusion matrix = {e->info->n_classes, e->judgement->confusion, e->info->labels};
    g_autoptr(EffNetOutfile) outfile = NULL;
    const char *written;

    if (e->multi)
        return effnet_command_refuse(
            error, "--confusion is of models that tell one class, not several labels");
    if (!matrix.counts)
        return effnet_command_refuse(error, "--confusion: there is no memory for so many classes");
    outfile = effnet_outfile_new(path, FALSE, error);
    if (!outfile)
        return FALSE;
    written = effnet_outfile_get_path(outfile);
    return (g_str_has_suffix(path, ".csv") ? write_csv : effnet_confusion_draw)(&matrix, written,
                                                                                error) &&
           effnet_outfile_commit(outfile, error);
}

static void
print_difference(const EffNetEvaluation *a, const EffNetEvaluation *b)
{
    guint only_a, only_b;
    double p;

    if (!effnet_evaluation_compare(a, b, &only_a, &only_b)) {
        effnet_print(stdout, "%s and %s were not shown the same pictures", a->name, b->name);
        return;
    }
    p = effnet_judge_difference(only_a, only_b);
    effnet_print(
        stdout, "%s alone is right %u times, %s alone %u times: %s (McNemar's test: p = %.3g)",
        a->name, only_a, b->name, only_b,
        p < 0.05 ? "a difference that chance seldom makes" : "a difference that may be chance", p);
}

static void
print_text(const GPtrArray *evaluations)
{
    for (guint i = 0; i < evaluations->len; i++) {
        effnet_evaluation_print(g_ptr_array_index(evaluations, i), evaluations->len == 1, stdout);
        if (i + 1 < evaluations->len)
            putchar('\n');
    }
    for (guint i = 1; i < evaluations->len; i++) {
        if (i == 1)
            putchar('\n');
        print_difference(g_ptr_array_index(evaluations, 0), g_ptr_array_index(evaluations, i));
    }
}

static void
print_json(const GPtrArray *evaluations)
{
    g_autoptr(GString) json = g_string_new("{");

    effnet_json_open(json, "models", '[');
    for (guint i = 0; i < evaluations->len; i++)
        effnet_evaluation_add_json(g_ptr_array_index(evaluations, i), json);
    g_string_append_c(json, ']');
    effnet_json_open(json, "differences", '[');
    for (guint i = 1; i < evaluations->len; i++) {
        guint only_a, only_b;

        if (!effnet_evaluation_compare(g_ptr_array_index(evaluations, 0),
                                       g_ptr_array_index(evaluations, i), &only_a, &only_b))
            continue;
        effnet_json_open(json, NULL, '{');
        effnet_json_add_number(json, "first", 0);
        effnet_json_add_number(json, "second", i);
        effnet_json_add_number(json, "first_alone", only_a);
        effnet_json_add_number(json, "second_alone", only_b);
        effnet_json_add_number(json, "p", effnet_judge_difference(only_a, only_b));
        g_string_append_c(json, '}');
    }
    g_string_append(json, "]}");
    puts(json->str);
}

static gboolean
run(const Options *options, GError **error)
{
    g_autoptr(GPtrArray) evaluations =
        g_ptr_array_new_with_free_func((GDestroyNotify)effnet_evaluation_free);
    g_autoptr(EffNetDataset) dataset = NULL;

    if (!check_options(options, error) || !gst_init_check(NULL, NULL, error))
        return FALSE;
    dataset = options->list ? effnet_dataset_open_list(options->list, error)
                            : effnet_dataset_open_folder(options->folders[0], error);
    if (!dataset || !evaluate_all(options, dataset, evaluations, error) ||
        (options->confusion &&
         !write_confusion(options->confusion, g_ptr_array_index(evaluations, 0), error)))
        return FALSE;
    (options->json ? print_json : print_text)(evaluations);
    return TRUE;
}

gboolean
effnet_command_eval(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_auto(Options) options = {.frames = 20};
    const GOptionEntry entries[] = {
        {"model", 'm', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.models,
         "A checkpoint, a file or a name; several are compared (default: the installed one)",
         "MODEL"},
        {"precision", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &options.precisions,
         "In which numbers to compute; several are compared (default: auto)", "PRECISION"},
        EFFNET_COMMAND_MODEL_OPTIONS(options.model_options),
        {"list", 'l', 0, G_OPTION_ARG_FILENAME, &options.list,
         "Instead of a folder: lines of a path, a comma, and labels with ';' between them",
         "FILE.csv"},
        {"frames", 'f', 0, G_OPTION_ARG_INT, &options.frames,
         "How many frames of a video, at most (default 20)", "N"},
        {"confusion", 'c', 0, G_OPTION_ARG_FILENAME, &options.confusion,
         "Write which classes the first model takes for which, as a table or a picture",
         "FILE.csv|.png"},
        {"threads", 't', 0, G_OPTION_ARG_INT, &options.threads, "0, the default: all", "T"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &options.json, "Print all of it as JSON", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.folders, NULL, NULL},
        {NULL},
    };

    return effnet_command_parse(command, entries, &argc, &argv, 0, 0, error) &&
           run(&options, error);
}
