/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>

#include "../arch/arch.h"
#include "config.h"
#include "labels.h"
#include "layers.h"
#include "modelargs.h"
#include "practice.h"
#include "preprocessor.h"
#include "quantised.h"
#include "recognise.h"

#define MAX_LEFT_OUT 16 /* tensors that are named */

typedef struct {
    EffNetRecognition *out;
    const EffNetModelOptions *options;
    EffNetConfig *config; /* NULL: random weights */
    GArray *sources;      /* EffNetSource, the most trusted first */
} Recogniser;

static EffNetRecognition *
recognition_new(void)
{
    EffNetRecognition *recognition = g_new0(EffNetRecognition, 1);

    recognition->strings = g_string_chunk_new(256);
    recognition->origins = g_ptr_array_new();
    g_ptr_array_add(recognition->origins, NULL);
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
    effnet_known_free(recognition->known);
    g_ptr_array_unref(recognition->origins);
    g_string_chunk_free(recognition->strings);
    g_free(recognition);
}

void
effnet_recognition_note(EffNetRecognition *recognition, const char *origin, const char *format, ...)
{
    g_autofree char *what = NULL, *line = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    line = g_strdup_printf("%s (from %s)", what, origin);
    g_ptr_array_insert(recognition->origins, (gint)recognition->origins->len - 1,
                       g_string_chunk_insert(recognition->strings, line));
    recognition->info.origins = (const char *const *)recognition->origins->pdata;
}

static void
add_source(Recogniser *r, const char *origin, const EffNetSettings *settings)
{
    const EffNetSource source = {g_string_chunk_insert_const(r->out->strings, origin), *settings};

    g_array_append_val(r->sources, source);
}

/* The model's name by its FOLDER. The Hugging Face hub's cache names folders by revision:
 * "resnet50.a1_in1k" of "models--timm--resnet50.a1_in1k/snapshots/REVISION". */
static char *
name_of_folder(const char *folder)
{
    g_autofree char *above = g_path_get_dirname(folder);
    g_autofree char *above_name = g_path_get_basename(above), *repository = NULL;
    const char *name;

    if (!g_str_equal(above_name, "snapshots"))
        return g_path_get_basename(folder);
    g_free(above_name);
    above_name = g_path_get_dirname(above);
    repository = g_path_get_basename(above_name);
    name = g_strrstr(repository, "--");
    return g_strdup(name ? name + strlen("--") : repository);
}

/* The model's name by its PATH: "tf_efficientnet_b0_aa-827b6e33" of
 * ".../tf_efficientnet_b0_aa-827b6e33.pth"; "resnet50.a1_in1k" of
 * ".../resnet50.a1_in1k/model.safetensors", as the Hugging Face hub names every file. */
static char *
stem_of(const char *path)
{
    static const char *const suffixes[] = {".safetensors", ".pth.tar", ".pth",
                                           ".pt",          ".bin",     ".ckpt"};
    char *name = g_path_get_basename(path);
    g_autofree char *folder = g_path_get_dirname(path);

    if ((g_str_has_prefix(name, "model.safetensors") || g_str_equal(name, "pytorch_model.bin")) &&
        strchr(path, G_DIR_SEPARATOR)) {
        g_free(name);
        return name_of_folder(folder);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (g_str_has_suffix(name, suffixes[i])) {
            name[strlen(name) - strlen(suffixes[i])] = '\0';
            break;
        }
    return name;
}

/* Sets in_channels and n_classes by the shapes of STEM's and CLASSIFIER's weights; CLASSIFIER may
 * be NULL. */
static gboolean
recognise_ends(Recogniser *r, const EffNetTensor *stem, const EffNetTensor *classifier,
               GError **error)
{
    EffNetModelInfo *info = &r->out->info;
    guint64 channels = stem && stem->n_dims > 1 ? stem->dims[1] : 0;
    guint64 classes = classifier && classifier->n_dims > 0 ? classifier->dims[0] : 0;

    info->in_channels = (guint)channels;
    info->n_classes = (guint)classes;
    if ((channels == 1 || channels == 3) && classes <= G_MAXINT32)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "%s has a stem for images of %" G_GUINT64_FORMAT " channels and %" G_GUINT64_FORMAT
                " classes, where 1 or 3 channels were expected",
                info->path, channels, classes);
    return FALSE;
}

