/* SPDX-License-Identifier: BSD-2-Clause */
#include "recognise/preprocessor.h"
#include "../support.h"

static gboolean
load(const char *text, EffNetSettings *settings, GError **error)
{
    g_autofree char *path = support_write_text("preprocessor_config.json", text);

    return effnet_preprocessor_read(path, settings, error);
}

static EffNetSettings
read_text(const char *text)
{
    EffNetSettings settings;
    GError *error = NULL;

    load(text, &settings, &error);
    g_assert_no_error(error);
    return settings;
}

/* As in google/efficientnet-b0, which divides twice by the square root of ImageNet's deviation. */
static void
test_efficientnet(void)
{
    EffNetSettings s = read_text(
        "{\"crop_size\": {\"height\": 289, \"width\": 289}, \"do_center_crop\": false,"
        "\"do_normalize\": true, \"do_rescale\": true, \"do_resize\": true,"
        "\"image_mean\": [0.485, 0.456, 0.406], \"image_processor_type\":"
        "\"EfficientNetImageProcessor\", \"image_std\": [0.47853944, 0.4732864, 0.47434163],"
        "\"include_top\": true, \"resample\": 0, \"rescale_factor\": 0.00392156862745098,"
        "\"rescale_offset\": false, \"size\": {\"height\": 224, \"width\": 224}}");

    g_assert_cmpuint(s.resolution, ==, 224);
    g_assert_cmpint(s.resize, ==, EFFNET_RESIZE_STRETCH);
    g_assert_cmpint(s.interpolation, ==, EFFNET_INTERPOLATION_AUTO); /* nearest neighbour */
    g_assert_cmpfloat_with_epsilon(s.mean.of[1], 0.456f, 1e-6f);
    g_assert_cmpfloat_with_epsilon(s.std.of[0], 0.229f, 1e-6f);
    g_assert_cmpfloat_with_epsilon(s.std.of[2], 0.225f, 1e-6f);
}

static void
test_normalisation(void)
{
    /* x / 127.5 - 1 is a mean and a deviation of 0.5. */
    EffNetSettings s = read_text("{\"image_mean\": [0, 0, 0], \"image_std\": 1, \"rescale_factor\":"
                                 "0.00784313725490196, \"rescale_offset\": true}");

    g_assert_cmpfloat_with_epsilon(s.mean.of[0], 0.5f, 1e-6f);
    g_assert_cmpfloat_with_epsilon(s.std.of[0], 0.5f, 1e-6f);
    /* Pixels of 0..255. */
    s = read_text("{\"image_mean\": [127.5], \"image_std\": [51], \"do_rescale\": false}");
    g_assert_cmpfloat_with_epsilon(s.mean.of[2], 0.5f, 1e-6f);
    g_assert_cmpfloat_with_epsilon(s.std.of[1], 0.2f, 1e-6f);
    s = read_text("{\"image_mean\": [9, 9, 9], \"image_std\": [9, 9, 9], \"do_normalize\": false}");
    g_assert_cmpfloat_with_epsilon(s.mean.of[0], 0, 1e-6f);
    g_assert_cmpfloat_with_epsilon(s.std.of[0], 1, 1e-6f);
    s = read_text("{}");
    g_assert_false(s.mean.said || s.std.said);
}

static void
test_sizes(void)
{
    EffNetSettings s =
        read_text("{\"size\": {\"shortest_edge\": 256}, \"do_center_crop\": true,"
                  "\"crop_size\": {\"height\": 224, \"width\": 224}, \"resample\": 2}");

    g_assert_cmpuint(s.resolution, ==, 224);
    g_assert_cmpfloat(s.crop_fraction, ==, 0.875f);
    g_assert_cmpint(s.resize, ==, EFFNET_RESIZE_CENTER_CROP);
    g_assert_cmpint(s.interpolation, ==, EFFNET_INTERPOLATION_BILINEAR);
    s = read_text("{\"size\": {\"shortest_edge\": 224}, \"crop_pct\": 0.9, \"resample\": 3}");
    g_assert_cmpuint(s.resolution, ==, 224);
    g_assert_cmpfloat(s.crop_fraction, ==, 0.9f);
    g_assert_cmpint(s.interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
    g_assert_cmpuint(read_text("{\"size\": 300}").resolution, ==, 300);
    g_assert_cmpuint(read_text("{\"size\": 300, \"do_resize\": false}").resolution, ==, 0);
}

/* ResNet has ConvNeXT's processor, of which "size" is the shortest edge. */
static void
test_convnext(void)
{
    EffNetSettings s = read_text("{\"feature_extractor_type\": \"ConvNextFeatureExtractor\","
                                 "\"crop_pct\": 0.9, \"size\": 224}");

    g_assert_cmpuint(s.resolution, ==, 224);
    g_assert_cmpint(s.resize, ==, EFFNET_RESIZE_CENTER_CROP);
    g_assert_cmpfloat(s.crop_fraction, ==, 0.9f);
    s = read_text("{\"image_processor_type\": \"ConvNextImageProcessor\","
                  "\"size\": {\"shortest_edge\": 256}}");
    g_assert_cmpfloat(s.crop_fraction, ==, 0.875f);
    s = read_text("{\"image_processor_type\": \"ConvNextImageProcessor\","
                  "\"size\": {\"shortest_edge\": 384}, \"crop_pct\": 0.9}");
    g_assert_cmpuint(s.resolution, ==, 384);
    g_assert_cmpint(s.resize, ==, EFFNET_RESIZE_STRETCH);
    g_assert_cmpfloat(s.crop_fraction, ==, 1);
}

static void
test_errors(void)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"[]", "is not a JSON object"},
        {"{", "is not a JSON object"},
        {"{\"image_mean\": [1, 2]}", "an image_mean or image_std that is not three numbers"},
        {"{\"image_std\": \"x\"}", "an image_mean or image_std that is not three numbers"},
        {"{\"size\": {\"height\": 224, \"width\": 200}}", "a size that is neither a square"},
        {"{\"size\": {\"height\": 256, \"width\": 256}, \"do_center_crop\": true, \"crop_size\": "
         "224}",
         "whose shortest_edge it did not resize to at least crop_size"},
        {"{\"size\": {\"shortest_edge\": 256}, \"do_center_crop\": true}",
         "without a square crop_size"},
        {"{\"resample\": 1}", "a resample other than 2 (bilinear) and 3 (bicubic)"},
        {"{\"size\": {\"shortest_edge\": 224}, \"crop_pct\": 1.5}",
         "a crop_pct that is not above 0"},
        {"{\"size\": {\"shortest_edge\": 224}, \"crop_pct\": 0}", "a crop_pct that is not above 0"},
    };
    EffNetSettings settings;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;

        g_assert_false(load(cases[i].text, &settings, &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, cases[i].error);
    }
}

static void
test_find(void)
{
    g_autofree char *path = support_write_text("preprocessor_config.json", "{}");
    g_autofree char *model = g_build_filename(support_folder(), "model.safetensors", NULL);
    g_autofree char *found = effnet_preprocessor_find(model);

    g_assert_cmpstr(found, ==, path);
    g_assert_null(effnet_preprocessor_find("/nowhere/model.safetensors"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/preprocessor/efficientnet", test_efficientnet);
    g_test_add_func("/model/preprocessor/normalisation", test_normalisation);
    g_test_add_func("/model/preprocessor/sizes", test_sizes);
    g_test_add_func("/model/preprocessor/convnext", test_convnext);
    g_test_add_func("/model/preprocessor/errors", test_errors);
    g_test_add_func("/model/preprocessor/find", test_find);
    return g_test_run();
}
