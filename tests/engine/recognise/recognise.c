/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "recognise/recognise.h"
#include "../support.h"

static const EffNetModelOptions none;

static EffNetRecognition *
recognise(const char *path, const EffNetModelOptions *options)
{
    GError *error = NULL;
    EffNetRecognition *recognition = effnet_recognise(path, options, &error);

    g_assert_no_error(error);
    g_assert_nonnull(recognition->weights);
    return recognition;
}

static void
check_error(const char *path, const EffNetModelOptions *options, gint code, const char *expected)
{
    GError *error = NULL;

    g_assert_null(effnet_recognise(path, options, &error));
    support_check_error(&error, code, expected);
}

static void
check_origin(const EffNetRecognition *recognition, const char *line)
{
    for (const char *const *origin = recognition->info.origins; *origin; origin++)
        if (g_str_has_prefix(*origin, line))
            return;
    g_error("no \"%s\" among the origins", line);
}

static void
test_lite(void)
{
    g_autofree char *path = support_network("lite1.pth", "lukemelas", "lite1", 3, 1000, 1, NULL);
    g_autoptr(EffNetRecognition) r = recognise(path, &none);

    g_assert_cmpstr(r->info.path, ==, path);
    g_assert_cmpstr(r->info.name, ==, "lite1");
    g_assert_cmpstr(r->info.arch, ==, "lite1");
    g_assert_cmpstr(r->info.naming, ==, "lukemelas");
    g_assert_cmpuint(r->info.resolution, ==, 240);
    g_assert_cmpuint(r->info.in_channels, ==, 3);
    g_assert_cmpuint(r->info.n_classes, ==, 1000);
    g_assert_cmpfloat(r->info.mean[0], ==, 127.f / 255);
    g_assert_cmpfloat(r->info.std[2], ==, 128.f / 255);
    g_assert_cmpfloat(r->info.crop_fraction, ==, 0.882f);
    g_assert_cmpint(r->info.padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpfloat(r->info.epsilon, ==, 1e-3);
    g_assert_cmpint(r->info.activation, ==, EFFNET_ACTIVATION_SOFTMAX);
    g_assert_cmpstr(r->info.labels[281], ==, "tabby");
    check_origin(r, "architecture: lite1 (from tensor shapes)");
    check_origin(r, "padding: same (from the naming of lukemelas)");
    check_origin(r, "labels: ImageNet's");
}

static void
test_name_of_folder(void)
{
    g_autofree char *folder = g_dir_make_tmp("resnet50.a3_in1k-XXXXXX", NULL);
    g_autofree char *name = g_path_get_basename(folder);
    g_autofree char *path = g_build_filename(folder, "model.safetensors", NULL);
    g_autofree char *file = support_network("x.pth", "torchvision", "resnet50", 3, 10, 1, NULL);
    g_autoptr(EffNetRecognition) r = NULL;

    g_assert_cmpint(g_rename(file, path), ==, 0);
    r = recognise(path, &none);
    g_assert_cmpstr(r->info.name, ==, name);
    g_assert_cmpuint(r->info.resolution, ==, 160);
    g_remove(path);
    g_rmdir(folder);
}

static void
test_torchvision(void)
{
    g_autofree char *path = support_network("net.pth", "torchvision", "b5", 1, 1001, 1, NULL);
    g_autoptr(EffNetRecognition) r = recognise(path, &none);

    g_assert_cmpstr(r->info.arch, ==, "b5");
    g_assert_cmpuint(r->info.in_channels, ==, 1);
    g_assert_cmpint(r->info.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpfloat(r->info.epsilon, ==, 1e-3);
    g_assert_cmpfloat(r->info.mean[0], ==, 0.485f);
    g_assert_cmpstr(r->info.labels[0], ==, "background");
}

static void
test_timm(void)
{
    g_autofree char *tf =
        support_network("tf_efficientnet_b0_ap-f262efe1.pth", "timm", "b0", 3, 7, 1, NULL);
    g_autofree char *own = support_network("efficientnet_b0.pth", "timm", "b0", 3, 0, 1, NULL);
    g_autofree char *unclear = support_network("mine.pth", "timm", "b0", 3, 7, 1, NULL);
    g_autoptr(EffNetRecognition) r = recognise(tf, &none), s = recognise(own, &none);

    g_assert_cmpint(r->info.padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpfloat(r->info.epsilon, ==, 1e-3);
    g_assert_cmpfloat(r->info.mean[1], ==, 0.5f);
    g_assert_null(r->info.labels);
    g_assert_cmpint(s->info.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpfloat(s->info.epsilon, ==, 1e-5);
    g_assert_cmpuint(s->info.n_classes, ==, 0);
    check_error(unclear, &none, EFFNET_ERROR_SETTINGS,
                "whether its padding is same (timm's tf_efficientnet_b0) or symmetric "
                "(efficientnet_b0): say which by --model-options padding=same");
}

static void
test_families(void)
{
    g_autofree char *second = support_network("second.pth", "timm", "v2-b0", 3, 7, 1, NULL);
    g_autofree char *mobile = support_network("mine.pth", "timm", "mobilenet-v2", 1, 7, 1, NULL);
    g_autofree char *resnet = support_network("net.pth", "torchvision", "resnet18", 3, 0, 1, NULL);
    g_autoptr(EffNetRecognition) m = recognise(mobile, &none), r = recognise(resnet, &none);

    check_error(second, &none, EFFNET_ERROR_SETTINGS,
                "whether its padding is same (timm's tf_efficientnetv2_b0) or symmetric "
                "(efficientnetv2_b0): say which by --model-options padding=same");
    g_assert_cmpstr(m->info.arch, ==, "mobilenet-v2");
    g_assert_cmpint(m->info.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpfloat(m->info.epsilon, ==, 1e-5);
    g_assert_cmpuint(m->info.in_channels, ==, 1);
    g_assert_cmpstr(r->info.arch, ==, "resnet18");
    g_assert_cmpuint(r->info.n_classes, ==, 0);
    g_assert_cmpint(r->info.interpolation, ==, EFFNET_INTERPOLATION_BILINEAR);
}

static void
test_options(void)
{
    g_autofree char *path = support_network("mine.pth", "timm", "b0", 3, 7, 1, NULL);
    EffNetModelOptions options = {.padding = EFFNET_PADDING_SYMMETRIC};
    g_autoptr(EffNetRecognition) r = recognise(path, &options), s = NULL, t = NULL;

    g_assert_cmpint(r->info.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpfloat(r->info.epsilon, ==, 1e-5);
    check_origin(r, "padding: symmetric (from options)");
    options = (EffNetModelOptions){.arch = "tf_efficientnet_b0"};
    s = recognise(path, &options);
    g_assert_cmpint(s->info.padding, ==, EFFNET_PADDING_SAME);
    options = (EffNetModelOptions){
        .padding = EFFNET_PADDING_SAME,
        .epsilon = 0.5,
        .resolution = 64,
        .set_mean = TRUE,
        .mean = {0, 0.5f, 1},
        .set_std = TRUE,
        .std = {1, 2, 3},
    };
    t = recognise(path, &options);
    g_assert_cmpfloat(t->info.epsilon, ==, 0.5);
    g_assert_cmpuint(t->info.resolution, ==, 64);
    g_assert_cmpfloat(t->info.mean[2], ==, 1);
    g_assert_cmpfloat(t->info.std[1], ==, 2);
}

static void
test_bad_options(void)
{
    g_autofree char *path = support_network("tf_efficientnet_b0.pth", "timm", "b0", 3, 7, 1, NULL);
    EffNetModelOptions options = {.resolution = 31};

    check_error(path, &options, EFFNET_ERROR_SETTINGS,
                "the resolution by options is 31, where 32 to 4096");
    options = (EffNetModelOptions){.epsilon = -1};
    check_error(path, &options, EFFNET_ERROR_SETTINGS, "epsilon");
    options = (EffNetModelOptions){.epsilon = NAN};
    check_error(path, &options, EFFNET_ERROR_SETTINGS, "epsilon");
    options = (EffNetModelOptions){.set_std = TRUE};
    check_error(path, &options, EFFNET_ERROR_SETTINGS, "std");
    options = (EffNetModelOptions){.set_mean = TRUE, .mean = {0, INFINITY, 0}};
    check_error(path, &options, EFFNET_ERROR_SETTINGS, "mean");
    options = (EffNetModelOptions){.arch = "b1"};
    check_error(path, &options, EFFNET_ERROR_MODEL, "is not of the network b1");
    options = (EffNetModelOptions){.arch = "vgg16"};
    check_error(path, &options, EFFNET_ERROR_MODEL, "vgg16");
}

static void
test_config(void)
{
    g_autofree char *path = support_network("model.pth", "timm", "b0", 3, 2, 1, NULL);
    g_autofree char *json = support_write_text(
        "config.json",
        "{\"architecture\": \"tf_efficientnet_b0\", \"label_names\": [\"cat\", \"dog\"],"
        "\"pretrained_cfg\": {\"input_size\": [3, 192, 192], \"crop_pct\": 1.0, \"interpolation\":"
        "\"bilinear\", \"mean\": [0.5, 0.5, 0.5]}, \"problem_type\": "
        "\"multi_label_classification\"}");
    g_autoptr(EffNetRecognition) r = recognise(path, &none), s = NULL;

    g_assert_cmpint(r->info.padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpuint(r->info.resolution, ==, 192);
    g_assert_cmpfloat(r->info.crop_fraction, ==, 1);
    g_assert_cmpint(r->info.interpolation, ==, EFFNET_INTERPOLATION_BILINEAR);
    g_assert_cmpfloat(r->info.mean[0], ==, 0.5f);
    g_assert_cmpfloat(r->info.std[0], ==, 0.229f);
    g_assert_cmpint(r->info.activation, ==, EFFNET_ACTIVATION_SIGMOID);
    g_assert_cmpstr(r->info.labels[1], ==, "dog");
    g_assert_null(r->info.labels[2]);

    /* Another network's config is ignored. */
    g_free(json);
    json = support_write_text("config.json", "{\"architecture\": \"tf_efficientnet_b1\","
                                             "\"input_size\": [3, 64, 64]}");
    g_free(path);
    path = support_network("efficientnet_b0.pth", "timm", "b0", 3, 2, 1, NULL);
    s = recognise(path, &none);
    g_assert_cmpuint(s->info.resolution, ==, 224);
    check_origin(s, "config: not used, it is of tf_efficientnet_b1");

    g_free(json);
    json = support_write_text("config.json", "{\"input_size\": [3, 8, 8]}");
    check_error(path, &none, EFFNET_ERROR_SETTINGS,
                "config.json is 8, where 32 to 4096 pixels were expected");
    g_free(json);
    json = support_write_text("config.json", "{");
    check_error(path, &none, EFFNET_ERROR_FORMAT, "is not a JSON object");
    g_remove(json);
}

static void
four_channels(SupportTensor *tensor)
{
    if (g_str_equal(tensor->name, "conv_stem.weight"))
        tensor->dims[1] = 4;
}

/* A freely scaled network counts as trained like its family; a config of that family is taken. */
static void
test_scaled(void)
{
    g_autofree char *path =
        support_network("wide.pth", "timm", "b0-w1.3-d1.7-r224", 3, 10, 1, NULL);
    g_autofree char *config = NULL;
    g_autoptr(EffNetRecognition) r = NULL, asked = NULL;

    check_error(path, &none, EFFNET_ERROR_SETTINGS, "(timm's tf_efficientnet_b0) or symmetric");
    asked = recognise(path, &(EffNetModelOptions){.padding = EFFNET_PADDING_SYMMETRIC,
                                                  .arch = "b0-w1.3-d1.7-r224"});
    g_assert_cmpstr(asked->info.arch, ==, "b0-w1.3-d1.7-r224");
    config = support_write_text("config.json", "{\"architecture\": \"tf_efficientnet_b0\", "
                                               "\"pretrained_cfg\": {\"crop_pct\": 0.5}}");
    r = recognise(path, &none);
    g_remove(config);
    g_assert_cmpstr(r->info.arch, ==, "b0-w1.3-d1.7-r224");
    g_assert_cmpint(r->info.padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpfloat(r->info.epsilon, ==, 1e-3);
    g_assert_cmpfloat(r->info.crop_fraction, ==, 0.5f);
}

/* An unknown network may have the shapes of a known one; it is not taken for that. */
static void
test_unknown_architecture(void)
{
    g_autofree char *path = support_network("m.pth", "torchvision", "resnet50", 3, 7, 1, NULL);
    g_autofree char *config =
        support_write_text("config.json", "{\"architecture\": \"resnetaa50\"}");
    const EffNetModelOptions options = {.arch = "resnet50"};
    g_autoptr(EffNetRecognition) r = recognise(path, &options);

    g_assert_cmpstr(r->info.arch, ==, "resnet50");
    check_error(path, &none, EFFNET_ERROR_MODEL, "is of the network resnetaa50 by ");
    g_remove(config);
}

static void
rename_head(SupportTensor *tensor)
{
    if (g_str_has_prefix(tensor->name, "fc."))
        tensor->name =
            (char *)g_intern_string(tensor->name[3] == 'w' ? "fc.1.weight" : "fc.1.bias");
}

/* ImageNet's labels are only for published classifiers; one class needs no softmax. */
static void
test_classes(void)
{
    g_autofree char *own =
        support_network("own.pth", "torchvision", "resnet18", 3, 1000, 1, rename_head);
    g_autofree char *one = support_network("one.pth", "torchvision", "resnet18", 3, 1, 1, NULL);
    g_autofree char *published =
        support_network("net.pth", "torchvision", "resnet18", 3, 1000, 1, NULL);
    g_autoptr(EffNetRecognition) o = recognise(own, &none), n = recognise(one, &none),
                                 p = recognise(published, &none);

    g_assert_null(o->info.labels);
    g_assert_cmpuint(o->info.n_classes, ==, 1000);
    check_origin(o, "classifier: fc.1 (from its shape)");
    g_assert_cmpint(o->info.activation, ==, EFFNET_ACTIVATION_SOFTMAX);
    g_assert_cmpint(n->info.activation, ==, EFFNET_ACTIVATION_SIGMOID);
    check_origin(n, "activation: sigmoid (from its one class");
    g_assert_nonnull(p->info.labels);
    check_origin(p, "labels: ImageNet's");
}

static void
rename_norm(SupportTensor *tensor)
{
    if (g_str_equal(tensor->name, "fc.bias"))
        tensor->name = (char *)g_intern_string("neck.weight");
}

static void
test_left_over(void)
{
    g_autofree char *path =
        support_network("neck.pth", "torchvision", "resnet18", 3, 7, 1, rename_norm);

    check_error(path, &none, EFFNET_ERROR_MODEL, "has no tensor fc.bias");
}

/* Settings are checked, whatever their source. */
static void
test_bad_config(void)
{
    static const char *const cases[][2] = {
        {"{\"std\": [1, 0, 1]}", "the std by "},
        {"{\"mean\": [1, 1e99, 1]}", "the mean by "},
        {"{\"input_size\": [3, 5000, 5000]}", "the resolution by "},
    };
    g_autofree char *path = support_network("m.pth", "torchvision", "resnet18", 3, 7, 1, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *config = support_write_text("config.json", cases[i][0]);

        check_error(path, &none, EFFNET_ERROR_SETTINGS, cases[i][1]);
        g_remove(config);
    }
}

/* In the Hugging Face hub's cache, the name is that of a folder two levels up. */
static void
test_name_in_cache(void)
{
    g_autofree char *folder = g_build_filename(support_folder(), "models--timm--resnet18.a3_in1k",
                                               "snapshots", "0123abcd", NULL);
    g_autofree char *path = g_build_filename(folder, "model.safetensors", NULL);
    g_autofree char *file = support_network("x.pth", "torchvision", "resnet18", 3, 10, 1, NULL);
    g_autoptr(EffNetRecognition) r = NULL;

    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_cmpint(g_rename(file, path), ==, 0);
    r = recognise(path, &none);
    g_assert_cmpstr(r->info.name, ==, "resnet18.a3_in1k");
    g_assert_cmpuint(r->info.resolution, ==, 160);
    g_remove(path);
}

/* transformers' files, which each say a part. */
static void
test_transformers(void)
{
    g_autofree char *path = support_network("model.pth", "transformers", "b0", 3, 2, 1, NULL);
    g_autofree char *config = support_write_text(
        "config.json", "{\"image_size\": 320, \"batch_norm_eps\": 0.002, \"id2label\": {\"0\":"
                       "\"cat\", \"1\": \"dog\"}}");
    g_autofree char *preprocessor = support_write_text(
        "preprocessor_config.json", "{\"size\": {\"height\": 256, \"width\": 256}, \"resample\": 2,"
                                    "\"image_mean\": [0.5], \"image_std\": [0.25]}");
    g_autoptr(EffNetRecognition) r = recognise(path, &none);

    g_assert_cmpstr(r->info.naming, ==, "transformers");
    g_assert_cmpuint(r->info.resolution, ==, 256);
    g_assert_cmpint(r->info.resize_mode, ==, EFFNET_RESIZE_STRETCH);
    g_assert_cmpint(r->info.interpolation, ==, EFFNET_INTERPOLATION_BILINEAR);
    g_assert_cmpint(r->info.padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpfloat(r->info.epsilon, ==, 0.002);
    g_assert_cmpfloat(r->info.mean[0], ==, 0.5f);
    g_assert_cmpfloat(r->info.std[1], ==, 0.25f);
    g_assert_cmpstr(r->info.labels[1], ==, "dog");
    g_remove(preprocessor);
    g_remove(config);
}

/* In B0 at a quarter of the width, the stem has as many channels as the first stage. */
static void
test_transformers_residuals(void)
{
    g_autofree char *half =
        support_network("half.pth", "transformers", "b0-w0.5-d1-r224", 3, 2, 1, NULL);
    g_autofree char *quarter =
        support_network("quarter.pth", "transformers", "b0-w0.25-d1-r224", 3, 2, 1, NULL);
    g_autoptr(EffNetRecognition) r = recognise(half, &none);

    g_assert_cmpstr(r->info.naming, ==, "transformers");
    check_error(quarter, &none, EFFNET_ERROR_MODEL,
                "quarter.pth has a first block in stage 0 to which transformers add no residual");
}

static void
test_bad_shapes(void)
{
    g_autofree char *path =
        support_network("efficientnet_b0.pth", "timm", "b0", 3, 7, 1, four_channels);

    check_error(path, &none, EFFNET_ERROR_MODEL, "images of 4 channels");
    check_error(support_folder(), &none, EFFNET_ERROR_NOT_FOUND, "is a folder");
}

static void
test_random(void)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new("b3", NULL);
    EffNetModelOptions options = {.padding = EFFNET_PADDING_SYMMETRIC};
    g_autoptr(EffNetRecognition) r = effnet_recognise_random(arch, 1, 0, &none, NULL);
    g_autoptr(EffNetRecognition) s = effnet_recognise_random(arch, 1, 5, &options, NULL);
    GError *error = NULL;

    g_assert_null(r->info.path);
    g_assert_cmpstr(r->info.name, ==, "b3");
    g_assert_cmpuint(r->info.n_classes, ==, 1000);
    g_assert_cmpuint(r->info.resolution, ==, 300);
    g_assert_cmpint(r->info.padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpfloat(r->info.epsilon, ==, 1e-3);
    g_assert_nonnull(r->weights);
    g_assert_cmpint(s->info.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpuint(s->info.n_classes, ==, 5);
    options.resolution = 1;
    g_assert_null(effnet_recognise_random(arch, 1, 5, &options, &error));
    support_check_error(&error, EFFNET_ERROR_SETTINGS, "resolution");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/recognise/lite", test_lite);
    g_test_add_func("/model/recognise/torchvision", test_torchvision);
    g_test_add_func("/model/recognise/timm", test_timm);
    g_test_add_func("/model/recognise/families", test_families);
    g_test_add_func("/model/recognise/options", test_options);
    g_test_add_func("/model/recognise/bad-options", test_bad_options);
    g_test_add_func("/model/recognise/config", test_config);
    g_test_add_func("/model/recognise/scaled", test_scaled);
    g_test_add_func("/model/recognise/name-of-folder", test_name_of_folder);
    g_test_add_func("/model/recognise/unknown-architecture", test_unknown_architecture);
    g_test_add_func("/model/recognise/classes", test_classes);
    g_test_add_func("/model/recognise/left-over", test_left_over);
    g_test_add_func("/model/recognise/bad-config", test_bad_config);
    g_test_add_func("/model/recognise/name-in-cache", test_name_in_cache);
    g_test_add_func("/model/recognise/transformers", test_transformers);
    g_test_add_func("/model/recognise/transformers-residuals", test_transformers_residuals);
    g_test_add_func("/model/recognise/bad-shapes", test_bad_shapes);
    g_test_add_func("/model/recognise/random", test_random);
    return g_test_run();
}
