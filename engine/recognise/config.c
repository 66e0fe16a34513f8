/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>

#include "config.h"
#include "../checkpoint/file.h"

#define MAX_FILE (16u << 20)

/* timm keeps most keys in "pretrained_cfg", and some one level up. A null counts as absent. */
static const EffNetJson *
get(const EffNetConfig *config, const char *key)
{
    const EffNetJson *inner = effnet_json_member(config->json, "pretrained_cfg");
    const EffNetJson *value = effnet_json_member(inner, key);

    if (!value || effnet_json_is(value, EFFNET_JSON_NULL))
        value = effnet_json_member(config->json, key);
    return effnet_json_is(value, EFFNET_JSON_NULL) ? NULL : value;
}

static gboolean
fail(const EffNetConfig *config, GError **error, const char *what)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s has %s", config->source, what);
    return FALSE;
}

gboolean
effnet_json_channels(const EffNetJson *json, EffNetChannels *channels)
{
    guint n = effnet_json_length(json);
    double number;

    for (guint i = 0; i < 3; i++) {
        if (!effnet_json_number(effnet_json_item(json, n == 1 ? 0 : i), &number))
            return FALSE;
        channels->of[i] = (float)number;
    }
    channels->said = TRUE;
    return n == 1 || n == 3;
}

static gboolean
read_normalisation(EffNetConfig *config, GError **error)
{
    const EffNetJson *mean = get(config, "mean"), *std = get(config, "std");

    if (mean && !effnet_json_channels(mean, &config->settings.mean))
        return fail(config, error, "a mean that is not three numbers");
    if (std && !effnet_json_channels(std, &config->settings.std))
        return fail(config, error, "a std that is not three numbers");
    return TRUE;
}

/* Reads "input_size": [channels, height, width]. */
static gboolean
read_resolution(EffNetConfig *config, GError **error)
{
    const EffNetJson *size = get(config, "input_size");
    guint64 height = 0, width = 0;

    if (!size)
        return TRUE;
    if (effnet_json_length(size) != 3 || !effnet_json_integer(effnet_json_item(size, 1), &height) ||
        !effnet_json_integer(effnet_json_item(size, 2), &width) || height != width || height == 0 ||
        height > G_MAXUINT16)
        return fail(config, error, "an input_size that is not [channels, size, size]");
    config->settings.resolution = (guint)height;
    return TRUE;
}

static gboolean
read_resize(EffNetConfig *config, GError **error)
{
    const EffNetJson *crop = get(config, "crop_pct");
    const char *interpolation = effnet_json_string(get(config, "interpolation"));
    const char *mode = effnet_json_string(get(config, "crop_mode"));
    double fraction = 0;

    config->settings.interpolation = effnet_interpolation_parse(interpolation);
    if (interpolation && !config->settings.interpolation)
        return fail(config, error, "an interpolation other than bicubic and bilinear");
    if (g_strcmp0(mode, "squash") == 0)
        config->settings.resize = EFFNET_RESIZE_STRETCH;
    else if (mode && !g_str_equal(mode, "center"))
        return fail(config, error, "a crop_mode other than center and squash");
    if (crop && (!effnet_json_number(crop, &fraction) || !(fraction > 0 && fraction <= 1)))
        return fail(config, error, "a crop_pct that is not above 0 and at most 1");
    config->settings.crop_fraction = (float)fraction;
    return TRUE;
}

/* transformers' problem types, and what activation their scores need; AUTO for others. */
static EffNetActivation
parse_problem(const char *problem)
{
    static const struct {
        const char *name;
        EffNetActivation activation;
    } problems[] = {
        {"multi_label_classification", EFFNET_ACTIVATION_SIGMOID},
        {"single_label_classification", EFFNET_ACTIVATION_SOFTMAX},
        {"regression", EFFNET_ACTIVATION_NONE},
    };

    for (gsize i = 0; problem && i < G_N_ELEMENTS(problems); i++)
        if (g_str_equal(problems[i].name, problem))
            return problems[i].activation;
    return EFFNET_ACTIVATION_AUTO;
}

