/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings.h"

#include <math.h>
#include <string.h>

#include <effnet/error.h>

/* The largest mean and deviation of pixels from 0 to 1; those of pixels from 0 to 255 exceed it. */
#define MAX_CHANNEL 10

/* Checks a setting's value: NULL, or what was expected. */
typedef const char *(*Check)(gconstpointer value);
typedef char *(*Format)(gconstpointer value);

static const char *
check_resolution(gconstpointer value)
{
    guint resolution = *(const guint *)value;

    return resolution >= EFFNET_MIN_RESOLUTION && resolution <= EFFNET_MAX_RESOLUTION
               ? NULL
               : "32 to 4096 pixels were";
}

static const char *
check_epsilon(gconstpointer value)
{
    double epsilon = *(const double *)value;

    return epsilon > 0 && epsilon < 1 ? NULL : "a number between 0 and 1 was";
}

static const char *
check_mean(gconstpointer value)
{
    const EffNetChannels *mean = value;

    for (int i = 0; i < 3; i++)
        if (!(fabsf(mean->of[i]) <= MAX_CHANNEL))
            return "three numbers of pixels of 0 to 1 were";
    return NULL;
}

static const char *
check_std(gconstpointer value)
{
    const EffNetChannels *std = value;

    for (int i = 0; i < 3; i++)
        if (!(std->of[i] > 0 && std->of[i] <= MAX_CHANNEL))
            return "three numbers above 0, of pixels of 0 to 1, were";
    return NULL;
}

static const char *
check_fraction(gconstpointer value)
{
    float fraction = *(const float *)value;

    return fraction > 0 && fraction <= 1 ? NULL : "a number above 0 and at most 1 was";
}

static char *
format_resolution(gconstpointer value)
{
    return g_strdup_printf("%u", *(const guint *)value);
}

static char *
format_epsilon(gconstpointer value)
{
    return g_strdup_printf("%g", *(const double *)value);
}

static char *
format_channels(gconstpointer value)
{
    const EffNetChannels *channels = value;

    return g_strdup_printf("%g %g %g", channels->of[0], channels->of[1], channels->of[2]);
}

static char *
format_fraction(gconstpointer value)
{
    return g_strdup_printf("%g", *(const float *)value);
}

static char *
format_padding(gconstpointer value)
{
    return g_strdup(*(const EffNetPadding *)value == EFFNET_PADDING_SAME ? "same" : "symmetric");
}

static char *
format_interpolation(gconstpointer value)
{
    return g_strdup(*(const EffNetInterpolation *)value == EFFNET_INTERPOLATION_BILINEAR
                        ? "bilinear"
                        : "bicubic");
}

static char *
format_resize(gconstpointer value)
{
    static const char *const names[] = {"auto", "center-crop", "stretch", "letterbox"};

    return g_strdup(names[*(const EffNetResizeMode *)value]);
}

static char *
format_activation(gconstpointer value)
{
    static const char *const names[] = {"auto", "softmax", "sigmoid", "none"};

    return g_strdup(names[*(const EffNetActivation *)value]);
}

#define FIELD(member) G_STRUCT_OFFSET(EffNetSettings, member), sizeof(((EffNetSettings *)0)->member)

static const struct {
    const char *name;
    gsize offset, size;
    Format format;
    Check check; /* NULL: an enumeration that only our own code sets */
} fields[] = {
    {"padding", FIELD(padding), format_padding, NULL},
    {"epsilon", FIELD(epsilon), format_epsilon, check_epsilon},
    {"resolution", FIELD(resolution), format_resolution, check_resolution},
    {"mean", FIELD(mean), format_channels, check_mean},
    {"std", FIELD(std), format_channels, check_std},
    {"crop fraction", FIELD(crop_fraction), format_fraction, check_fraction},
    {"interpolation", FIELD(interpolation), format_interpolation, NULL},
    {"resize mode", FIELD(resize), format_resize, NULL},
    {"activation", FIELD(activation), format_activation, NULL},
};

G_STATIC_ASSERT(G_N_ELEMENTS(fields) == EFFNET_N_SETTINGS);

static gconstpointer
get(const EffNetSettings *settings, guint index)
{
    return (const char *)settings + fields[index].offset;
}

static gboolean
is_said(const EffNetSettings *settings, guint index)
{
    static const EffNetSettings nothing;

    return memcmp(get(settings, index), get(&nothing, index), fields[index].size) != 0;
}

gboolean
effnet_source_check(const EffNetSource *source, GError **error)
{
    for (guint i = 0; i < EFFNET_N_SETTINGS; i++) {
        const char *expected = NULL;
        g_autofree char *found = NULL;

        if (fields[i].check && is_said(&source->settings, i))
            expected = fields[i].check(get(&source->settings, i));
        if (!expected)
            continue;
        found = fields[i].format(get(&source->settings, i));
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "the %s by %s is %s, where %s expected", fields[i].name, source->origin, found,
                    expected);
        return FALSE;
    }
    return TRUE;
}

void
effnet_settings_overlay(const EffNetSource *sources, guint n, EffNetSettings *settings,
                        const char *origins[EFFNET_N_SETTINGS])
{
    *settings = (EffNetSettings){0};
    for (guint i = 0; i < EFFNET_N_SETTINGS; i++) {
        guint s = 0;

        origins[i] = NULL;
        while (s < n && !is_said(&sources[s].settings, i))
            s++;
        if (s == n)
            continue;
        memcpy((char *)settings + fields[i].offset, get(&sources[s].settings, i), fields[i].size);
        origins[i] = sources[s].origin;
    }
}

char *
effnet_settings_describe(const EffNetSettings *settings, guint index)
{
    g_autofree char *value = fields[index].format(get(settings, index));

    return g_strdup_printf("%s: %s", fields[index].name, value);
}

EffNetInterpolation
effnet_interpolation_parse(const char *name)
{
    if (g_strcmp0(name, "bicubic") == 0)
        return EFFNET_INTERPOLATION_BICUBIC;
    return g_strcmp0(name, "bilinear") == 0 ? EFFNET_INTERPOLATION_BILINEAR
                                            : EFFNET_INTERPOLATION_AUTO;
}

static EffNetChannels
channels_of(gboolean said, const float of[3])
{
    return said ? (EffNetChannels){TRUE, {of[0], of[1], of[2]}} : (EffNetChannels){0};
}

EffNetSettings
effnet_settings_from_options(const EffNetModelOptions *options)
{
    return (EffNetSettings){
        .padding = options->padding,
        .epsilon = options->epsilon,
        .resolution = options->resolution,
        .mean = channels_of(options->set_mean, options->mean),
        .std = channels_of(options->set_std, options->std),
    };
}

EffNetSettings
effnet_settings_from_training(const EffNetTraining *training, guint resolution)
{
    return (EffNetSettings){
        .padding = training->padding,
        .epsilon = training->epsilon,
        .resolution = resolution,
        .mean = channels_of(TRUE, training->mean),
        .std = channels_of(TRUE, training->std),
        .crop_fraction = training->crop_fraction,
        .interpolation = training->interpolation,
    };
}
