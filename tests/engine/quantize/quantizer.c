/* SPDX-License-Identifier: BSD-2-Clause */
#include <effnet/effnet.h>

#include "checkpoint.h"

#define SIDE 300

typedef struct {
    char *folder, *model, *output;
} Files;

static void
files_init(Files *f)
{
    f->folder = effnet_test_make_folder();
    f->model = g_build_filename(f->folder, "lite0.safetensors", NULL);
    f->output = g_build_filename(f->folder, "q.safetensors", NULL);
    effnet_test_write_lite0(f->model, 1, 10, 1);
}

static void
files_clear(Files *f)
{
    effnet_test_remove_folder(f->folder);
    g_free(f->model);
    g_free(f->output);
}

static EffNetFrame
make_frame(guint8 *pixels, guint seed)
{
    for (guint i = 0; i < SIDE * SIDE * 3; i++)
        pixels[i] = (i % 3 + 1) * (i / 3 % SIDE / (seed + 1) + i / SIDE / (7 + seed)) % 256;
    return (EffNetFrame){.format = EFFNET_PIXEL_RGB,
                         .width = SIDE,
                         .height = SIDE,
                         .plane = {pixels},
                         .stride = {SIDE * 3},
                         .full_range = TRUE};
}

static void
test_quantize(void)
{
    g_autofree guint8 *pixels = g_malloc(SIDE * SIDE * 3);
    g_autoptr(EffNetQuantizer) q = NULL;
    g_autoptr(EffNetModel) model = NULL;
    g_autoptr(GError) error = NULL;
    EffNetQuantizeReport report;
    guint named = 0;
    Files f;

    files_init(&f);
    q = effnet_quantizer_new(f.model, NULL, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < 3; i++) {
        EffNetFrame frame = make_frame(pixels, i);

        g_assert_true(effnet_quantizer_add_frame(q, &frame, &error));
    }
    g_assert_true(effnet_quantizer_write(q, f.output, &error));
    for (guint i = 0; i < 3; i++) {
        EffNetFrame frame = make_frame(pixels, i);

        g_assert_true(effnet_quantizer_compare_frame(q, &frame, &error));
    }
    effnet_quantizer_get_report(q, &report);
    g_assert_cmpuint(report.frames, ==, 3);
    g_assert_cmpuint(report.same_class, >=, 2);
    g_assert_cmpfloat(report.cosine, >, 0.98);
    g_assert_cmpfloat(report.cosine, <=, 1);
    for (guint i = 0; i < effnet_quantizer_get_n_layers(q); i++) {
        double snr = 0;

        if (!effnet_quantizer_get_layer(q, i, &snr))
            continue;
        named++;
        g_assert_cmpfloat(snr, >, 3);
        g_assert_cmpfloat(snr, <, 121);
    }
    g_assert_cmpuint(named, >, 20);
    model = effnet_model_open(f.output, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(effnet_model_get_info(model)->n_classes, ==, 10);
    g_assert_cmpstr(effnet_model_get_info(model)->arch, ==, "lite0");
    g_assert_cmpfloat(effnet_model_get_info(model)->mean[0], ==,
                      effnet_quantizer_get_info(q)->mean[0]);
    files_clear(&f);
}

static void
test_nothing_seen(void)
{
    g_autoptr(EffNetQuantizer) q = NULL;
    g_autoptr(GError) error = NULL;
    Files f;

    files_init(&f);
    q = effnet_quantizer_new(f.model, NULL, NULL);
    g_assert_false(effnet_quantizer_write(q, f.output, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    files_clear(&f);
}

static void
test_already_quantised(void)
{
    g_autofree guint8 *pixels = g_malloc(SIDE * SIDE * 3);
    EffNetFrame frame = make_frame(pixels, 0);
    g_autoptr(EffNetQuantizer) q = NULL, again = NULL;
    g_autoptr(GError) error = NULL;
    Files f;

    files_init(&f);
    q = effnet_quantizer_new(f.model, NULL, NULL);
    g_assert_true(effnet_quantizer_add_frame(q, &frame, NULL));
    g_assert_true(effnet_quantizer_write(q, f.output, NULL));
    again = effnet_quantizer_new(f.output, NULL, &error);
    g_assert_null(again);
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    files_clear(&f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/quantizer/quantize", test_quantize);
    g_test_add_func("/quantizer/nothing-seen", test_nothing_seen);
    g_test_add_func("/quantizer/already-quantised", test_already_quantised);
    return g_test_run();
}