/* Notes which tensors were not needed: counters and copies by number, others by name. */
static void
note_left_out(Recogniser *r, const EffNetState *state, const GPtrArray *names)
{
    guint n_counters = 0, n_copied = 0, n_others = 0;

    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];

        if (g_str_has_suffix(name, ".num_batches_tracked"))
            n_counters++;
        else if (effnet_state_is_copied(state, name))
            n_copied++;
        else if (n_others++ < MAX_LEFT_OUT)
            effnet_recognition_note(r->out, "its name", "left out: %s", name);
    }
    if (n_others > MAX_LEFT_OUT)
        effnet_recognition_note(r->out, "their names", "left out: %u more tensors of training",
                                n_others - MAX_LEFT_OUT);
    if (n_copied > 0)
        effnet_recognition_note(r->out, "their names",
                                "left out: %u tensors of other copies of the network", n_copied);
    if (n_counters > 0)
        effnet_recognition_note(r->out, "their names", "left out: %u counters num_batches_tracked",
                                n_counters);
}

/* Notes what tensors the file holds outside of the network's state. */
static void
note_beside(Recogniser *r, const EffNetCheckpoint *checkpoint)
{
    const char *text = effnet_checkpoint_get_metadata(checkpoint, "beside");
    g_autoptr(EffNetJson) list = text ? effnet_json_parse(text, strlen(text), NULL) : NULL;

    for (guint i = 0; i < MIN(effnet_json_length(list), MAX_LEFT_OUT + 1); i++) {
        const char *what = effnet_json_string(effnet_json_item(list, i));

        if (what)
            effnet_recognition_note(r->out, "the file", "left out: %s, beside the state", what);
    }
}

static void
note_names(Recogniser *r, const EffNetState *state)
{
    EffNetRecognition *out = r->out;

    effnet_recognition_note(out, "tensor names", "naming: %s", state->naming->name);
    if (state->container)
        effnet_recognition_note(out, "the file", "state: %s", state->container);
    if (*state->prefix)
        effnet_recognition_note(out, "tensor names", "prefix: %s", state->prefix);
    if (state->averaged)
        effnet_recognition_note(out, "its name", "weights: the averaged ones");
    if (state->head.n_linear > 0 && !effnet_state_has_own_head(state))
        effnet_recognition_note(out, "its shape", "classifier: %s",
                                state->head.linear[state->head.n_linear - 1]);
    for (guint i = 0; i + 1 < state->head.n_linear; i++)
        effnet_recognition_note(out, "its shape", "hidden layer: %s", state->head.linear[i]);
}

/* Completes the network's head where nothing names it, but it is like one that a library makes. */
static void
use_guess(Recogniser *r, const EffNetState *state)
{
    EffNetArch *arch = r->out->arch;
    EffNetHead head = {0};
    const char *origin;

    if (arch->head.n_hidden > 0 || state->head.n_linear < 2 ||
        !effnet_head_guess(&state->head, state->checkpoint, &head, &origin))
        return;
    head.max_pool = arch->head.max_pool;
    r->out->arch = effnet_arch_new_head(arch, &head);
    effnet_arch_unref(arch);
    effnet_recognition_note(r->out, origin, "activation of hidden layers: ReLU");
}