static gboolean
read_values(EffNetConfig *config, GError **error)
{
    const char *padding = effnet_json_string(get(config, "padding"));

    config->architecture = g_strdup(effnet_json_string(get(config, "architecture")));
    config->named_by = config->architecture ? g_strdup(config->source) : NULL;
    config->settings.activation = parse_problem(effnet_json_string(get(config, "problem_type")));
    if (!padding) /* the argument of timm's create_model() */
        padding = effnet_json_string(
            effnet_json_member(effnet_json_member(config->json, "model_args"), "pad_type"));
    if (g_strcmp0(padding, "same") == 0)
        config->settings.padding = EFFNET_PADDING_SAME;
    else if (g_strcmp0(padding, "symmetric") == 0)
        config->settings.padding = EFFNET_PADDING_SYMMETRIC;
    else if (padding && *padding) /* "" is the network's own */
        return fail(config, error, "a padding other than same and symmetric");
    return read_normalisation(config, error) && read_resolution(config, error) &&
           read_resize(config, error);
}

static gboolean
parse(EffNetConfig *config, const char *text, gsize length, GError **error)
{
    g_autoptr(GError) wrong = NULL;

    config->json = effnet_json_parse(text, length, &wrong);
    if (effnet_json_is(config->json, EFFNET_JSON_OBJECT))
        return read_values(config, error);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s is not a JSON object: it has %s",
                config->source, wrong ? wrong->message : "another value");
    return FALSE;
}

/* The metadata that is a config, with its KEY: a whole config, or only timm's pretrained_cfg. */
static const char *
find_metadata(const EffNetCheckpoint *checkpoint, const char **key)
{
    static const char *const keys[] = {"config", "pretrained_cfg"};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *text = effnet_checkpoint_get_metadata(checkpoint, keys[i]);

        *key = keys[i];
        if (text)
            return text;
    }
    return NULL;
}

static gboolean
read_json(EffNetConfig *config, const EffNetCheckpoint *checkpoint, GError **error)
{
    const char *path = effnet_checkpoint_get_path(checkpoint), *key;
    g_autofree char *folder = g_path_get_dirname(path), *text = NULL;
    const char *metadata = find_metadata(checkpoint, &key);
    gsize length;

    if (metadata) {
        config->source = g_strdup_printf("the metadata \"%s\" of %s", key, path);
        return parse(config, metadata, strlen(metadata), error);
    }
    config->source = g_build_filename(folder, "config.json", NULL);
    if (!g_file_test(config->source, G_FILE_TEST_IS_REGULAR))
        return TRUE;
    text = effnet_file_load(config->source, MAX_FILE, &length, error);
    return text && parse(config, text, length, error);
}

/* What a training script kept as its argument NAME, or beside the weights. Sets *KEY to its key,
 * for g_free(). NULL if there is none. */
static const char *
find_argument(const EffNetCheckpoint *checkpoint, const char *name, char **key)
{
    static const char *const places[] = {"args.", "hyper_parameters.", "hparams.", "config.",
                                         "cfg.",  "params.",           "meta.",    ""};

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        const char *text;

        *key = g_strconcat(places[i], name, NULL);
        text = effnet_checkpoint_get_metadata(checkpoint, *key);
        if (text && *text)
            return text;
        g_clear_pointer(key, g_free);
    }
    return NULL;
}

/* Reads the architecture that scripts keep beside a state: "efficientnet_b0",
 * "timm/efficientnet_b0". */
static void
read_arch(EffNetConfig *config, const EffNetCheckpoint *checkpoint)
{
    static const char *const names[] = {"arch",       "model",     "architecture", "model_name",
                                        "model_arch", "arch_name", "backbone",     "encoder_name"};

    for (gsize i = 0; i < G_N_ELEMENTS(names) && !config->architecture; i++) {
        g_autofree char *key = NULL;
        const char *name = effnet_checkpoint_get_metadata(checkpoint, names[i]), *slash;

        if (name && *name)
            key = g_strdup(names[i]);
        else
            name = find_argument(checkpoint, names[i], &key);
        if (!name)
            continue;
        slash = strrchr(name, '/');
        config->architecture = g_strdup(slash ? slash + 1 : name);
        config->named_by =
            g_strdup_printf("the \"%s\" of %s", key, effnet_checkpoint_get_path(checkpoint));
    }
}

