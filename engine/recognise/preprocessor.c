/* SPDX-License-Identifier: BSD-2-Clause */
#include "preprocessor.h"

#include <string.h>

#include <effnet/error.h>

#include "config.h"
#include "../checkpoint/file.h"

#define MAX_FILE (1u << 20)

/* Pillow's numbers of filters. The nearest pixel, which transformers' published EfficientNets have
 * by default, counts as unsaid. */
#define RESAMPLE_NEAREST  0
#define RESAMPLE_BILINEAR 2
#define RESAMPLE_BICUBIC  3

static gboolean
fail(const char *path, GError **error, const char *what)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s %s", path, what);
    return FALSE;
}

static gboolean
is_true(const EffNetJson *json, const char *key, gboolean fallback)
{
    gboolean truth = fallback;

    effnet_json_boolean(effnet_json_member(json, key), &truth);
    return truth;
}

/* Reads KEY: three numbers, or one for all channels; VALUE where it is absent. */
static gboolean
read_channels(const EffNetJson *json, const char *key, float value, float channels[3])
{
    const EffNetJson *list = effnet_json_member(json, key);
    EffNetChannels read = {TRUE, {value, value, value}};
    double number;

    if (effnet_json_number(list, &number))
        read.of[0] = read.of[1] = read.of[2] = (float)number;
    else if (list && !effnet_json_channels(list, &read))
        return FALSE;
    memcpy(channels, read.of, sizeof read.of);
    return TRUE;
}

/* Whether the image processor is that of NETWORK. */
static gboolean
is_processor(const EffNetJson *json, const char *network)
{
    static const char *const keys[] = {"image_processor_type", "feature_extractor_type"};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *type = effnet_json_string(effnet_json_member(json, keys[i]));

        if (type && g_str_has_prefix(type, network))
            return TRUE;
    }
    return FALSE;
}

/* Whether the deviation divides twice, as in EfficientNet's image processor for classifiers. */
static gboolean
divides_twice(const EffNetJson *json)
{
    return is_true(json, "include_top", is_processor(json, "EfficientNet"));
}

/* transformers multiply pixels of 0..255 by a factor, may subtract 1, and normalise. Reads that as
 * the mean and deviation of pixels of 0..1. */
static gboolean
read_normalisation(const char *path, const EffNetJson *json, EffNetSettings *settings,
                   GError **error)
{
    gboolean normalise = is_true(json, "do_normalize", TRUE), twice = divides_twice(json);
    gboolean rescale = is_true(json, "do_rescale", TRUE);
    double factor = 1 / 255.0, offset = rescale && is_true(json, "rescale_offset", FALSE);
    float mean[3], std[3];

    if (!effnet_json_member(json, "image_mean") && !effnet_json_member(json, "image_std"))
        return TRUE;
    effnet_json_number(effnet_json_member(json, "rescale_factor"), &factor);
    if (!rescale)
        factor = 1;
    if (!read_channels(json, "image_mean", 0, mean) || !read_channels(json, "image_std", 1, std))
        return fail(path, error, "has an image_mean or image_std that is not three numbers");
    settings->mean.said = settings->std.said = TRUE;
    for (int i = 0; i < 3; i++) {
        double scale = (normalise ? std[i] : 1) * (twice ? std[i] : 1);

        settings->mean.of[i] = (float)(((normalise ? mean[i] : 0) + offset) / (255 * factor));
        settings->std.of[i] = (float)(scale / (255 * factor));
    }
    return TRUE;
}

/* The side of a square: {"height": H, "width": H}, or H; 0 for anything else. */
static guint
read_square(const EffNetJson *size)
{
    guint64 height = 0, width = 0;

    if (effnet_json_integer(size, &height))
        width = height;
    else if (!effnet_json_integer(effnet_json_member(size, "height"), &height) ||
             !effnet_json_integer(effnet_json_member(size, "width"), &width))
        return 0;
    return height == width && height <= G_MAXUINT16 ? (guint)height : 0;
}