/* Recognises the network by its shapes: the one that the file names, if it fits. */
static gboolean
recognise_shapes(Recogniser *r, EffNetState *state, GError **error)
{
    static const EffNetLayer stem = {.role = EFFNET_ROLE_STEM},
                             classifier = {.role = EFFNET_ROLE_CLASSIFIER};
    const char *asked = r->options->arch, *named = r->config->architecture;
    g_autoptr(GPtrArray) left_out = g_ptr_array_new();
    EffNetModelInfo *info = &r->out->info;

    if (!recognise_ends(r, effnet_state_find(state, &stem, EFFNET_PART_WEIGHT),
                        effnet_state_find(state, &classifier, EFFNET_PART_WEIGHT), error))
        return FALSE;
    info->naming = state->naming->name;
    if (!asked && named)
        r->out->arch =
            effnet_layers_match(state, named, info->in_channels, info->n_classes, left_out, NULL);
    g_ptr_array_set_size(left_out, r->out->arch ? (gint)left_out->len : 0);
    if (!r->out->arch)
        r->out->arch =
            effnet_layers_match(state, asked, info->in_channels, info->n_classes, left_out, error);
    if (!r->out->arch)
        return FALSE;
    use_guess(r, state);
    info->arch = effnet_arch_get_name(r->out->arch);
    if (!effnet_head_settle(&state->head, state->checkpoint, info->arch, &r->out->arch->head,
                            error))
        return FALSE;
    note_names(r, state);
    effnet_recognition_note(r->out, asked ? "options" : "tensor shapes", "architecture: %s",
                            info->arch);
    effnet_recognition_note(r->out, "tensor shapes", "classes: %u", info->n_classes);
    note_left_out(r, state, left_out);
    note_beside(r, state->checkpoint);
    return TRUE;
}

/* Whether A and B are names of one network, be it with other hidden layers. */
static gboolean
have_one_body(const char *a, const char *b)
{
    gsize n = strcspn(a, "+");

    return n == strcspn(b, "+") && strncmp(a, b, n) == 0;
}

static gboolean
is_scaled(const Recogniser *r)
{
    return !have_one_body(r->out->info.arch, r->out->arch->base->name);
}

/* The network of the table that NAME is trained like: a scaled network's base, or NAME itself. */
static const char *
get_base(const Recogniser *r, const char *name)
{
    const EffNetVariant *variant = is_scaled(r) ? effnet_arch_find(name) : NULL;

    if (variant && variant->family == r->out->arch->base->family)
        return variant->name;
    return r->out->arch->base->name;
}

/* Whether the recognised network may be called NAME: if it is that network or, being scaled freely,
 * one of its family. */
static gboolean
is_arch(const Recogniser *r, const char *name)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);

    return arch && (have_one_body(effnet_arch_get_name(arch), r->out->info.arch) ||
                    (is_scaled(r) && arch->base->family == r->out->arch->base->family));
}

/* Whether timm names networks like this. Some of those have our shapes but other layers
 * ("resnetaa50"). */
static gboolean
looks_like_ours(const char *name)
{
    return (strstr(name, "resnet") || strstr(name, "efficientnet") || strstr(name, "mobilenet")) &&
           strpbrk(name, "0123456789");
}

/* Refuses a network that the file names and we do not know: it may have the shapes of one that we
 * know. */
static gboolean
check_architecture(const Recogniser *r, GError **error)
{
    const char *name = r->config->architecture;
    g_autoptr(EffNetArch) known = name ? effnet_arch_new(name, NULL) : NULL;

    if (!name || known || r->options->arch ||
        (!g_str_equal(r->config->named_by, r->config->source) && !looks_like_ours(name)))
        return TRUE;
    g_set_error(
        error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
        "%s is of the network %s by %s, which is not known: where that is another name of a "
        "known one, say so by the option arch (--model-options arch=NAME, on the element "
        "model-options=arch=NAME)",
        r->out->info.path, name, r->config->named_by);
    return FALSE;
}

/* Ignores a config beside the file if it is another network's. */
static void
check_config(Recogniser *r)
{
    EffNetConfig *config = r->config;

    if (!config->architecture || is_arch(r, config->architecture))
        return;
    effnet_recognition_note(r->out, config->named_by, "config: not used, it is of %s",
                            config->architecture);
    if (!g_str_equal(config->named_by, config->source)) {
        g_clear_pointer(&config->architecture, g_free);
        return;
    }
    effnet_config_free(config);
    r->config = g_new0(EffNetConfig, 1);
}