static EffNetJson *
read_argument(const EffNetCheckpoint *checkpoint, const char *name)
{
    g_autofree char *key = NULL;
    const char *text = find_argument(checkpoint, name, &key);

    return text ? effnet_json_parse(text, strlen(text), NULL) : NULL;
}

/* Reads the training script's arguments: numbers or lists of three, in JSON. Anything else, such as
 * Python's None, counts as absent. */
static void
read_arguments(EffNetConfig *config, const EffNetCheckpoint *checkpoint)
{
    EffNetSettings *arguments = &config->arguments;
    g_autoptr(EffNetJson) img_size = read_argument(checkpoint, "img_size");
    g_autoptr(EffNetJson) input_size = read_argument(checkpoint, "input_size");
    g_autoptr(EffNetJson) crop_pct = read_argument(checkpoint, "crop_pct");
    g_autoptr(EffNetJson) epsilon = read_argument(checkpoint, "bn_eps");
    g_autoptr(EffNetJson) mean = read_argument(checkpoint, "mean");
    g_autoptr(EffNetJson) std = read_argument(checkpoint, "std");
    g_autofree char *key = NULL, *pooling_key = NULL;
    EffNetChannels channels = {0};
    guint64 size;
    double number;

    config->pooling = g_strdup(find_argument(checkpoint, "gp", &pooling_key));
    arguments->interpolation =
        effnet_interpolation_parse(find_argument(checkpoint, "interpolation", &key));
    if (effnet_json_integer(img_size, &size) ||
        effnet_json_integer(effnet_json_item(input_size, 2), &size))
        arguments->resolution = (guint)MIN(size, G_MAXUINT16);
    if (effnet_json_number(crop_pct, &number))
        arguments->crop_fraction = (float)number;
    if (effnet_json_number(epsilon, &number))
        arguments->epsilon = number;
    if (mean && effnet_json_channels(mean, &channels))
        arguments->mean = channels;
    if (std && effnet_json_channels(std, &channels))
        arguments->std = channels;
}

/* The class names, a JSON list in the order of classes, as the readers of checkpoints put it
 * there. */
static EffNetJson *
read_class_names(const EffNetCheckpoint *checkpoint)
{
    const char *text = effnet_checkpoint_get_metadata(checkpoint, "class_names");

    return text ? effnet_json_parse(text, strlen(text), NULL) : NULL;
}

EffNetConfig *
effnet_config_new(const EffNetCheckpoint *checkpoint, GError **error)
{
    g_autoptr(EffNetConfig) config = g_new0(EffNetConfig, 1);

    if (!read_json(config, checkpoint, error))
        return NULL;
    read_arch(config, checkpoint);
    read_arguments(config, checkpoint);
    config->class_names = read_class_names(checkpoint);
    config->path = g_strdup(effnet_checkpoint_get_path(checkpoint));
    return g_steal_pointer(&config);
}

void
effnet_config_free(EffNetConfig *config)
{
    if (!config)
        return;
    effnet_json_free(config->json);
    g_free(config->architecture);
    g_free(config->named_by);
    g_free(config->pooling);
    effnet_json_free(config->class_names);
    g_free(config->path);
    g_free(config->source);
    g_free(config);
}

/* The name of class I in a list, or in an object {"0": name, "1": name, …}. */
static const char *
name_of(const EffNetJson *names, guint i)
{
    char key[16];

    if (effnet_json_is(names, EFFNET_JSON_ARRAY))
        return effnet_json_string(effnet_json_item(names, i));
    g_snprintf(key, sizeof key, "%u", i);
    return effnet_json_string(effnet_json_member(names, key));
}

/* Whether NAMES are what transformers calls classes that nobody has named, however many. */
static gboolean
are_placeholders(const EffNetJson *names)
{
    return g_strcmp0(name_of(names, 0), "LABEL_0") == 0;
}

