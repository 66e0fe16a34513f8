/* SPDX-License-Identifier: BSD-2-Clause */
/* effnet learn. It is a program of its own because it uses the engine's internals. */
#include "../command.h"
#include "../frames.h"
#include "../modeloptions.h"
#include "../outfile.h"
#include "../rewrite.h"

#include <stdio.h>
#include <unistd.h>

#include <gst/gst.h>

#include "modelfile.h"
#include "../learn/algebra.h"
#include "../learn/commands.h"
#include "../learn/kept.h"
#include "../learn/page.h"
#include "../learn/prototypes.h"
#include "../learn/report.h"
#include "../learn/thumbnail.h"
#include "recognise/known.h"

#define MAX_CLASSES 4096
/* From this cosine on, pictures count as nearly the same: the same thing a moment later, the same
 * file in another size. */
#define NEARLY 0.97f

typedef struct {
    char *model, *model_options, *precision, *output, *report, *list, *add;
    int frames, threads;
    gboolean forget, json;
    char **folders;
} Options;

/* What the stages of learning pass on. */
typedef struct {
    const Options *options;
    char *base; /* path */
    EffNetModelOptions model_options;
    char *arch;
    EffNetModel *model;
    EffNetOutfile *outfile, *page;
    const char *output; /* as the user wrote it */
    EffNetAlbum *album;
    guint *groups;
    GArray *duplicates;
    EffNetTrained *trained;
    EffNetJudgement *judgement;
    guint threads;
    EffNetReport report;
} Learning;

static void
options_clear(Options *options)
{
    g_free(options->model);
    g_free(options->model_options);
    g_free(options->precision);
    g_free(options->output);
    g_free(options->report);
    g_free(options->list);
    g_free(options->add);
    g_strfreev(options->folders);
}

static void
learning_clear(Learning *l)
{
    g_free(l->base);
    g_free(l->arch);
    g_clear_pointer(&l->model, effnet_model_unref);
    g_clear_pointer(&l->outfile, effnet_outfile_free);
    g_clear_pointer(&l->page, effnet_outfile_free);
    g_clear_pointer(&l->album, effnet_album_free);
    g_free(l->groups);
    g_clear_pointer(&l->duplicates, g_array_unref);
    g_clear_pointer(&l->trained, effnet_trained_free);
    g_clear_pointer(&l->judgement, effnet_judgement_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Learning, learning_clear)

static gboolean
check_options(const Options *o, GError **error)
{
    guint n_sources =
        (o->folders ? g_strv_length(o->folders) : 0) + (o->list != NULL) + (o->add != NULL);

    if (n_sources != 1)
        return effnet_command_refuse(error,
                                     "name one folder with a folder a class, or a list by --list");
    if (!o->output && !o->add)
        return effnet_command_refuse(error, "--output must be given");
    if (o->output && !g_str_has_suffix(o->output, ".safetensors"))
        return effnet_command_refuse(error, "--output must name a file that ends in .safetensors");
    return effnet_command_check("--frames", o->frames, 1, 10000, error) &&
           effnet_command_check("--threads", o->threads, 0, 4096, error);
}

static gboolean
open_base(Learning *l, GError **error)
{
    const Options *o = l->options;
    g_autofree char *found = NULL;

    if ((o->precision &&
         !effnet_precision_parse(o->precision, &l->model_options.precision, error)) ||
        !effnet_model_options_parse(o->model_options, &l->model_options, &l->arch, error))
        return FALSE;
    found = gst_efficientnet_modelfile_find(o->model, error);
    l->base =
        found ? gst_efficientnet_modelfile_convert(found, l->model_options.arch, error) : NULL;
    l->model = l->base ? effnet_model_open(l->base, &l->model_options, error) : NULL;
    if (!l->model)
        return FALSE;
    l->output = o->output ? o->output : l->base;
    if (!g_str_has_suffix(l->output, ".safetensors") ||
        (!o->output && !g_str_equal(found, l->base))) /* what it was converted to is in the cache */
        return effnet_command_refuse(
            error, "--output must be given where the model is no .safetensors file");
    l->outfile = effnet_outfile_new(l->output, FALSE, error);
    if (l->outfile && o->report)
        l->page = effnet_outfile_new(o->report, TRUE, error);
    return l->outfile && (l->page || !o->report);
}

static EffNetDataset *
open_dataset(const Options *o, GError **error)
{
    const char *folder = o->add ? o->add : o->folders ? o->folders[0] : NULL;

    if (o->list)
        return effnet_dataset_open_list(o->list, error);
    if (o->add && !g_file_test(o->add, G_FILE_TEST_IS_DIR) && g_str_has_suffix(o->add, ".csv"))
        return effnet_dataset_open_list(o->add, error);
    return effnet_dataset_open_folder(folder, error);
}

static EffNetAlbum *
look(Learning *l, const EffNetDataset *dataset, GError **error)
{
    const EffNetGatherOptions options = {
        .views = 2,
        .frames = (guint)l->options->frames,
        .threads = l->threads,
        .quiet = !isatty(STDERR_FILENO),
    };
    guint n = dataset->examples->len;
    g_autofree const char **paths = g_new(const char *, n);
    EffNetGathered *gathered;

    for (guint i = 0; i < n; i++)
        paths[i] = ((const EffNetExample *)g_ptr_array_index(dataset->examples, i))->path;
    gathered = effnet_gather(l->model, paths, n, &options, error);
    if (!gathered)
        return NULL;
    l->report.n_broken = gathered->n_broken;
    return effnet_album_new(dataset, gathered);
}

static guint
count_pictures(const EffNetAlbum *album, guint label)
{
    guint n = 0;

    for (guint i = 0; i < album->n; i++)
        n += album->targets[(gsize)i * album->labels->len + label];
    return n;
}

/* Checks that every class has a picture and, with several labels, that some picture is without
 * it. */
static gboolean
check_album(const EffNetAlbum *album, GError **error)
{
    guint n = album->labels->len;

    if (n < 2 && !album->multi)
        return effnet_command_refuse(error,
                                     "there is one class alone: two are what can be told apart");
    if (n > MAX_CLASSES)
        return effnet_command_refuse(error, "there are more than 4096 classes");
    for (guint k = 0; k < n; k++) {
        guint there = count_pictures(album, k);

        if (there > 0 && (there < album->n || !album->multi))
            continue;
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s picture has the label %s",
                    there ? "every" : "no", (char *)g_ptr_array_index(album->labels, k));
        return FALSE;
    }
    return TRUE;
}

