/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <string.h>

#include <effnet/error.h>

#include "../arch/arch.h"
#include "../precision.h"
#include "config.h"
#include "labels.h"
#include "layers.h"
#include "quantised.h"
#include "recognise.h"
#include "training.h"

#define MIN_RESOLUTION 32
#define MAX_RESOLUTION 4096

/* Whom to ask, the first before the others: the options, the config, what is known of files with
 * such a name, the architecture's table. */
typedef struct {
    EffNetRecognition *out;
    const EffNetModelOptions *options;
    EffNetConfig *config; /* NULL: random weights */
    gboolean quantised;
    const char *said; /* where the config stands, for the origins */
    EffNetPractice practice;
    char *practised; /* the same for the practice */
    const EffNetTraining *training;
} Recogniser;

static EffNetRecognition *
recognition_new(void)
{
    EffNetRecognition *recognition = g_new0(EffNetRecognition, 1);

    recognition->strings = g_string_chunk_new(256);
    recognition->origins = g_ptr_array_new();
    return recognition;
}

void
effnet_recognition_free(EffNetRecognition *recognition)
{
    if (!recognition)
        return;
    g_clear_pointer(&recognition->arch, effnet_arch_unref);
    effnet_weights_free(recognition->weights);
    g_strfreev(recognition->labels);
    g_ptr_array_unref(recognition->origins);
    g_string_chunk_free(recognition->strings);
    g_free(recognition);
}

static void G_GNUC_PRINTF(3, 4)
    note(const Recogniser *r, const char *origin, const char *format, ...)
{
    g_autofree char *what = NULL, *line = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    line = g_strdup_printf("%s (from %s)", what, origin);
    g_ptr_array_add(r->out->origins, g_string_chunk_insert(r->out->strings, line));
}

static gboolean
check_options(const EffNetModelOptions *options, GError **error)
{
    const char *what = NULL;

    if (options->resolution != 0 &&
        (options->resolution < MIN_RESOLUTION || options->resolution > MAX_RESOLUTION))
        what = "the resolution is not between 32 and 4096";
    if (options->epsilon != 0 && !(options->epsilon > 0 && options->epsilon < 1))
        what = "the epsilon is not between 0 and 1";
    for (int i = 0; i < 3; i++) {
        if (options->set_mean && !isfinite(options->mean[i]))
            what = "the mean is not a number";
        if (options->set_std && !(options->std[i] > 0 && isfinite(options->std[i])))
            what = "the std is not above 0";
    }
    if (what)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "the model's options are wrong: %s",
                    what);
    return !what;
}

/* "tf_efficientnet_b0_aa-827b6e33" of ".../tf_efficientnet_b0_aa-827b6e33.pth"; "resnet50.a1_in1k"
 * of ".../resnet50.a1_in1k/model.safetensors", as the Hugging Face hub calls every file. */
static char *
stem_of(const char *path)
{
    static const char *const suffixes[] = {".safetensors", ".pth", ".pt", ".bin", ".ckpt"};
    char *name = g_path_get_basename(path);
    g_autofree char *folder = g_path_get_dirname(path);

    if (g_str_equal(name, "model.safetensors") && strchr(path, G_DIR_SEPARATOR)) {
        g_free(name);
        return g_path_get_basename(folder);
    }

    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (g_str_has_suffix(name, suffixes[i])) {
            name[strlen(name) - strlen(suffixes[i])] = '\0';
            break;
        }
    return name;
}

/* Dimension DIM of the tensor NAME, 0 where there is none. */
static guint64
dimension(const EffNetCheckpoint *checkpoint, const char *name, guint dim)
{
    const EffNetTensor *tensor = effnet_checkpoint_find(checkpoint, name);

    return tensor && dim < tensor->n_dims ? tensor->dims[dim] : 0;
}

/* What goes in and out, by the weights named STEM and CLASSIFIER. */
static gboolean
recognise_ends(Recogniser *r, const EffNetCheckpoint *checkpoint, const char *stem,
               const char *classifier, GError **error)
{
    EffNetModelInfo *info = &r->out->info;
    guint64 channels = dimension(checkpoint, stem, 1);
    guint64 classes = dimension(checkpoint, classifier, 0);

    info->in_channels = (guint)channels;
    info->n_classes = (guint)classes;
    if ((channels == 1 || channels == 3) && classes <= G_MAXINT32)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "%s has a stem for pictures of %" G_GUINT64_FORMAT
                " channels and %" G_GUINT64_FORMAT " classes, where 1 or 3 channels were expected",
                info->path, channels, classes);
    return FALSE;
}

