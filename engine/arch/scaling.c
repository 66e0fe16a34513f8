/* SPDX-License-Identifier: BSD-2-Clause */
/* Compound scaling: the roundings and the rule. */
#include <math.h>
#include <string.h>

#include <effnet/error.h>

#include "arch.h"

/* Bounds that keep every product of sizes far from overflow: L2 has width 4.3 and depth 5.3. */
#define MAX_WIDTH      16.0
#define MAX_DEPTH      64.0
#define MIN_RESOLUTION 32
#define MAX_RESOLUTION 4096

guint
effnet_scale_channels(const EffNetFamily *family, guint channels, double width)
{
    double scaled = channels * width;
    guint rounded = MAX(8, (guint)(scaled + 4) / 8 * 8);

    if (rounded * 100.0 < scaled * family->round_percent)
        rounded += 8;
    return rounded;
}

guint
effnet_scale_repeats(guint repeats, double depth)
{
    return (guint)ceil(repeats * depth);
}

static gboolean
in_range(const char *what, double value, double low, double high, GError **error)
{
    if (value >= low && value <= high) /* false for a NaN */
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s is %g, expected %g to %g", what,
                value, low, high);
    return FALSE;
}

static double
or_default(double value, double fallback)
{
    return value == 0 ? fallback : value;
}

/* "b0-w1.1-d1.2-r260": a name that says the point. */
static char *
scaled_name(const EffNetArch *arch)
{
    char width[G_ASCII_DTOSTR_BUF_SIZE], depth[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(width, sizeof width, "%.6g", arch->width);
    g_ascii_formatd(depth, sizeof depth, "%.6g", arch->depth);
    return g_strdup_printf("%s-w%s-d%s-r%u", arch->base->name, width, depth, arch->resolution);
}

EffNetArch *
effnet_arch_new_scaled(const char *base, const EffNetScaling *scaling, GError **error)
{
    g_autoptr(EffNetArch) arch = NULL;
    double alpha = or_default(scaling->alpha, 1.2), beta = or_default(scaling->beta, 1.1);
    double gamma = or_default(scaling->gamma, 1.15), resolution;

    if (!in_range("phi", scaling->phi, -20, 20, error) ||
        !in_range("alpha", alpha, 0.5, 4, error) || !in_range("beta", beta, 0.5, 4, error) ||
        !in_range("gamma", gamma, 0.5, 4, error) || !(arch = effnet_arch_new(base, error)))
        return NULL;
    arch->width *= or_default(scaling->width, pow(beta, scaling->phi));
    arch->depth *= or_default(scaling->depth, pow(alpha, scaling->phi));
    resolution =
        or_default(scaling->resolution, round(arch->resolution * pow(gamma, scaling->phi)));
    if (!in_range("width", arch->width, 0.01, MAX_WIDTH, error) ||
        !in_range("depth", arch->depth, 0.01, MAX_DEPTH, error) ||
        !in_range("resolution", resolution, MIN_RESOLUTION, MAX_RESOLUTION, error))
        return NULL;
    arch->resolution = (guint)resolution;
    g_free(arch->name);
    arch->name = scaled_name(arch);
    return g_steal_pointer(&arch);
}

/* The number behind PREFIX at *TEXT, which goes behind it; 0: there is none. */
static double
parse_number(const char **text, const char *prefix)
{
    char *end;
    double number;

    if (!g_str_has_prefix(*text, prefix))
        return 0;
    *text += strlen(prefix);
    number = g_ascii_isdigit(**text) ? g_ascii_strtod(*text, &end) : 0;
    if (number > 0)
        *text = end;
    return number;
}

const EffNetVariant *
effnet_arch_parse_point(const char *name, EffNetScaling *scaling)
{
    const char *rest = g_strrstr(name, "-w");
    g_autofree char *base = rest ? g_strndup(name, rest - name) : NULL;
    const EffNetVariant *variant = base ? effnet_arch_find(base) : NULL;
    double width, depth, resolution;

    if (!variant)
        return NULL;
    width = parse_number(&rest, "-w");
    depth = parse_number(&rest, "-d");
    resolution = parse_number(&rest, "-r");
    if (!(width > 0 && depth > 0 && resolution > 0) || *rest)
        return NULL;
    *scaling = (EffNetScaling){
        .width = width / variant->width,
        .depth = depth / variant->depth,
        .resolution = (guint)MIN(resolution, MAX_RESOLUTION + 1),
    };
    return variant;
}