static gboolean
make_album(Learning *l, GError **error)
{
    g_autoptr(EffNetDataset) dataset = open_dataset(l->options, error);
    const EffNetModelInfo *info = effnet_model_get_info(l->model);
    g_autoptr(EffNetAlbum) old = NULL;
    g_autoptr(EffNetAlbum) new = NULL;

    if (!dataset)
        return FALSE;
    if (l->options->add) {
        old = effnet_album_read(l->base, info, error);
        if (!old)
            return FALSE;
    }
    new = look(l, dataset, error);
    if (!new)
        return FALSE;
    if (old) {
        effnet_album_add(old, new);
        l->album = g_steal_pointer(&old);
    } else {
        l->album = g_steal_pointer(&new);
    }
    l->report.n_known = effnet_album_sort(l->album);
    return check_album(l->album, error);
}

/* Joins the pictures of one file, and those that are nearly the same. */
static void
group(Learning *l)
{
    const EffNetAlbum *a = l->album;
    g_autoptr(EffNetGroups) groups = effnet_groups_new(a->n);

    for (guint i = 0; i < a->n; i++)
        effnet_groups_join(groups, i, a->sources[i]);
    l->duplicates = effnet_duplicates_find(a->features, a->n, a->views, a->n_features, NEARLY,
                                           l->threads, groups);
    l->groups = effnet_groups_number(groups, &l->report.n_groups);
}

static gboolean
train(Learning *l, GError **error)
{
    const EffNetAlbum *a = l->album;
    const EffNetLesson lesson = {
        .n = a->n,
        .views = a->views,
        .n_features = a->n_features,
        .n_outputs = a->labels->len,
        .features = a->features,
        .targets = a->targets,
        .groups = l->groups,
        .n_groups = l->report.n_groups,
        .sigmoid = a->multi,
        .threads = l->threads,
    };

    l->trained = effnet_train(&lesson, error);
    if (l->trained && l->trained->scores)
        l->judgement = effnet_judge(l->trained->scores, a->targets, a->n, a->labels->len, a->multi);
    return l->trained != NULL;
}

static gboolean
write_model(Learning *l, GError **error)
{
    const EffNetAlbum *a = l->album;
    g_autofree char *pictures = NULL, *features = NULL, *known = NULL, *prototypes = NULL;
    g_autofree const char **labels = g_new0(const char *, a->labels->len + 1);
    const EffNetNewHead head = {
        .labels = labels,
        .n_classes = a->labels->len,
        .weights = l->trained->weights,
        .bias = l->trained->bias,
        .sigmoid = a->multi,
    };
    const char *metadata[9] = {NULL};
    guint n = 0;

    for (guint k = 0; k < head.n_classes; k++)
        labels[k] = g_ptr_array_index(a->labels, k);
    if (!l->options->forget && effnet_prototypes_write(a, l->groups, &known, &prototypes)) {
        metadata[0] = EFFNET_KNOWN_PICTURES;
        metadata[1] = known;
        metadata[2] = EFFNET_KNOWN_FEATURES;
        metadata[3] = prototypes;
        n = 4;
    }
    if (!l->options->forget && effnet_album_can_be_kept(a)) {
        effnet_album_write(a, &pictures, &features);
        metadata[n] = EFFNET_KEPT_PICTURES;
        metadata[n + 1] = pictures;
        metadata[n + 2] = EFFNET_KEPT_FEATURES;
        metadata[n + 3] = features;
    } else if (!l->options->forget) {
        effnet_command_warn("a file cannot keep the features of so many pictures: nothing can be "
                            "added to the model");
    }
    return effnet_rewrite(l->base, &l->model_options, &head, metadata,
                          effnet_outfile_get_path(l->outfile), error) &&
           effnet_outfile_commit(l->outfile, error);
}