/* The names if there is one for each class. Otherwise NULL, and PROBLEM is set unless it is. */
static char **
list_labels(const EffNetConfig *config, const EffNetJson *names, const char *origin,
            guint n_classes, char **problem)
{
    const EffNetJson *descriptions = get(config, "label_descriptions");
    g_autoptr(GPtrArray) labels = g_ptr_array_new_with_free_func(g_free);
    guint n = effnet_json_length(names);
    const char *name = NULL;

    for (guint i = 0; n == n_classes && i < n && (name = name_of(names, i)); i++) {
        const char *description = effnet_json_string(effnet_json_member(descriptions, name));

        g_ptr_array_add(labels, g_strdup(description ? description : name));
    }
    if (labels->len == n_classes) {
        g_ptr_array_add(labels, NULL);
        return (char **)g_ptr_array_steal(labels, NULL);
    }
    if (!*problem)
        *problem =
            n == n_classes
                ? g_strdup_printf("%s has %u labels, but none for class %u", origin, n, labels->len)
                : g_strdup_printf("%s has %u labels, the model %u classes", origin, n, n_classes);
    return NULL;
}

char **
effnet_config_get_labels(const EffNetConfig *config, guint n_classes, char **problem)
{
    static const char *const keys[] = {"label_names", "labels", "id2label"};
    const EffNetJson *names = NULL;
    char **labels = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(keys) && effnet_json_length(names) == 0; i++)
        names = get(config, keys[i]);
    if (n_classes == 0)
        return NULL;
    if (effnet_json_length(names) > 0 && !are_placeholders(names))
        labels = list_labels(config, names, config->source, n_classes, problem);
    if (!labels && config->class_names)
        labels = list_labels(config, config->class_names, config->path, n_classes, problem);
    if (labels)
        g_clear_pointer(problem, g_free);
    return labels;
}

static void
append_key(GString *json, const char *key)
{
    if (json->str[json->len - 1] != '{')
        g_string_append(json, ", ");
    g_string_append_printf(json, "\"%s\": ", key);
}

static void
append_string(GString *json, const char *key, const char *value)
{
    append_key(json, key);
    effnet_json_append_string(json, value);
}

static void
append_channels(GString *json, const char *key, const float values[3])
{
    append_key(json, key);
    for (int i = 0; i < 3; i++) {
        g_string_append(json, i ? ", " : "[");
        effnet_json_append_float(json, values[i]);
    }
    g_string_append_c(json, ']');
}

static void
append_labels(GString *json, const char *const *labels)
{
    append_key(json, "label_names");
    g_string_append_c(json, '[');
    for (guint i = 0; labels[i]; i++) {
        g_string_append(json, i ? ", " : "");
        effnet_json_append_string(json, labels[i]);
    }
    g_string_append_c(json, ']');
}

/* Appends what timm has in "pretrained_cfg". */
static void
append_pretrained(GString *json, const EffNetModelInfo *info)
{
    append_key(json, "pretrained_cfg");
    g_string_append_printf(json, "{\"num_classes\": %u", info->n_classes);
    if (info->resolution) {
        append_key(json, "input_size");
        g_string_append_printf(json, "[%u, %u, %u]", info->in_channels, info->resolution,
                               info->resolution);
    }
    if (info->std[0] > 0) {
        append_channels(json, "mean", info->mean);
        append_channels(json, "std", info->std);
    }
    if (info->crop_fraction > 0) {
        append_key(json, "crop_pct");
        effnet_json_append_float(json, info->crop_fraction);
    }
    if (info->interpolation)
        append_string(json, "interpolation",
                      info->interpolation == EFFNET_INTERPOLATION_BILINEAR ? "bilinear"
                                                                           : "bicubic");
    if (info->resize_mode == EFFNET_RESIZE_STRETCH)
        append_string(json, "crop_mode", "squash");
    if (info->padding)
        append_string(json, "padding", info->padding == EFFNET_PADDING_SAME ? "same" : "symmetric");
    g_string_append_c(json, '}');
}

char *
effnet_config_to_json(const EffNetModelInfo *info)
{
    GString *json = g_string_new("{");

    append_string(json, "architecture", info->arch);
    append_key(json, "num_classes");
    g_string_append_printf(json, "%u", info->n_classes);
    if (info->activation)
        append_string(json, "problem_type",
                      info->activation == EFFNET_ACTIVATION_SIGMOID ? "multi_label_classification"
                      : info->activation == EFFNET_ACTIVATION_NONE  ? "regression"
                                                                   : "single_label_classification");
    if (info->labels)
        append_labels(json, info->labels);
    append_pretrained(json, info);
    g_string_append_c(json, '}');
    return g_string_free(json, FALSE);
}