/* Adds what files say: how images are prepared, then the config. */
static gboolean
add_files(Recogniser *r, const EffNetNaming *naming, GError **error)
{
    g_autofree char *path = effnet_preprocessor_find(r->out->info.path);
    EffNetSettings settings;

    if (!r->config->source)
        return TRUE;
    if (path && !effnet_preprocessor_read(path, &settings, error))
        return FALSE;
    if (path)
        add_source(r, path, &settings);
    settings = r->config->settings;
    if (naming && naming->read_config)
        naming->read_config(r->config->json, &settings);
    add_source(r, r->config->source, &settings);
    add_source(r, "the args in the file", &r->config->arguments);
    return TRUE;
}

/* Adds what publishers of such files do, by the name that tells their training. */
static void
add_practice(Recogniser *r, const EffNetNaming *naming)
{
    const char *name = r->out->info.name;
    g_autofree char *by_naming = g_strdup_printf("the naming of %s", naming->name);
    g_autofree char *by_name = NULL;

    if (r->options->arch && strchr(r->options->arch, '_'))
        name = r->options->arch;
    else if (r->config->architecture)
        name = r->config->architecture;
    by_name = g_strdup_printf("the name %s", name);
    effnet_practice_add(naming, get_base(r, name), name,
                        g_string_chunk_insert(r->out->strings, by_naming),
                        g_string_chunk_insert(r->out->strings, by_name), r->sources);
}

/* Adds the table's values; all of them for random weights. Padding and epsilon are those of the
 * first publisher, but other publishers' checkpoints have the same names. */
static void
add_table(Recogniser *r)
{
    static const EffNetSettings usual = {.resize = EFFNET_RESIZE_CENTER_CROP,
                                         .activation = EFFNET_ACTIVATION_SOFTMAX};
    EffNetSettings settings = effnet_settings_from_training(
        effnet_arch_get_training(r->out->arch), effnet_arch_get_resolution(r->out->arch));

    if (r->config && r->out->arch->base->family->ported) {
        settings.padding = EFFNET_PADDING_AUTO;
        settings.epsilon = 0;
    }
    add_source(r, "its table", &settings);
    add_source(r, "the usual practice", &usual);
}

static gboolean
fail_padding(const Recogniser *r, GError **error)
{
    g_autofree char *name = effnet_variant_timm_name(r->out->arch->base);

    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s has timm's tensor names, and nothing tells whether its padding is same (timm's "
                "tf_%s) or symmetric (%s): say which by --model-options padding=same or "
                "padding=symmetric, on the element by model-options=padding=same or "
                "model-options=padding=symmetric",
                r->out->info.path, name, name);
    return FALSE;
}

/* Overlays all sources. */
static gboolean
overlay(Recogniser *r, EffNetSettings *settings, GError **error)
{
    const char *origins[EFFNET_N_SETTINGS];

    for (guint i = 0; i < r->sources->len; i++)
        if (!effnet_source_check(&g_array_index(r->sources, EffNetSource, i), error))
            return FALSE;
    effnet_settings_overlay((EffNetSource *)(void *)r->sources->data, r->sources->len, settings,
                            origins);
    if (!settings->padding)
        return fail_padding(r, error);
    if (settings->epsilon == 0) {
        const EffNetSettings timm = {.epsilon =
                                         settings->padding == EFFNET_PADDING_SAME ? 1e-3 : 1e-5};

        add_source(r, "the padding, as timm's", &timm);
        return overlay(r, settings, error);
    }
    if (r->out->info.n_classes == 1 && settings->activation == EFFNET_ACTIVATION_SOFTMAX) {
        settings->activation = EFFNET_ACTIVATION_SIGMOID;
        origins[EFFNET_N_SETTINGS - 1] = "its one class, of which softmax is always 1";
    }
    for (guint i = 0; i < EFFNET_N_SETTINGS; i++) {
        g_autofree char *what = effnet_settings_describe(settings, i);

        effnet_recognition_note(r->out, origins[i], "%s", what);
    }
    return TRUE;
}

