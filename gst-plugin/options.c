/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <math.h>

typedef gboolean (*ParseField)(const GValue *value, EffNetModelOptions *options);

static gboolean
parse_arch(const GValue *value, EffNetModelOptions *options)
{
    options->arch = G_VALUE_HOLDS_STRING(value) ? g_value_get_string(value) : NULL;
    return options->arch != NULL;
}

gboolean
gst_efficientnet_options_get_number(const GValue *value, double *number)
{
    GValue transformed = G_VALUE_INIT;

    if (G_VALUE_HOLDS_STRING(value) || G_VALUE_HOLDS_BOOLEAN(value))
        return FALSE;
    g_value_init(&transformed, G_TYPE_DOUBLE);
    if (!g_value_transform(value, &transformed))
        return FALSE;
    *number = g_value_get_double(&transformed);
    return isfinite(*number);
}

static gboolean
parse_resolution(const GValue *value, EffNetModelOptions *options)
{
    double number;

    if (!gst_efficientnet_options_get_number(value, &number) || number < 1 || number > G_MAXINT ||
        number != floor(number))
        return FALSE;
    options->resolution = (guint)number;
    return TRUE;
}

static gboolean
get_three(const GValue *value, float three[3])
{
    if (!GST_VALUE_HOLDS_ARRAY(value) || gst_value_array_get_size(value) != 3)
        return FALSE;
    for (guint i = 0; i < 3; i++) {
        double number;

        if (!gst_efficientnet_options_get_number(gst_value_array_get_value(value, i), &number))
            return FALSE;
        three[i] = (float)number;
        if (!isfinite(three[i])) /* beyond the range of a float */
            return FALSE;
    }
    return TRUE;
}

static gboolean
parse_mean(const GValue *value, EffNetModelOptions *options)
{
    options->set_mean = get_three(value, options->mean);
    return options->set_mean;
}

static gboolean
parse_std(const GValue *value, EffNetModelOptions *options)
{
    options->set_std = get_three(value, options->std) && options->std[0] > 0 &&
                       options->std[1] > 0 && options->std[2] > 0;
    return options->set_std;
}

static gboolean
parse_padding(const GValue *value, EffNetModelOptions *options)
{
    const char *name = G_VALUE_HOLDS_STRING(value) ? g_value_get_string(value) : NULL;

    if (g_strcmp0(name, "same") == 0)
        options->padding = EFFNET_PADDING_SAME;
    else if (g_strcmp0(name, "symmetric") == 0)
        options->padding = EFFNET_PADDING_SYMMETRIC;
    else
        return FALSE;
    return TRUE;
}

static gboolean
parse_epsilon(const GValue *value, EffNetModelOptions *options)
{
    return gst_efficientnet_options_get_number(value, &options->epsilon) && options->epsilon > 0;
}

static const struct {
    const char *name;
    const char *expected;
    ParseField parse;
} fields[] = {
    {"arch", "the name of a network, e.g. b0", parse_arch},
    {"resolution", "a positive number of pixels", parse_resolution},
    {"mean", "three numbers, e.g. <0.5,0.5,0.5>", parse_mean},
    {"std", "three numbers above 0, e.g. <0.5,0.5,0.5>", parse_std},
    {"padding", "same or symmetric", parse_padding},
    {"epsilon", "a number above 0", parse_epsilon},
};

static gboolean
parse_field(const GstStructure *structure, guint i, EffNetModelOptions *options, GError **error)
{
    const char *name = gst_structure_nth_field_name(structure, i);
    const GValue *value = gst_structure_get_value(structure, name);
    g_autofree char *found = NULL;

    for (gsize f = 0; f < G_N_ELEMENTS(fields); f++) {
        if (strcmp(name, fields[f].name) != 0)
            continue;
        if (fields[f].parse(value, options))
            return TRUE;
        found = gst_value_serialize(value);
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "model-options: %s must be %s, not %s", name, fields[f].expected,
                    found ? found : G_VALUE_TYPE_NAME(value));
        return FALSE;
    }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "model-options: there is no field %s; the fields are arch, resolution, mean, std, "
                "padding and epsilon",
                name);
    return FALSE;
}

gboolean
gst_efficientnet_options_parse(const GstStructure *structure, EffNetModelOptions *options,
                               GError **error)
{
    gint n = structure ? gst_structure_n_fields(structure) : 0;

    *options = (EffNetModelOptions){0};
    for (gint i = 0; i < n; i++) {
        if (!parse_field(structure, i, options, error))
            return FALSE;
    }
    return TRUE;
}

static void
copy_structure(const GValue *from, GValue *to)
{
    g_value_set_boxed(to, g_value_get_boxed(from));
}

static char *
serialize(const GValue *value)
{
    const GstStructure *structure = g_value_get_boxed(value);

    return structure ? gst_structure_to_string(structure) : NULL;
}

static gboolean
deserialize(GValue *value, const char *text)
{
    GstStructure *structure = gst_structure_from_string(text, NULL);

    if (!structure) {
        g_autofree char *named = g_strconcat("options,", text, NULL);

        structure = gst_structure_from_string(named, NULL);
    }
    g_value_take_boxed(value, structure);
    return structure != NULL;
}

static gint
compare(const GValue *a, const GValue *b)
{
    const GstStructure *x = g_value_get_boxed(a), *y = g_value_get_boxed(b);

    return x == y || (x && y && gst_structure_is_equal(x, y)) ? GST_VALUE_EQUAL
                                                              : GST_VALUE_UNORDERED;
}

GType
gst_efficientnet_model_options_get_type(void)
{
    static gsize type = 0;

    if (g_once_init_enter(&type)) {
        static GstValueTable table = {0, compare, serialize, deserialize};
        GType registered = g_boxed_type_register_static("GstEfficientNetModelOptions",
                                                        (GBoxedCopyFunc)gst_structure_copy,
                                                        (GBoxedFreeFunc)gst_structure_free);

        table.type = registered;
        gst_value_register(&table);
        g_value_register_transform_func(GST_TYPE_STRUCTURE, registered, copy_structure);
        g_value_register_transform_func(registered, GST_TYPE_STRUCTURE, copy_structure);
        gst_type_mark_as_plugin_api(registered, 0);
        g_once_init_leave(&type, registered);
    }
    return type;
}