static gboolean
recognise_shapes(Recogniser *r, const EffNetCheckpoint *checkpoint, const EffNetNaming *naming,
                 GError **error)
{
    const EffNetLayer first = {.role = EFFNET_ROLE_STEM}, last = {.role = EFFNET_ROLE_CLASSIFIER};
    g_autofree char *stem = effnet_naming_tensor(naming, &first, EFFNET_PART_WEIGHT);
    g_autofree char *classifier = effnet_naming_tensor(naming, &last, EFFNET_PART_WEIGHT);
    EffNetModelInfo *info = &r->out->info;

    if (!recognise_ends(r, checkpoint, stem, classifier, error))
        return FALSE;
    info->naming = effnet_naming_get_name(naming);
    r->out->arch = effnet_layers_match(checkpoint, naming, r->options->arch, info->in_channels,
                                       info->n_classes, error);
    if (!r->out->arch)
        return FALSE;
    info->arch = effnet_arch_get_name(r->out->arch);
    note(r, "tensor names", "naming: %s", info->naming);
    note(r, r->options->arch ? "options" : "tensor shapes", "architecture: %s", info->arch);
    note(r, "tensor shapes", "classes: %u", info->n_classes);
    return TRUE;
}

static gboolean
is_scaled(const Recogniser *r)
{
    return !g_str_equal(r->out->info.arch, r->out->arch->base->name);
}

/* The network of the table that is trained like NAME: a scaled one's base, or what NAME is. */
static const char *
get_base(const Recogniser *r, const char *name)
{
    const EffNetVariant *variant = is_scaled(r) ? effnet_arch_find(name) : NULL;

    if (variant && variant->family == r->out->arch->base->family)
        return variant->name;
    return r->out->arch->base->name;
}

/* Whether the checkpoint may be of what is called NAME: that network, or, where it is scaled
 * freely, one of its family. */
static gboolean
is_arch(const Recogniser *r, const char *name)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);

    return arch && (g_str_equal(effnet_arch_get_name(arch), r->out->info.arch) ||
                    (is_scaled(r) && arch->base->family == r->out->arch->base->family));
}

/* A config beside the file may be another network's: it does not count then. */
static gboolean
read_config(Recogniser *r, const EffNetCheckpoint *checkpoint, GError **error)
{
    r->config = effnet_config_new(checkpoint, error);
    if (!r->config)
        return FALSE;
    r->said = r->config->source;
    if (!r->config->architecture || is_arch(r, r->config->architecture))
        return TRUE;
    note(r, r->config->source, "config: not used, it is of %s", r->config->architecture);
    g_clear_pointer(&r->config, effnet_config_free);
    r->config = g_new0(EffNetConfig, 1);
    return TRUE;
}

/* The name by which the publisher's training is known. */
static void
find_practice(Recogniser *r, const char *file_name)
{
    const char *naming = r->out->info.naming, *name = file_name;

    r->practised = g_strdup_printf("the naming of %s", naming);
    if (r->options->arch && strchr(r->options->arch, '_'))
        name = r->options->arch;
    else if (r->config->architecture)
        name = r->config->architecture;
    r->practice = effnet_practice_of(naming, get_base(r, name), name);
    if (g_str_equal(naming, "timm")) {
        g_free(r->practised);
        r->practised = g_strdup_printf("the name %s", name);
    }
}

static gboolean
settle_padding(Recogniser *r, GError **error)
{
    EffNetModelInfo *info = &r->out->info;
    const char *origin = r->practised, *variant = r->out->arch->base->name;
    gboolean second = g_str_has_prefix(variant, "v2-");

    info->padding = r->practice.padding;
    if (r->options->padding) {
        info->padding = r->options->padding;
        origin = "options";
    } else if (r->config && r->config->padding) {
        info->padding = r->config->padding;
        origin = r->said;
    } else if (!r->config) {
        info->padding = r->training->padding;
        origin = "its table";
    }
    if (info->padding) {
        note(r, origin, "padding: %s", info->padding == EFFNET_PADDING_SAME ? "same" : "symmetric");
        return TRUE;
    }
    if (second)
        variant += strlen("v2-");
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s has timm's tensor names, but neither a config.json nor its own name tells "
                "whether its padding is same (timm's tf_efficientnet%s_%s) or symmetric "
                "(efficientnet%s_%s): set the option padding",
                info->path, second ? "v2" : "", variant, second ? "v2" : "", variant);
    return FALSE;
}

static void
settle_epsilon(Recogniser *r)
{
    EffNetModelInfo *info = &r->out->info;
    const char *origin = r->practised;

    info->epsilon = r->practice.epsilon;
    if (r->options->epsilon > 0) {
        info->epsilon = r->options->epsilon;
        origin = "options";
    } else if (!r->config) {
        info->epsilon = r->training->epsilon;
        origin = "its table";
    } else if (info->epsilon == 0) {
        info->epsilon = info->padding == EFFNET_PADDING_SAME ? 1e-3 : 1e-5;
        origin = "the padding, as timm's";
    }
    note(r, origin, "epsilon: %g", info->epsilon);
}

