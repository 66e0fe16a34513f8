/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <string.h>

#include "recognise/config.h"
#include "../support.h"

/* The config of a checkpoint with a config.json of TEXT (NULL: none) beside it. */
static EffNetConfig *
load(const char *text, const char *header, GError **error)
{
    g_autoptr(GByteArray) bytes = support_safetensors(header ? header : "{}", NULL, 0);
    g_autofree char *path = support_write_bytes("model.safetensors", bytes);
    g_autofree char *json = g_build_filename(support_folder(), "config.json", NULL);
    g_autoptr(EffNetCheckpoint) checkpoint = effnet_checkpoint_open(path, NULL);

    g_remove(json);
    if (text)
        g_assert_true(g_file_set_contents(json, text, -1, NULL));
    return effnet_config_new(checkpoint, error);
}

/* Checks that there are no labels, because of EXPECTED, which is the end of the problem; NULL:
 * there is none. */
static void
check_no_labels(const EffNetConfig *config, guint n_classes, const char *expected)
{
    g_autofree char *problem = NULL;

    g_assert_null(effnet_config_get_labels(config, n_classes, &problem));
    if (!expected)
        g_assert_null(problem);
    else if (!problem || !g_str_has_suffix(problem, expected))
        g_error("\"%s\" instead of \"%s\"", problem, expected);
}

