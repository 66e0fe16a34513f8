/* SPDX-License-Identifier: BSD-2-Clause */
#include "modeloptions.h"

#include <math.h>
#include <string.h>

static gboolean
parse_number(const char *text, double *number)
{
    char *end;

    *number = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*number);
}

static gboolean
parse_arch(const char *text, EffNetModelOptions *options)
{
    options->arch = text;
    return *text != '\0';
}

static gboolean
parse_resolution(const char *text, EffNetModelOptions *options)
{
    double number;

    if (!parse_number(text, &number) || number < 1 || number > G_MAXINT || number != floor(number))
        return FALSE;
    options->resolution = (guint)number;
    return TRUE;
}

/* Parses "<0.5,0.5,0.5>". */
static gboolean
parse_three(const char *text, float three[3])
{
    gsize length = strlen(text);
    g_autofree char *inner = NULL;
    g_auto(GStrv) parts = NULL;

    if (length < 2 || text[0] != '<' || text[length - 1] != '>')
        return FALSE;
    inner = g_strndup(text + 1, length - 2);
    parts = g_strsplit(inner, ",", -1);
    if (g_strv_length(parts) != 3)
        return FALSE;
    for (guint i = 0; i < 3; i++) {
        double number;

        if (!parse_number(g_strstrip(parts[i]), &number))
            return FALSE;
        three[i] = (float)number;
    }
    return TRUE;
}

static gboolean
parse_mean(const char *text, EffNetModelOptions *options)
{
    options->set_mean = parse_three(text, options->mean);
    return options->set_mean;
}

static gboolean
parse_std(const char *text, EffNetModelOptions *options)
{
    options->set_std = parse_three(text, options->std) && options->std[0] > 0 &&
                       options->std[1] > 0 && options->std[2] > 0;
    return options->set_std;
}

static gboolean
parse_padding(const char *text, EffNetModelOptions *options)
{
    options->padding = g_str_equal(text, "same")        ? EFFNET_PADDING_SAME
                       : g_str_equal(text, "symmetric") ? EFFNET_PADDING_SYMMETRIC
                                                        : EFFNET_PADDING_AUTO;
    return options->padding != EFFNET_PADDING_AUTO;
}

static gboolean
parse_epsilon(const char *text, EffNetModelOptions *options)
{
    return parse_number(text, &options->epsilon) && options->epsilon > 0;
}

static const struct {
    const char *name, *expected;
    gboolean (*parse)(const char *text, EffNetModelOptions *options);
} fields[] = {
    {"arch", "the name of a network, e.g. b0", parse_arch},
    {"resolution", "a positive number of pixels", parse_resolution},
    {"mean", "three numbers, e.g. <0.5,0.5,0.5>", parse_mean},
    {"std", "three numbers above 0, e.g. <0.5,0.5,0.5>", parse_std},
    {"padding", "same or symmetric", parse_padding},
    {"epsilon", "a number above 0", parse_epsilon},
};

/* VALUE without a structure's types and quotes: "same" for "(string)\"same\"". */
static char *
strip(const char *value)
{
    gsize length;

    if (*value == '(' && strchr(value, ')'))
        value = strchr(value, ')') + 1;
    while (g_ascii_isspace(*value))
        value++;
    length = strlen(value);
    if (length >= 2 && value[0] == '"' && value[length - 1] == '"')
        return g_strndup(value + 1, length - 2);
    return g_strchomp(g_strdup(value));
}

/* Parses FIELD, NAME=VALUE. */
static gboolean
parse_field(const char *field, EffNetModelOptions *options, char **arch, GError **error)
{
    const char *equals = strchr(field, '=');
    g_autofree char *name = g_strstrip(g_strndup(field, equals - field)), *value = NULL;

    value = strip(equals + 1);
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (!g_str_equal(name, fields[i].name))
            continue;
        if (!fields[i].parse(value, options)) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "--model-options: %s must be %s, not %s", name, fields[i].expected, value);
            return FALSE;
        }
        if (options->arch == value) {
            g_free(*arch);
            *arch = g_steal_pointer(&value);
        }
        return TRUE;
    }
    g_set_error(
        error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
        "--model-options: there is no field %s; the fields are arch, resolution, mean, std, "
        "padding and epsilon",
        name);
    return FALSE;
}

/* Splits TEXT at the commas that are not within <>. */
static GPtrArray *
split(const char *text)
{
    GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);
    const char *begin = text;
    gboolean within = FALSE;

    for (;; text++) {
        if (*text == '\0' || (*text == ',' && !within)) {
            g_ptr_array_add(parts, g_strstrip(g_strndup(begin, text - begin)));
            begin = text + 1;
        }
        if (*text == '\0')
            return parts;
        within = *text == '<' || (within && *text != '>');
    }
}

gboolean
effnet_model_options_parse(const char *text, EffNetModelOptions *options, char **arch,
                           GError **error)
{
    g_autoptr(GPtrArray) parts = split(text ? text : "");

    for (guint i = 0; text && i < parts->len; i++) {
        const char *part = parts->pdata[i];

        /* A structure's name is ignored, but must not be all. */
        if (i == 0 && *part && !strchr(part, '=') && parts->len > 1)
            continue;
        if (!strchr(part, '=')) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "--model-options: \"%s\" is not of the form NAME=VALUE, e.g. padding=same",
                        part);
            return FALSE;
        }
        if (!parse_field(part, options, arch, error))
            return FALSE;
    }
    return TRUE;
}