static gboolean
settle(Recogniser *r, GError **error)
{
    EffNetModelInfo *info = &r->out->info;
    EffNetSettings settings;

    add_table(r);
    if (!overlay(r, &settings, error))
        return FALSE;
    info->padding = settings.padding;
    info->epsilon = settings.epsilon;
    info->resolution = settings.resolution;
    memcpy(info->mean, settings.mean.of, sizeof info->mean);
    memcpy(info->std, settings.std.of, sizeof info->std);
    info->crop_fraction = settings.crop_fraction;
    info->interpolation = settings.interpolation;
    info->resize_mode = settings.resize;
    info->activation = settings.activation;
    return TRUE;
}

/* Sets the labels: the file's or, if IMAGENET, it names none, and their number fits, ImageNet's. */
static void
settle_labels(Recogniser *r, gboolean imagenet)
{
    EffNetRecognition *out = r->out;
    g_autofree char *problem = NULL;
    const char *origin = NULL;

    if (r->config)
        out->labels = effnet_config_get_labels(r->config, out->info.n_classes, &problem);
    if (problem) {
        g_autofree char *warning =
            g_strdup_printf("%s: classes are called by their numbers", problem);

        out->info.labels_warning = g_string_chunk_insert(out->strings, warning);
        effnet_recognition_note(out, "their number", "labels: not used, %s", problem);
        return;
    }
    if (out->labels) {
        out->info.labels = (const char *const *)out->labels;
        origin = r->config->json ? r->config->source : out->info.path;
        effnet_recognition_note(out, origin, "labels: %u", out->info.n_classes);
        return;
    }
    out->info.labels = imagenet ? effnet_labels_imagenet(out->info.n_classes) : NULL;
    if (out->info.labels)
        effnet_recognition_note(out, "the number of classes, which nothing else names",
                                "labels: ImageNet's");
}

/* Checks what the config and the training script's arguments say about layers that weights do not
 * show. */
static gboolean
check_layers(const Recogniser *r, const EffNetNaming *naming, GError **error)
{
    const EffNetModelInfo *info = &r->out->info;
    const char *origin = r->config->json ? r->config->source : info->path;
    g_autoptr(EffNetNetwork) network = effnet_network_new(
        r->out->arch, info->resolution, info->in_channels, info->n_classes, info->padding);
    g_autofree char *what = NULL;

    if (naming->check_config)
        what = naming->check_config(r->config->json, network);
    if (!what)
        what = effnet_modelargs_check(r->config->json, network);
    if (!what) {
        what = effnet_modelargs_check_pooling(r->config->pooling);
        origin = info->path;
    }
    if (what)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "%s %s", origin, what);
    return !what;
}

static gboolean
recognise_file(Recogniser *r, EffNetState *state, GError **error)
{
    if (!check_architecture(r, error) || !recognise_shapes(r, state, error))
        return FALSE;
    check_config(r);
    if (!add_files(r, state->naming, error))
        return FALSE;
    add_practice(r, state->naming);
    if (!settle(r, error) || !check_layers(r, state->naming, error))
        return FALSE;
    settle_labels(r, effnet_state_has_own_head(state));
    return TRUE;
}

/* Refuses options for what is already folded into the weights. */
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