static void
test_timm(void)
{
    g_autoptr(EffNetConfig) config = load(
        "{\"architecture\": \"tf_efficientnet_b1\", \"num_classes\": 1000, \"mean\": [9, 9, 9],"
        " \"pretrained_cfg\": {\"input_size\": [3, 240, 240], \"interpolation\": \"bicubic\","
        " \"crop_pct\": 0.882, \"mean\": [0.5, 0.25, 0.125], \"std\": [0.5], \"label_names\":"
        " null}}",
        NULL, NULL);

    g_assert_cmpstr(config->architecture, ==, "tf_efficientnet_b1");
    g_assert_true(g_str_has_suffix(config->source, "/config.json"));
    g_assert_cmpuint(config->settings.resolution, ==, 240);
    g_assert_cmpint(config->settings.interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
    g_assert_cmpfloat(config->settings.crop_fraction, ==, 0.882f);
    g_assert_true(config->settings.mean.said && config->settings.std.said);
    g_assert_cmpfloat(config->settings.mean.of[2], ==, 0.125f);
    g_assert_cmpfloat(config->settings.std.of[2], ==, 0.5f);
    g_assert_cmpint(config->settings.activation, ==, EFFNET_ACTIVATION_AUTO);
    check_no_labels(config, 1000, NULL);
}

static void
test_none(void)
{
    g_autoptr(EffNetConfig) config = load(NULL, NULL, NULL);

    g_assert_nonnull(config);
    g_assert_null(config->architecture);
    g_assert_false(config->settings.mean.said || config->settings.std.said);
    g_assert_cmpuint(config->settings.resolution, ==, 0);
    check_no_labels(config, 2, NULL);
}

static void
test_metadata(void)
{
    g_autoptr(EffNetConfig) config =
        load("{\"crop_pct\": 0.5}",
             "{\"__metadata__\":{\"pretrained_cfg\":"
             "\"{\\\"architecture\\\":\\\"b0\\\",\\\"crop_pct\\\":0.75}\"}}",
             NULL);

    g_assert_cmpstr(config->architecture, ==, "b0");
    g_assert_cmpfloat(config->settings.crop_fraction, ==, 0.75f);
    g_assert_nonnull(strstr(config->source, "metadata \"pretrained_cfg\""));
}

/* What training scripts keep beside a state, as the readers of checkpoints put it there. */
static void
test_state(void)
{
    g_autoptr(EffNetConfig) config =
        load(NULL,
             "{\"__metadata__\":{\"args.model\":\"hf-hub:timm/efficientnet_b0\",\"args.img_size\":"
             "\"256\",\"args.mean\":\"[0.5, 0.5, 0.5]\",\"args.std\":\"None\",\"args.crop_pct\":"
             "\"0.95\",\"args.interpolation\":\"bilinear\",\"class_names\":"
             "\"[\\\"cat\\\", \\\"dog\\\"]\"}}",
             NULL);
    g_autoptr(EffNetConfig) arch =
        load(NULL, "{\"__metadata__\":{\"arch\":\"resnet18\",\"class_names\":\"[1]\"}}", NULL);
    g_autofree char *problem = NULL;
    g_auto(GStrv) labels = effnet_config_get_labels(config, 2, &problem);
    g_autofree char *joined = g_strjoinv("|", labels);

    g_assert_cmpstr(config->architecture, ==, "efficientnet_b0");
    g_assert_true(g_str_has_prefix(config->named_by, "the \"args.model\" of "));
    g_assert_cmpuint(config->arguments.resolution, ==, 256);
    g_assert_cmpfloat(config->arguments.mean.of[1], ==, 0.5f);
    g_assert_false(config->arguments.std.said);
    g_assert_cmpfloat(config->arguments.crop_fraction, ==, 0.95f);
    g_assert_cmpint(config->arguments.interpolation, ==, EFFNET_INTERPOLATION_BILINEAR);
    g_assert_cmpstr(joined, ==, "cat|dog");
    check_no_labels(config, 3, ".safetensors has 2 labels, the model 3 classes");
    g_assert_cmpstr(arch->architecture, ==, "resnet18");
    check_no_labels(arch, 1, ".safetensors has 1 labels, but none for class 0");
}

/* Settings and architectures are found under the keys that scripts use. */
static void
test_places(void)
{
    g_autoptr(EffNetConfig) lightning =
        load(NULL,
             "{\"__metadata__\":{\"hyper_parameters.model_name\":\"timm/resnetaa50.a1h_in1k\","
             "\"hyper_parameters.img_size\":\"192\"}}",
             NULL);
    g_autoptr(EffNetConfig) timm =
        load("{\"model_args\": {\"pad_type\": \"same\"}}",
             "{\"__metadata__\":{\"args.gp\":\"max\",\"args.bn_eps\":\"0.002\","
             "\"args.input_size\":\"[3, 160, 160]\"}}",
             NULL);

    g_assert_cmpstr(lightning->architecture, ==, "resnetaa50.a1h_in1k");
    g_assert_true(g_str_has_prefix(lightning->named_by, "the \"hyper_parameters.model_name\" of "));
    g_assert_cmpuint(lightning->arguments.resolution, ==, 192);
    g_assert_null(lightning->pooling);
    g_assert_null(timm->architecture);
    g_assert_cmpstr(timm->pooling, ==, "max");
    g_assert_cmpfloat(timm->arguments.epsilon, ==, 0.002);
    g_assert_cmpuint(timm->arguments.resolution, ==, 160);
    g_assert_cmpint(timm->settings.padding, ==, EFFNET_PADDING_SAME);
}

static void
check_labels(const char *text, const char *expected)
{
    g_autoptr(EffNetConfig) config = load(text, NULL, NULL);
    g_autofree char *problem = NULL;
    g_auto(GStrv) labels = effnet_config_get_labels(config, 2, &problem);
    g_autofree char *joined = labels ? g_strjoinv("|", labels) : NULL;

    g_assert_cmpstr(joined, ==, expected);
}

static void
test_labels(void)
{
    check_labels("{\"label_names\": [\"cat\", \"dog\"]}", "cat|dog");
    check_labels("{\"label_names\": [\"n1\", \"n2\"], \"label_descriptions\": {\"n2\": \"dog, "
                 "hound\"}}",
                 "n1|dog, hound");
    check_labels("{\"pretrained_cfg\": {\"label_names\": {\"1\": \"dog\", \"0\": \"cat\"}}}",
                 "cat|dog");
    check_labels("{\"id2label\": {\"0\": \"cat\", \"1\": \"dog\"}}", "cat|dog");
    check_labels("{\"labels\": [\"cat\", \"dog\"]}", "cat|dog");
    check_labels("{\"labels\": [\"cat\", \"dog\", \"cow\"]}", NULL);
    check_labels("{\"labels\": [\"cat\", 2]}", NULL);
    check_labels("{\"id2label\": {\"0\": \"cat\", \"2\": \"dog\"}}", NULL);
    check_labels("{\"labels\": 2}", NULL);
    check_labels("{\"id2label\": {\"0\": \"LABEL_0\", \"1\": \"LABEL_1\"}}", NULL);
}

static void
test_activation(void)
{
    g_autoptr(EffNetConfig) config =
        load("{\"problem_type\": \"multi_label_classification\"}", NULL, NULL);

    g_autoptr(EffNetConfig) regression = load("{\"problem_type\": \"regression\"}", NULL, NULL);

    g_assert_cmpint(config->settings.activation, ==, EFFNET_ACTIVATION_SIGMOID);
    g_assert_cmpint(regression->settings.activation, ==, EFFNET_ACTIVATION_NONE);
}

static void
test_errors(void)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"{", "is not a JSON object: it has no key in an object at byte 1"},
        {"[]", "is not a JSON object"},
        {"{\"mean\": [1, 2]}", "a mean that is not three numbers"},
        {"{\"mean\": 1}", "a mean that is not three numbers"},
        {"{\"std\": [1, 2, \"x\"]}", "a std that is not three numbers"},
        {"{\"input_size\": [3, 224]}", "an input_size"},
        {"{\"input_size\": [3, 224, 225]}", "an input_size"},
        {"{\"input_size\": [3, 1e9, 1e9]}", "an input_size"},
        {"{\"crop_pct\": 0}", "a crop_pct"},
        {"{\"crop_pct\": 1.1}", "a crop_pct"},
        {"{\"crop_pct\": \"1\"}", "a crop_pct"},
        {"{\"interpolation\": \"lanczos\"}", "an interpolation other than bicubic and bilinear"},
        {"{\"crop_mode\": \"border\"}", "a crop_mode other than center and squash"},
        {"{\"padding\": \"valid\"}", "a padding other than same and symmetric"},
        {"{\"model_args\": {\"pad_type\": \"valid\"}}", "a padding other than same"},
    };
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_null(load(cases[i].text, NULL, &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, cases[i].error);
    }
}