static void
fill_report(Learning *l, gint64 began)
{
    EffNetReport *r = &l->report;

    r->output = l->output;
    r->base = effnet_model_get_info(l->model)->name;
    r->album = l->album;
    r->trained = l->trained;
    r->judgement = l->judgement;
    r->duplicates = l->duplicates;
    r->seconds = (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC;
}

static void
print_report(const Learning *l)
{
    g_autofree char *json = NULL;

    if (!l->options->json) {
        effnet_report_print(&l->report, stdout);
        return;
    }
    json = effnet_report_to_json(&l->report);
    puts(json);
}

typedef struct {
    EffNetFrames *frames;
    EffNetInput *input;
    const EffNetModelInfo *info;
} Camera;

static gboolean
see(gpointer data, const EffNetFrame *frame, GError **error)
{
    return effnet_input_set_frame(((Camera *)data)->input, frame, error);
}

/* A picture, or a video's first frame. What cannot be decoded any more is left out. */
static char *
take_picture(gpointer data, const char *path)
{
    Camera *camera = data;
    g_autofree guint8 *pixels = NULL;

    if (!effnet_frames_show(camera->frames, path, 1, see, camera, NULL))
        return NULL;
    pixels = effnet_thumbnail_read(camera->input, camera->info);
    return effnet_thumbnail_to_uri(pixels, camera->info->resolution);
}

static gboolean
write_page(Learning *l, GError **error)
{
    const EffNetResize whole = {.mode = EFFNET_RESIZE_LETTERBOX};
    g_autoptr(EffNetFrames) frames = effnet_frames_new(error);
    g_autoptr(EffNetInput) input = frames ? effnet_input_new(l->model, error) : NULL;
    Camera camera = {frames, input, effnet_model_get_info(l->model)};
    g_autofree char *page = NULL;

    if (!input || !effnet_input_set_resize(input, &whole, error))
        return FALSE;
    page = effnet_page_new(&l->report, take_picture, &camera);
    return g_file_set_contents(effnet_outfile_get_path(l->page), page, -1, error) &&
           effnet_outfile_commit(l->page, error);
}

static gboolean
learn(const Options *options, GError **error)
{
    gint64 began = g_get_monotonic_time();
    g_auto(Learning) l = {
        .options = options,
        .threads = effnet_command_threads((guint)options->threads),
    };

    if (!check_options(options, error) || !gst_init_check(NULL, NULL, error) ||
        !effnet_algebra_open(error) || !open_base(&l, error) || !make_album(&l, error))
        return FALSE;
    group(&l);
    if (!train(&l, error) || !write_model(&l, error))
        return FALSE;
    fill_report(&l, began);
    print_report(&l);
    return !l.page || write_page(&l, error);
}

gboolean
effnet_command_learn(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_auto(Options) options = {.frames = 20};
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
         "The model to write (with --add: that of --model, if it is not given)", "M.safetensors"},
        {"model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
         "The model to learn on, a file or a name (default: the installed one)", "MODEL"},
        {"list", 'l', 0, G_OPTION_ARG_FILENAME, &options.list,
         "Instead of a folder: lines of a path, a comma, and labels with ';' between them",
         "FILE.csv"},
        {"add", 0, 0, G_OPTION_ARG_FILENAME, &options.add,
         "Add this folder or list to what --model, which was learned here, was learned from",
         "DIR"},
        {"report", 'r', 0, G_OPTION_ARG_FILENAME, &options.report,
         "Also write the report as a page with the pictures that it is about", "REPORT.html"},
        {"forget", 0, 0, G_OPTION_ARG_NONE, &options.forget,
         "Keep no features of the pictures in the model: nothing can be added to it", NULL},
        {"frames", 'f', 0, G_OPTION_ARG_INT, &options.frames,
         "How many frames of a video, at most (default 20)", "N"},
        EFFNET_COMMAND_MODEL_OPTIONS(options.model_options),
        EFFNET_COMMAND_PRECISION(options.precision, "auto"),
        {"threads", 't', 0, G_OPTION_ARG_INT, &options.threads, "0, the default: all", "T"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &options.json, "Print the whole report as JSON", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.folders, NULL, NULL},
        {NULL},
    };

    return effnet_command_parse(command, entries, &argc, &argv, 0, 0, error) &&
           learn(&options, error);
}
