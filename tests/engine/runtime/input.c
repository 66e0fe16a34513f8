/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/effnet.h>

#define RESOLUTION 32
#define CLASSES    11
#define WIDTH      50
#define HEIGHT     40

static EffNetModel *
random_model(const char *name)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);
    g_autoptr(GError) error = NULL;
    const EffNetModelOptions options = {.resolution = RESOLUTION};
    EffNetModel *model = effnet_model_new_random(arch, 3, CLASSES, &options, &error);

    g_assert_no_error(error);
    return model;
}

static EffNetFrame
make_frame(guint8 *pixels, guint seed)
{
    for (gsize i = 0; i < WIDTH * HEIGHT * 3; i++)
        pixels[i] = (guint8)((i * (7 + seed) + i / WIDTH * 13 * seed) % 256);
    return (EffNetFrame){.format = EFFNET_PIXEL_RGB,
                         .width = WIDTH,
                         .height = HEIGHT,
                         .plane = {pixels},
                         .stride = {WIDTH * 3},
                         .full_range = TRUE};
}

/* An input gives the same as the frame itself, bit for bit, with either kind of padding. */
static void
test_same(gconstpointer name)
{
    static const EffNetResize resizes[] = {
        {EFFNET_RESIZE_STRETCH}, {EFFNET_RESIZE_LETTERBOX}, {EFFNET_RESIZE_AUTO}};
    g_autoptr(EffNetModel) model = random_model(name);
    g_autoptr(EffNetSession) session = effnet_session_new(model, 3, 1, NULL);
    g_autoptr(EffNetInput) input = effnet_input_new(model, NULL);
    g_autofree guint8 *pixels = g_malloc(WIDTH * HEIGHT * 3);

    for (guint i = 0; i < G_N_ELEMENTS(resizes); i++) {
        gboolean trained = resizes[i].mode == EFFNET_RESIZE_AUTO; /* NULL means the same */
        EffNetFrame frame = make_frame(pixels, i);
        g_autofree float *expected = NULL;

        g_assert_true(effnet_session_set_resize(session, &resizes[i], NULL));
        g_assert_true(effnet_session_set_frame(session, 0, &frame, NULL));
        effnet_session_run(session, 1);
        expected = g_memdup2(effnet_session_get_logits(session, 0), CLASSES * sizeof(float));
        g_assert_true(effnet_input_set_resize(input, trained ? NULL : &resizes[i], NULL));
        g_assert_true(effnet_input_set_frame(input, &frame, NULL));
        memset(pixels, 0, WIDTH * HEIGHT * 3);
        effnet_session_set_input(session, 2, input);
        effnet_session_run(session, 3);
        g_assert_cmpmem(effnet_session_get_logits(session, 2), CLASSES * sizeof(float), expected,
                        CLASSES * sizeof(float));
    }
}

/* What the network saw, as "effnet run" could be shown it. */
static void
test_tensor(void)
{
    g_autoptr(EffNetModel) model = random_model("lite0");
    g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 1, NULL);
    g_autoptr(EffNetInput) input = effnet_input_new(model, NULL);
    g_autofree guint8 *pixels = g_malloc(WIDTH * HEIGHT * 3);
    float chw[3 * RESOLUTION * RESOLUTION], expected[CLASSES];
    EffNetFrame frame = make_frame(pixels, 1);

    g_assert_true(effnet_session_set_frame(session, 0, &frame, NULL));
    effnet_session_run(session, 1);
    memcpy(expected, effnet_session_get_logits(session, 0), sizeof expected);
    g_assert_true(effnet_input_set_frame(input, &frame, NULL));
    effnet_input_get_tensor(input, chw);
    effnet_session_set_tensor(session, 0, chw);
    effnet_session_run(session, 1);
    g_assert_cmpmem(effnet_session_get_logits(session, 0), sizeof expected, expected,
                    sizeof expected);
}

static void
test_refused(void)
{
    g_autoptr(EffNetModel) model = random_model("lite0");
    g_autoptr(EffNetInput) input = effnet_input_new(model, NULL);
    const EffNetFrame frame = {.format = EFFNET_PIXEL_RGB, .width = WIDTH, .height = HEIGHT};
    const EffNetResize resize = {.crop_fraction = 2.0f};
    GError *error = NULL;

    g_assert_false(effnet_input_set_frame(input, &frame, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FRAME);
    g_clear_error(&error);
    g_assert_false(effnet_input_set_resize(input, &resize, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/input/same/lite0", "lite0", test_same);
    g_test_add_data_func("/input/same/mobilenet-v2", "mobilenet-v2", test_same);
    g_test_add_data_func("/input/same/resnet18", "resnet18", test_same);
    g_test_add_func("/input/tensor", test_tensor);
    g_test_add_func("/input/refused", test_refused);
    return g_test_run();
}