static gboolean
settle_resolution(Recogniser *r, GError **error)
{
    EffNetModelInfo *info = &r->out->info;
    const char *origin = "its table";

    info->resolution = effnet_arch_get_resolution(r->out->arch);
    if (r->options->resolution) {
        info->resolution = r->options->resolution;
        origin = "options";
    } else if (r->config && r->config->resolution) {
        info->resolution = r->config->resolution;
        origin = r->said;
    } else if (r->practice.resolution) {
        info->resolution = r->practice.resolution;
        origin = r->practised;
    }
    note(r, origin, "resolution: %u", info->resolution);
    if (info->resolution >= MIN_RESOLUTION && info->resolution <= MAX_RESOLUTION)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s has a resolution of %u, where %d to %d were expected", origin, info->resolution,
                MIN_RESOLUTION, MAX_RESOLUTION);
    return FALSE;
}

/* VALUES of the first of the four that has them. */
static void
settle_channels(Recogniser *r, const char *what, float values[3], const float *option,
                const float *config, const float *practice, const float *table)
{
    const float *from = option ? option : config ? config : practice ? practice : table;
    const char *origin = option     ? "options"
                         : config   ? r->said
                         : practice ? r->practised
                                    : "its table";

    memcpy(values, from, 3 * sizeof *values);
    note(r, origin, "%s: %g %g %g", what, values[0], values[1], values[2]);
}

static void
settle_normalisation(Recogniser *r)
{
    EffNetModelInfo *info = &r->out->info;
    const EffNetModelOptions *options = r->options;
    const EffNetConfig *config = r->config;

    settle_channels(r, "mean", info->mean, options->set_mean ? options->mean : NULL,
                    config && config->has_mean ? config->mean : NULL, r->practice.mean,
                    r->training->mean);
    settle_channels(r, "std", info->std, options->set_std ? options->std : NULL,
                    config && config->has_std ? config->std : NULL, r->practice.std,
                    r->training->std);
}

static void
settle_resize(Recogniser *r)
{
    EffNetModelInfo *info = &r->out->info;
    const char *origin = "its table";

    info->crop_fraction = r->training->crop_fraction;
    if (r->config && r->config->crop_fraction > 0) {
        info->crop_fraction = r->config->crop_fraction;
        origin = r->said;
    } else if (r->practice.crop_fraction > 0) {
        info->crop_fraction = r->practice.crop_fraction;
        origin = r->practised;
    }
    note(r, origin, "crop fraction: %g", info->crop_fraction);

    info->interpolation = r->training->interpolation;
    origin = "its table";
    if (r->config && r->config->interpolation) {
        info->interpolation = r->config->interpolation;
        origin = r->said;
    } else if (r->practice.interpolation) {
        info->interpolation = r->practice.interpolation;
        origin = r->practised;
    }
    note(r, origin, "interpolation: %s",
         info->interpolation == EFFNET_INTERPOLATION_BILINEAR ? "bilinear" : "bicubic");
}

/* An activation of the scores, and the labels. */
static void
settle_classes(Recogniser *r)
{
    EffNetRecognition *out = r->out;
    gboolean said = r->config && r->config->activation;

    out->info.activation = said ? r->config->activation : EFFNET_ACTIVATION_SOFTMAX;
    note(r, said ? r->said : "the usual practice", "activation: %s",
         out->info.activation == EFFNET_ACTIVATION_SIGMOID ? "sigmoid" : "softmax");
    if (r->config)
        out->labels = effnet_config_get_labels(r->config, out->info.n_classes);
    if (out->labels) {
        out->info.labels = (const char *const *)out->labels;
        note(r, r->said, "labels: %u", out->info.n_classes);
        return;
    }
    out->info.labels = effnet_labels_imagenet(out->info.n_classes);
    if (out->info.labels)
        note(r, "the number of classes", "labels: ImageNet's");
}

static gboolean
settle_precision(Recogniser *r, GError **error)
{
    EffNetModelInfo *info = &r->out->info;
    const char *why;

    if (!effnet_precision_settle(r->options->precision, r->quantised, effnet_kernels_get(),
                                 info->path, &info->precision, &why, error))
        return FALSE;
    note(r, why, "precision: %s", effnet_precision_get_name(info->precision));
    return TRUE;
}