static gboolean
read_crop(const char *path, const EffNetJson *json, guint64 shortest, EffNetSettings *settings,
          GError **error)
{
    guint crop = read_square(effnet_json_member(json, "crop_size"));

    if (crop == 0)
        return fail(path, error, "center-crops without a square crop_size");
    if (shortest < crop)
        return fail(path, error,
                    "center-crops images whose shortest_edge it did not resize to at least "
                    "crop_size, which is not supported");
    settings->resolution = crop;
    settings->crop_fraction = crop / (float)shortest;
    settings->resize = EFFNET_RESIZE_CENTER_CROP;
    return TRUE;
}

static gboolean
read_size(const char *path, const EffNetJson *json, EffNetSettings *settings, GError **error)
{
    const EffNetJson *size = effnet_json_member(json, "size");
    gboolean convnext = is_processor(json, "ConvNext") || is_processor(json, "ConvNeXT");
    guint64 shortest = 0, resample;
    double fraction = convnext ? 224 / 256.0 : 1;

    if (effnet_json_integer(effnet_json_member(json, "resample"), &resample)) {
        if (resample != RESAMPLE_NEAREST && resample != RESAMPLE_BILINEAR &&
            resample != RESAMPLE_BICUBIC)
            return fail(path, error, "has a resample other than 2 (bilinear) and 3 (bicubic)");
        settings->interpolation = resample == RESAMPLE_BILINEAR  ? EFFNET_INTERPOLATION_BILINEAR
                                  : resample == RESAMPLE_BICUBIC ? EFFNET_INTERPOLATION_BICUBIC
                                                                 : EFFNET_INTERPOLATION_AUTO;
    }
    if (!size || !is_true(json, "do_resize", TRUE))
        return TRUE;
    effnet_json_integer(effnet_json_member(size, "shortest_edge"), &shortest);
    if (is_true(json, "do_center_crop", FALSE))
        return read_crop(path, json, shortest, settings, error);
    if (convnext) /* ResNet's as well: larger images are not cropped, but squeezed */
        effnet_json_integer(size, &shortest);
    if (shortest == 0 || (convnext && shortest >= 384)) {
        settings->resolution = shortest ? (guint)MIN(shortest, G_MAXUINT16) : read_square(size);
        settings->resize = EFFNET_RESIZE_STRETCH;
        settings->crop_fraction = 1;
        return settings->resolution > 0 ||
               fail(path, error, "has a size that is neither a square nor a shortest_edge");
    }
    settings->resolution = (guint)MIN(shortest, G_MAXUINT16);
    settings->resize = EFFNET_RESIZE_CENTER_CROP;
    effnet_json_number(effnet_json_member(json, "crop_pct"), &fraction);
    settings->crop_fraction = (float)fraction;
    return (settings->crop_fraction > 0 && settings->crop_fraction <= 1) ||
           fail(path, error, "has a crop_pct that is not above 0 and at most 1");
}

char *
effnet_preprocessor_find(const char *checkpoint)
{
    g_autofree char *folder = g_path_get_dirname(checkpoint);
    g_autofree char *path = g_build_filename(folder, "preprocessor_config.json", NULL);

    return g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path) : NULL;
}

gboolean
effnet_preprocessor_read(const char *path, EffNetSettings *settings, GError **error)
{
    gsize length;
    g_autofree char *text = effnet_file_load(path, MAX_FILE, &length, error);
    g_autoptr(GError) wrong = NULL;
    g_autoptr(EffNetJson) json = text ? effnet_json_parse(text, length, &wrong) : NULL;

    *settings = (EffNetSettings){0};
    if (!text)
        return FALSE;
    if (!effnet_json_is(json, EFFNET_JSON_OBJECT))
        return fail(path, error, "is not a JSON object");
    return read_normalisation(path, json, settings, error) &&
           read_size(path, json, settings, error);
}