/* Recognises a file of `effnet quantize`, which says what it is; its tensors must agree. */
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
    if (!recognise_ends(r, effnet_checkpoint_find(checkpoint, "stem.weight"),
                        effnet_checkpoint_find(checkpoint, "classifier.weight"), error))
        return FALSE;
    network = effnet_network_new(r->out->arch, effnet_arch_get_resolution(r->out->arch),
                                 info->in_channels, info->n_classes, EFFNET_PADDING_SAME);
    effnet_recognition_note(r->out, "the metadata", "architecture: %s, quantised", info->arch);
    if (!effnet_quantised_check(checkpoint, network, error))
        return FALSE;
    check_config(r);
    if (r->config->settings.padding) {
        if (!add_files(r, NULL, error) || !settle(r, error))
            return FALSE;
        settle_labels(r, FALSE);
        return TRUE;
    }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "%s is quantised, but its config does not tell the padding of %s", info->path,
                info->arch);
    return FALSE;
}

/* Sets INFO's names from PATH. */
static void
set_names(EffNetRecognition *out, const char *path)
{
    g_autofree char *name = stem_of(path);

    out->info.path = g_string_chunk_insert(out->strings, path);
    out->info.name = g_string_chunk_insert(out->strings, name);
}

/* Starts with the options, which override everything else. */
static gboolean
begin(Recogniser *r, GError **error)
{
    const EffNetSource source = {"options", effnet_settings_from_options(r->options)};

    r->sources = g_array_new(FALSE, FALSE, sizeof(EffNetSource));
    g_array_append_val(r->sources, source);
    return effnet_source_check(&source, error);
}

static gboolean
read_known(Recogniser *r, const EffNetCheckpoint *checkpoint, GError **error)
{
    g_autoptr(GError) failure = NULL;

    r->out->known = effnet_known_new(checkpoint, &failure);
    if (!failure)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* Takes ownership of CHECKPOINT. */
static gboolean
recognise(Recogniser *r, EffNetCheckpoint *checkpoint, GError **error)
{
    g_autoptr(EffNetCheckpoint) own = checkpoint;
    g_autoptr(EffNetState) state = NULL;

    r->config = effnet_config_new(checkpoint, error);
    if (!r->config || !read_known(r, checkpoint, error))
        return FALSE;
    r->out->quantised = effnet_quantised_is(checkpoint);
    if (r->out->quantised) {
        if (!recognise_quantised(r, checkpoint, error))
            return FALSE;
        r->out->weights = effnet_weights_new_quantised(g_steal_pointer(&own));
        return TRUE;
    }
    state = effnet_state_new(g_steal_pointer(&own), error);
    if (!state || !recognise_file(r, state, error))
        return FALSE;
    r->out->weights = effnet_weights_new_state(g_steal_pointer(&state), r->out->info.epsilon);
    return TRUE;
}

EffNetRecognition *
effnet_recognise(const char *path, const EffNetModelOptions *options, GError **error)
{
    g_autoptr(EffNetRecognition) out = recognition_new();
    EffNetCheckpoint *checkpoint = NULL;
    Recogniser r = {.out = out, .options = options};
    gboolean ok = FALSE;

    set_names(out, path);
    if (begin(&r, error) && (checkpoint = effnet_checkpoint_open(path, error)))
        ok = recognise(&r, checkpoint, error);
    effnet_config_free(r.config);
    g_array_unref(r.sources);
    return ok ? g_steal_pointer(&out) : NULL;
}

EffNetRecognition *
effnet_recognise_random(EffNetArch *arch, guint32 seed, guint n_classes,
                        const EffNetModelOptions *options, GError **error)
{
    g_autoptr(EffNetRecognition) out = recognition_new();
    Recogniser r = {.out = out, .options = options};
    gboolean ok;

    out->arch = effnet_arch_ref(arch);
    out->info.name = out->info.arch = effnet_arch_get_name(arch);
    out->info.naming = "none";
    out->info.in_channels = 3;
    out->info.n_classes = n_classes ? n_classes : 1000;
    ok = begin(&r, error) && settle(&r, error);
    g_array_unref(r.sources);
    if (!ok)
        return NULL;
    settle_labels(&r, TRUE);
    out->weights = effnet_weights_new_random(seed);
    return g_steal_pointer(&out);
}