/* What does not depend on whether there is a file. */
static gboolean
settle(Recogniser *r, GError **error)
{
    r->training = effnet_arch_get_training(r->out->arch);
    if (!settle_precision(r, error) || !settle_padding(r, error) || !settle_resolution(r, error))
        return FALSE;
    settle_epsilon(r);
    settle_normalisation(r);
    settle_resize(r);
    settle_classes(r);
    g_ptr_array_add(r->out->origins, NULL);
    r->out->info.origins = (const char *const *)r->out->origins->pdata;
    return TRUE;
}

static gboolean
recognise_file(Recogniser *r, const EffNetCheckpoint *checkpoint, const EffNetNaming *naming,
               GError **error)
{
    if (!recognise_shapes(r, checkpoint, naming, error) || !read_config(r, checkpoint, error))
        return FALSE;
    find_practice(r, r->out->info.name);
    return settle(r, error);
}

/* What is folded into the weights cannot be set any more. */
static gboolean
check_quantised_options(const Recogniser *r, GError **error)
{
    const EffNetModelOptions *options = r->options;

    if (!options->arch && !options->set_mean && !options->set_std && !options->padding &&
        options->epsilon == 0)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s is quantised: of a model's options it takes the resolution alone",
                r->out->info.path);
    return FALSE;
}

/* A file of `effnet quantize` says what it is; its tensors must be so. */
static gboolean
recognise_quantised(Recogniser *r, const EffNetCheckpoint *checkpoint, GError **error)
{
    EffNetModelInfo *info = &r->out->info;
    g_autoptr(EffNetNetwork) network = NULL;

    info->naming = "effnet quantize";
    if (!check_quantised_options(r, error))
        return FALSE;
    r->out->arch =
        effnet_arch_new(effnet_checkpoint_get_metadata(checkpoint, EFFNET_QUANTISED_ARCH), error);
    if (!r->out->arch)
        return FALSE;
    info->arch = effnet_arch_get_name(r->out->arch);
    if (!recognise_ends(r, checkpoint, "stem.weight", "classifier.weight", error))
        return FALSE;
    network = effnet_network_new(r->out->arch, effnet_arch_get_resolution(r->out->arch),
                                 info->in_channels, info->n_classes, EFFNET_PADDING_SAME);
    note(r, "the metadata", "architecture: %s, quantised", info->arch);
    if (!effnet_quantised_check(checkpoint, network, error) || !read_config(r, checkpoint, error))
        return FALSE;
    if (r->config->padding)
        return settle(r, error);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "%s is quantised, but its config does not tell the padding of %s", info->path,
                info->arch);
    return FALSE;
}

/* What the file is called. */
static void
set_names(EffNetRecognition *out, const char *path)
{
    g_autofree char *name = stem_of(path);

    out->info.path = g_string_chunk_insert(out->strings, path);
    out->info.name = g_string_chunk_insert(out->strings, name);
}

EffNetRecognition *
effnet_recognise(const char *path, const EffNetModelOptions *options, GError **error)
{
    g_autoptr(EffNetRecognition) out = recognition_new();
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;
    Recogniser r = {.out = out, .options = options};
    const EffNetNaming *naming = NULL;
    gboolean ok = FALSE;

    if (!check_options(options, error))
        return NULL;
    checkpoint = effnet_checkpoint_open(path, error);
    if (!checkpoint)
        return NULL;
    set_names(out, path);
    r.quantised = effnet_quantised_is(checkpoint);
    if (r.quantised)
        ok = recognise_quantised(&r, checkpoint, error);
    else if ((naming = effnet_naming_find(checkpoint, error)))
        ok = recognise_file(&r, checkpoint, naming, error);
    effnet_config_free(r.config);
    g_free(r.practised);
    if (!ok)
        return NULL;
    out->weights = r.quantised ? effnet_weights_new_quantised(g_steal_pointer(&checkpoint))
                               : effnet_weights_new_checkpoint(g_steal_pointer(&checkpoint), naming,
                                                               out->info.epsilon);
    return g_steal_pointer(&out);
}

EffNetRecognition *
effnet_recognise_random(EffNetArch *arch, guint32 seed, guint n_classes,
                        const EffNetModelOptions *options, GError **error)
{
    g_autoptr(EffNetRecognition) out = recognition_new();
    Recogniser r = {.out = out, .options = options};

    if (!check_options(options, error))
        return NULL;
    out->arch = effnet_arch_ref(arch);
    out->info.name = out->info.arch = effnet_arch_get_name(arch);
    out->info.naming = "none";
    out->info.in_channels = 3;
    out->info.n_classes = n_classes ? n_classes : 1000;
    if (!settle(&r, error))
        return NULL;
    out->weights = effnet_weights_new_random(seed);
    return g_steal_pointer(&out);
}
