/* SPDX-License-Identifier: BSD-2-Clause */
#include "classifier.h"

#include <math.h>

#include "checkpoint.h"

typedef struct {
    char *folder;
    char *path;
    GstEfficientNetModelSettings settings;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    f->folder = effnet_test_make_folder();
    f->path = g_build_filename(f->folder, "lite0.safetensors", NULL);
    f->settings = (GstEfficientNetModelSettings){
        .model = g_strdup(f->path),
        .model_options = gst_structure_new("o", "resolution", G_TYPE_INT, 32, NULL),
    };
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    gst_efficientnet_model_settings_clear(&f->settings);
    effnet_test_remove_folder(f->folder);
    g_free(f->path);
}

static char *
write_labels(const Fixture *f, const char *text)
{
    char *path = g_build_filename(f->folder, "labels.txt", NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void
assert_refused(const Fixture *f, gint code, const char *first, const char *second)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(gst_efficientnet_classifier_open(&f->settings, FALSE, &error));
    g_assert_nonnull(error);
    g_test_message("%s", error->message);
    g_assert_cmpint(error->code, ==, code);
    g_assert_nonnull(strstr(error->message, first));
    g_assert_nonnull(strstr(error->message, second));
    g_assert_null(strchr(error->message, '\n'));
}

static void
test_open(Fixture *f, gconstpointer data)
{
    g_autoptr(GstEfficientNetClassifier) classifier = NULL;
    GError *error = NULL;

    effnet_test_write_lite0(f->path, 1, 3, 1.0f);
    f->settings.labels_file = write_labels(f, "cat\ndog\ncow\n");
    classifier = gst_efficientnet_classifier_open(&f->settings, FALSE, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(classifier->labels[2], ==, "cow");
    g_assert_cmpstr(classifier->info->name, ==, "lite0");
    g_assert_cmpuint(classifier->duration, >, 0);
    g_assert_cmpuint(classifier->duration, <, 10 * GST_SECOND);
}

static void
test_unknown_labels(Fixture *f, gconstpointer data)
{
    g_autoptr(GstEfficientNetClassifier) classifier = NULL;

    effnet_test_write_lite0(f->path, 1, 3, 1.0f);
    classifier = gst_efficientnet_classifier_open(&f->settings, FALSE, NULL);
    g_assert_nonnull(classifier);
    g_assert_cmpstr(classifier->labels[0], ==, "0");
    g_assert_cmpstr(classifier->labels[2], ==, "2");
}

/* A wrong number of labels in the model's own config is said, unless others are given. */
static void
test_labels_of_config(Fixture *f, gconstpointer data)
{
    g_autofree char *config = g_build_filename(f->folder, "config.json", NULL);
    g_autoptr(GstEfficientNetClassifier) own = NULL, given = NULL;

    effnet_test_write_lite0(f->path, 1, 3, 1.0f);
    g_assert_true(g_file_set_contents(
        config, "{\"padding\": \"same\", \"id2label\": {\"0\": \"a\", \"1\": \"b\"}}", -1, NULL));
    own = gst_efficientnet_classifier_open(&f->settings, FALSE, NULL);
    g_assert_nonnull(own);
    g_assert_cmpstr(own->labels[1], ==, "1");
    g_assert_true(g_str_has_prefix(own->warning, config));
    g_assert_nonnull(strstr(own->warning, "has 2 labels, the model 3 classes"));
    f->settings.labels = g_strsplit("a,b,c", ",", -1);
    given = gst_efficientnet_classifier_open(&f->settings, FALSE, NULL);
    g_assert_nonnull(given);
    g_assert_cmpstr(given->labels[1], ==, "b");
    g_assert_null(given->warning);
}

static void
test_wrong_labels(Fixture *f, gconstpointer data)
{
    effnet_test_write_lite0(f->path, 1, 3, 1.0f);
    f->settings.labels_file = write_labels(f, "cat\ndog\n");
    assert_refused(f, EFFNET_ERROR_SETTINGS, "labels-file: ", "2");
    assert_refused(f, EFFNET_ERROR_SETTINGS, "labels.txt", "3");
    f->settings.labels = g_strsplit("a,b,c", ",", -1);
    assert_refused(f, EFFNET_ERROR_SETTINGS, "labels-file", "both");
    g_clear_pointer(&f->settings.labels_file, g_free);
    g_strfreev(f->settings.labels);
    f->settings.labels = g_strsplit("a,b,c,d", ",", -1);
    assert_refused(f, EFFNET_ERROR_SETTINGS, "4 labels", "3 classes");
    g_clear_pointer(&f->settings.labels, g_strfreev);
    f->settings.labels_file = g_strdup("/nonexistent/labels.txt");
    assert_refused(f, EFFNET_ERROR_NOT_FOUND, "labels-file: ", "/nonexistent/labels.txt");
}

static void
test_wrong_model(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    assert_refused(f, EFFNET_ERROR_NOT_FOUND, "model: ", f->path);
    g_assert_true(g_file_set_contents(f->path, "not a checkpoint", -1, NULL));
    assert_refused(f, EFFNET_ERROR_FORMAT, "model: ", f->path);
    g_free(f->settings.model);
    f->settings.model = g_strdup(f->folder);
    g_assert_null(gst_efficientnet_classifier_open(&f->settings, FALSE, &error));
    g_assert_true(g_str_has_prefix(error->message, "model: "));
    g_assert_nonnull(strstr(error->message, f->folder));
    gst_structure_set(f->settings.model_options, "size", G_TYPE_INT, 3, NULL);
    assert_refused(f, EFFNET_ERROR_SETTINGS, "model-options: ", "size");
}

static void
test_not_a_number(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    effnet_test_write_lite0(f->path, 1, 3, (float)NAN);
    g_assert_null(gst_efficientnet_classifier_open(&f->settings, FALSE, &error));
    g_assert_nonnull(error);
    g_assert_true(g_str_has_prefix(error->message, "model: "));
    g_assert_nonnull(strstr(error->message, f->path));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)
    ADD("/classifier/open", test_open);
    ADD("/classifier/unknown-labels", test_unknown_labels);
    ADD("/classifier/labels-of-config", test_labels_of_config);
    ADD("/classifier/wrong-labels", test_wrong_labels);
    ADD("/classifier/wrong-model", test_wrong_model);
    ADD("/classifier/not-a-number", test_not_a_number);
    return g_test_run();
}
