/* SPDX-License-Identifier: BSD-2-Clause */
/* effnet explain: in the program of effnet learn. */
#include "../command.h"
#include "../frames.h"
#include "../modeloptions.h"
#include "../outfile.h"
#include "../printable.h"

#include <stdio.h>
#include <string.h>

#include <gst/gst.h>

#include "modelfile.h"
#include "../learn/commands.h"
#include "../learn/explanation.h"
#include "../learn/heat.h"
#include "../learn/jsonout.h"
#include "../learn/judge.h"
#include "../learn/matching.h"

typedef struct {
    char *model, *model_options, *precision, *output, *class;
    gboolean json;
} Options;

static void
options_clear(Options *options)
{
    g_free(options->model);
    g_free(options->model_options);
    g_free(options->precision);
    g_free(options->output);
    g_free(options->class);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean
look(gpointer explanation, const EffNetFrame *frame, GError **error)
{
    return effnet_explanation_look(explanation, frame, error);
}

static EffNetExplanation *
open_model(const Options *o, GError **error)
{
    EffNetModelOptions options = {0};
    g_autofree char *arch = NULL, *path = NULL;
    EffNetExplanation *e;

    if (!effnet_model_options_parse(o->model_options, &options, &arch, error) ||
        (o->precision && !effnet_precision_parse(o->precision, &options.precision, error)))
        return NULL;
    path = gst_efficientnet_modelfile_get(o->model, arch, error);
    e = path ? effnet_explanation_new(path, &options, error) : NULL;
    if (e)
        effnet_command_warn_of_labels(effnet_explanation_get_info(e));
    return e;
}

/* The class that is asked about; else the first one. */
static gboolean
find_class(const Options *o, const EffNetExplanation *e, guint *class, GError **error)
{
    const EffNetModelInfo *info = effnet_explanation_get_info(e);

    *class = effnet_judge_first(effnet_explanation_get_scores(e), info->n_classes);
    return !o->class || effnet_matching_find(o->class, info, class, error);
}

static void
print_map(const char *picture, const EffNetExplanation *e, guint class, const float *map)
{
    const EffNetModelInfo *info = effnet_explanation_get_info(e);
    guint size = effnet_explanation_get_size(e);
    g_autoptr(GString) json = g_string_new("{");

    effnet_json_add_text(json, "picture", picture);
    effnet_json_add_number(json, "class", class);
    if (info->labels)
        effnet_json_add_text(json, "label", info->labels[class]);
    effnet_json_add_number(json, "score", effnet_explanation_get_scores(e)[class]);
    effnet_json_open(json, "map", '[');
    for (guint y = 0; y < size; y++) {
        effnet_json_open(json, NULL, '[');
        for (guint x = 0; x < size; x++)
            effnet_json_add_number(json, NULL, map[y * size + x]);
        g_string_append_c(json, ']');
    }
    g_string_append(json, "]}");
    puts(json->str);
}

static gboolean
write_picture(const char *path, const EffNetExplanation *e, const float *map, GError **error)
{
    g_autofree guint8 *image = effnet_explanation_get_image(e);
    g_autoptr(EffNetOutfile) outfile = effnet_outfile_new(path, FALSE, error);

    return outfile &&
           effnet_heat_draw(image, effnet_explanation_get_info(e)->resolution, map,
                            effnet_explanation_get_size(e), effnet_outfile_get_path(outfile),
                            error) &&
           effnet_outfile_commit(outfile, error);
}

static gboolean
explain(const Options *o, const char *picture, GError **error)
{
    g_autoptr(EffNetExplanation) e = NULL;
    g_autoptr(EffNetFrames) frames = NULL;
    g_autofree float *map = NULL;
    const EffNetModelInfo *info;
    guint class;

    if (!gst_init_check(NULL, NULL, error))
        return FALSE;
    e = open_model(o, error);
    frames = e ? effnet_frames_new(error) : NULL;
    if (!frames || !effnet_frames_show(frames, picture, 1, look, e, error) ||
        !find_class(o, e, &class, error))
        return FALSE;
    info = effnet_explanation_get_info(e);
    map = g_new(float, (gsize)effnet_explanation_get_size(e) * effnet_explanation_get_size(e));
    effnet_explanation_get_map(e, class, map);
    if (o->output && !write_picture(o->output, e, map, error))
        return FALSE;
    if (o->json)
        print_map(picture, e, class, map);
    else
        effnet_print(stdout, "%s: %.2f %% %s", o->output,
                     100 * effnet_explanation_get_scores(e)[class],
                     info->labels ? info->labels[class] : "of its class");
    return TRUE;
}

gboolean
effnet_command_explain(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
         "The checkpoint, a file or a name (default: the installed one)", "MODEL"},
        EFFNET_COMMAND_MODEL_OPTIONS(options.model_options),
        EFFNET_COMMAND_PRECISION(options.precision, "auto"),
        {"class", 'c', 0, G_OPTION_ARG_STRING, &options.class,
         "Of which class, by its label or number (default: the first one)", "CLASS"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
         "The picture as the network sees it, with the map over it", "HEAT.png"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &options.json, "Print the map as JSON", NULL},
        {NULL},
    };

    if (!effnet_command_parse(command, entries, &argc, &argv, 1, 1, error))
        return FALSE;
    if (!options.output && !options.json)
        return effnet_command_refuse(error, "--output or --json must be given");
    return explain(&options, argv[1], error);
}