/* What is written is read back; what INFO does not know is not written. */
static void
test_written(void)
{
    static const char *const labels[] = {"a \"quoted\" one", "caf\xc3\xa9", NULL};
    const EffNetModelInfo whole = {
        .arch = "b0-w0.5-d1-r64",
        .resolution = 64,
        .in_channels = 3,
        .n_classes = 2,
        .mean = {0.485f, 0, -1},
        .std = {0.229f, 1 / 3.0f, 1},
        .crop_fraction = 0.875f,
        .interpolation = EFFNET_INTERPOLATION_BILINEAR,
        .padding = EFFNET_PADDING_SYMMETRIC,
        .activation = EFFNET_ACTIVATION_SOFTMAX,
        .labels = labels,
    };
    const EffNetModelInfo little = {.arch = "b\"0", .n_classes = 7};
    g_autofree char *text = effnet_config_to_json(&whole), *short_text = NULL;
    g_autoptr(EffNetConfig) config = load(text, NULL, NULL), other = NULL;
    g_autofree char *problem = NULL;
    g_auto(GStrv) found = effnet_config_get_labels(config, 2, &problem);

    g_assert_cmpstr(config->architecture, ==, whole.arch);
    g_assert_cmpuint(config->settings.resolution, ==, 64);
    g_assert_true(config->settings.mean.said && config->settings.std.said);
    g_assert_cmpmem(config->settings.mean.of, sizeof whole.mean, whole.mean, sizeof whole.mean);
    g_assert_cmpmem(config->settings.std.of, sizeof whole.std, whole.std, sizeof whole.std);
    g_assert_cmpfloat(config->settings.crop_fraction, ==, 0.875f);
    g_assert_cmpint(config->settings.interpolation, ==, EFFNET_INTERPOLATION_BILINEAR);
    g_assert_cmpint(config->settings.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpint(config->settings.activation, ==, EFFNET_ACTIVATION_SOFTMAX);
    g_assert_true(g_strv_equal((const char *const *)found, labels));

    short_text = effnet_config_to_json(&little);
    g_assert_cmpstr(short_text, ==,
                    "{\"architecture\": \"b\\\"0\", \"num_classes\": 7, "
                    "\"pretrained_cfg\": {\"num_classes\": 7}}");
    other = load(short_text, NULL, NULL);
    g_assert_cmpstr(other->architecture, ==, "b\"0");
    g_assert_false(other->settings.mean.said || other->settings.std.said);
    g_assert_cmpint(other->settings.padding, ==, EFFNET_PADDING_AUTO);
    g_assert_cmpint(other->settings.activation, ==, EFFNET_ACTIVATION_AUTO);
}

static void
test_written_activations(void)
{
    for (EffNetActivation a = EFFNET_ACTIVATION_AUTO; a <= EFFNET_ACTIVATION_NONE; a++) {
        const EffNetModelInfo info = {.arch = "b0", .n_classes = 7, .activation = a};
        g_autofree char *text = effnet_config_to_json(&info);
        g_autoptr(EffNetConfig) config = load(text, NULL, NULL);

        g_assert_cmpint(config->settings.activation, ==, a);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/config/timm", test_timm);
    g_test_add_func("/model/config/none", test_none);
    g_test_add_func("/model/config/metadata", test_metadata);
    g_test_add_func("/model/config/state", test_state);
    g_test_add_func("/model/config/places", test_places);
    g_test_add_func("/model/config/labels", test_labels);
    g_test_add_func("/model/config/activation", test_activation);
    g_test_add_func("/model/config/written", test_written);
    g_test_add_func("/model/config/written-activations", test_written_activations);
    g_test_add_func("/model/config/errors", test_errors);
    return g_test_run();
}
