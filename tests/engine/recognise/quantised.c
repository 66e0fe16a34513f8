/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that `effnet quantize` would not write. */
#include "recognise/quantised.h"

#include <math.h>
#include <string.h>

#include "checkpoint.h"
#include "quantised.h"

typedef struct {
    char *folder, *path;
    char *data;
    gsize length;
} File;

static void
file_init(File *f)
{
    f->folder = effnet_test_make_folder();
    f->path = g_build_filename(f->folder, "q.safetensors", NULL);
    effnet_model_unref(effnet_test_write_quantised(f->path, "lite0", 32, 10));
    g_assert_true(g_file_get_contents(f->path, &f->data, &f->length, NULL));
}

static void
file_clear(File *f)
{
    g_free(f->data);
    g_free(f->path);
    effnet_test_remove_folder(f->folder);
}

/* Where TEXT first occurs in the header. */
static char *
find(File *f, const char *text)
{
    char *found = g_strstr_len(f->data + 8, f->length - 8, text);

    g_assert_nonnull(found);
    return found;
}

/* Tensor NAME's first value. */
static char *
values_of(File *f, const char *name)
{
    g_autofree char *key = g_strdup_printf("\"%s\"", name);
    const char *offsets = strstr(find(f, key), "data_offsets\": [");
    guint64 header;

    memcpy(&header, f->data, sizeof header);
    return f->data + 8 + GUINT64_FROM_LE(header) +
           g_ascii_strtoull(offsets + strlen("data_offsets\": ["), NULL, 10);
}

static void
expect_failure(File *f, const char *says)
{
    g_autoptr(GError) error = NULL;
    EffNetModel *model;

    g_assert_true(g_file_set_contents(f->path, f->data, f->length, NULL));
    model = effnet_model_open(f->path, NULL, &error);
    g_assert_null(model);
    g_assert_nonnull(error);
    if (!strstr(error->message, says))
        g_error("\"%s\" does not say \"%s\"", error->message, says);
}

static void
test_values(void)
{
    static const struct {
        const char *tensor;
        float value;
    } bad[] = {{"stem.scale", 0},          {"head.scale", -1},       {"head.scale", NAN},
               {"head.range", 0},          {"classifier.bias", NAN}, {"stem.range", INFINITY},
               {"classifier.scale", 1e20f}};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        File f;

        file_init(&f);
        memcpy(values_of(&f, bad[i].tensor), &bad[i].value, sizeof bad[i].value);
        expect_failure(&f, bad[i].tensor);
        file_clear(&f);
    }
}

static void
test_weight(void)
{
    File f;

    file_init(&f);
    *values_of(&f, "blocks.2.0.expand.weight") = (char)0x80;
    expect_failure(&f, "-128");
    file_clear(&f);
}

static void
test_header(void)
{
    static const struct {
        const char *from, *to, *says;
    } changes[] = {
        {"head.bias", "hexd.bias", "head.bias"},
        {"\"I8\"", "\"U8\"", "stem.weight"},
        {"\\\"padding", "\\\"pudding", "padding"},
        {"quantised\": \"lite0\"", "quantised\": \"lite9\"", "lite9"},
        {"quantised\": \"lite0\"", "quantised\": \"lite1\"", "blocks."},
        {"[32, 3, 3, 3]", "[32, 9, 3, 1]", "stem"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        File f;

        file_init(&f);
        memcpy(find(&f, changes[i].from), changes[i].to, strlen(changes[i].to));
        expect_failure(&f, changes[i].says);
        file_clear(&f);
    }
}

static void
test_options(void)
{
    static const EffNetModelOptions refused[] = {
        {.arch = "lite0"},
        {.set_mean = TRUE},
        {.set_std = TRUE, .std = {1, 1, 1}},
        {.padding = EFFNET_PADDING_SAME},
        {.epsilon = 1e-3},
        {.precision = EFFNET_PRECISION_FP32},
        {.precision = EFFNET_PRECISION_BF16},
    };
    const EffNetModelOptions taken = {.resolution = 64, .precision = EFFNET_PRECISION_INT8};
    g_autoptr(EffNetModel) model = NULL;
    File f;

    file_init(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(effnet_model_open(f.path, &refused[i], &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    }
    model = effnet_model_open(f.path, &taken, NULL);
    g_assert_nonnull(model);
    g_assert_cmpuint(effnet_model_get_info(model)->resolution, ==, 64);
    file_clear(&f);
}

static void
test_names(void)
{
    const EffNetLayer layer = {.role = EFFNET_ROLE_CLASSIFIER, .kernel = 1};
    g_autofree char *name = effnet_quantised_name(&layer, EFFNET_PART_SCALE);

    g_assert_cmpstr(name, ==, "classifier.scale");
    g_assert_true(effnet_quantised_has(&layer, EFFNET_PART_BIAS));
    g_assert_false(effnet_quantised_has(&layer, EFFNET_PART_RANGE));
    g_assert_false(effnet_quantised_has(&layer, EFFNET_PART_NORM_GAMMA));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/quantised/values", test_values);
    g_test_add_func("/quantised/weight", test_weight);
    g_test_add_func("/quantised/header", test_header);
    g_test_add_func("/quantised/options", test_options);
    g_test_add_func("/quantised/names", test_names);
    return g_test_run();
}
