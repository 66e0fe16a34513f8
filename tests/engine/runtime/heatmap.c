/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/heatmap.h"

#include <math.h>
#include <string.h>

#include <effnet/effnet.h>
#include <glib/gstdio.h>

#include "model.h"
#include "quantised.h"

#define RESOLUTION 96
#define CLASSES    37

static EffNetModel *
random_model(const char *name, guint resolution, EffNetPrecision precision)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);
    g_autoptr(GError) error = NULL;
    const EffNetModelOptions options = {.resolution = resolution, .precision = precision};
    EffNetModel *model = effnet_model_new_random(arch, 1, CLASSES, &options, &error);

    g_assert_no_error(error);
    return model;
}

/* A session that has inferred N images. */
static EffNetSession *
infer(EffNetModel *model, guint n, gboolean heatmaps)
{
    EffNetSession *session = effnet_session_new(model, n, 2, NULL);
    guint resolution = effnet_model_get_info(model)->resolution;
    gsize pixels = 3 * (gsize)resolution * resolution;
    g_autofree float *image = g_new(float, pixels);
    g_autoptr(GError) error = NULL;

    effnet_session_set_heatmaps(session, heatmaps, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < n; i++) {
        effnet_test_fill_tensor(image, pixels, i);
        effnet_session_set_tensor(session, i, image);
    }
    effnet_session_run(session, n);
    return session;
}

/* The mean of a map and the bias are the logit, to within BOUND of the map's range; maps of images
 * and classes differ, and logits are the same without them. */
static void
check_maps(EffNetModel *model, double bound)
{
    const EffNetPlan *plan = effnet_model_get_plan(model);
    g_autoptr(EffNetSession) session = infer(model, 3, TRUE), without = infer(model, 3, FALSE);
    guint size = effnet_model_get_heatmap_size(model), places = size * size;
    g_autofree float *map = g_new(float, places), *before = g_new0(float, places);

    g_assert_cmpuint(size, ==, 3);
    for (guint i = 0; i < 3; i++) {
        const float *logits = effnet_session_get_logits(session, i);

        g_assert_cmpmem(logits, CLASSES * sizeof *logits, effnet_session_get_logits(without, i),
                        CLASSES * sizeof *logits);
        for (guint k = 0; k < CLASSES; k++) {
            double sum = 0, low = INFINITY, high = -INFINITY;

            effnet_session_get_heatmap(session, i, k, map);
            for (guint p = 0; p < places; p++) {
                sum += map[p];
                low = MIN(low, map[p]);
                high = MAX(high, map[p]);
            }
            g_assert_cmpfloat_with_epsilon(sum / places +
                                               plan->ops[plan->n_ops - 1].packed[0].bias[k],
                                           logits[k], bound * (high - low));
            g_assert_cmpfloat(high, >, low);
            g_assert_true(memcmp(map, before, places * sizeof *map) != 0);
            memcpy(before, map, places * sizeof *map);
        }
    }
}

static void
test_maps(gconstpointer name)
{
    g_autoptr(EffNetModel) model = random_model(name, RESOLUTION, EFFNET_PRECISION_FP32);

    check_maps(model, 1e-3);
}

static void
test_maps_bf16(gconstpointer name)
{
    g_autoptr(EffNetModel) model = NULL;

    if (!effnet_kernels_have(effnet_kernels_get(), EFFNET_TYPE_BF16)) {
        g_test_skip("no bf16 kernels");
        return;
    }
    model = random_model(name, RESOLUTION, EFFNET_PRECISION_BF16);
    check_maps(model, 0.03);
}

static void
test_maps_int8(gconstpointer name)
{
    g_autofree char *folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "q.safetensors", NULL);
    g_autoptr(EffNetModel) model = NULL;
    g_autoptr(GError) error = NULL;

    effnet_model_unref(effnet_test_write_quantised(path, name, RESOLUTION, CLASSES));
    model = effnet_model_open(path, NULL, &error);
    g_assert_no_error(error);
    check_maps(model, 0.1);
    g_remove(path);
    g_rmdir(folder);
}

/* Where layers follow the pooled ones before the classifier, there is no map. */
static void
test_none(void)
{
    g_autoptr(EffNetModel) model =
        random_model("mobilenet-v3-large", RESOLUTION, EFFNET_PRECISION_FP32);
    g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 1, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpuint(effnet_model_get_heatmap_size(model), ==, 0);
    g_assert_false(effnet_session_set_heatmaps(session, TRUE, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_assert_nonnull(strstr(error->message, "linear"));
    effnet_session_run(session, 1);
}

/* A map of an image's corners, turned back, shows them where they are in memory. */
static void
test_turn(void)
{
    g_autoptr(EffNetModel) model = random_model("lite0", 32, EFFNET_PRECISION_FP32);
    g_autoptr(EffNetInput) input = effnet_input_new(model, NULL);
    const EffNetResize stretch = {.mode = EFFNET_RESIZE_STRETCH};
    guint8 pixels[64 * 64];
    EffNetFrame frame = {
        .format = EFFNET_PIXEL_GRAY8, .width = 64, .height = 64, .plane = {pixels}, .stride = {64}};
    g_autofree float *tensor = g_new(float, 3 * 32 * 32);

    for (guint i = 0; i < 64 * 64; i++)
        pixels[i] = (guint8)(50 * (i / 64 / 32 * 2 + i % 64 / 32));
    g_assert_true(effnet_input_set_resize(input, &stretch, NULL));
    for (guint o = 0; o <= EFFNET_ORIENTATION_UR_LL; o++) {
        float map[4];

        frame.orientation = o;
        g_assert_true(effnet_input_set_frame(input, &frame, NULL));
        effnet_input_get_tensor(input, tensor);
        for (guint i = 0; i < 4; i++)
            map[i] = tensor[(8 + i / 2 * 16) * 32 + 8 + i % 2 * 16];
        effnet_heatmap_turn(map, 2, o);
        for (guint i = 1; i < 4; i++)
            g_assert_cmpfloat(map[i], >, map[i - 1]);
    }
}

static void
check_view(EffNetResizeMode mode, EffNetOrientation orientation, float x, float y, float w, float h)
{
    g_autoptr(EffNetModel) model = random_model("lite0", 224, EFFNET_PRECISION_FP32);
    const EffNetResize resize = {.mode = mode, .crop_fraction = 0.875f};
    EffNetView view;

    effnet_model_get_view(model, &resize, orientation, 640, 480, &view);
    g_assert_cmpfloat_with_epsilon(view.x, x, 1e-6);
    g_assert_cmpfloat_with_epsilon(view.y, y, 1e-6);
    g_assert_cmpfloat_with_epsilon(view.w, w, 1e-6);
    g_assert_cmpfloat_with_epsilon(view.h, h, 1e-6);
}

/* A frame of 640 x 480 becomes 341 x 256, of which the middle is seen. */
static void
test_view(void)
{
    check_view(EFFNET_RESIZE_CENTER_CROP, EFFNET_ORIENTATION_IDENTITY, 58.0f / 341, 16.0f / 256,
               224.0f / 341, 224.0f / 256);
    check_view(EFFNET_RESIZE_CENTER_CROP, EFFNET_ORIENTATION_HORIZ, 59.0f / 341, 16.0f / 256,
               224.0f / 341, 224.0f / 256);
    check_view(EFFNET_RESIZE_STRETCH, EFFNET_ORIENTATION_90R, 0, 0, 1, 1);
    check_view(EFFNET_RESIZE_LETTERBOX, EFFNET_ORIENTATION_IDENTITY, 0, -28.0f / 168, 1,
               224.0f / 168);
    check_view(EFFNET_RESIZE_LETTERBOX, EFFNET_ORIENTATION_90L, 0, -28.0f / 168, 1, 224.0f / 168);
}

int
main(int argc, char **argv)
{
    static const char *const names[] = {"lite0",        "b0",       "mobilenet-v1",
                                        "mobilenet-v2", "resnet50", "v2-b0"};

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *floats = g_strdup_printf("/runtime/heatmap/%s", names[i]);
        g_autofree char *bf16 = g_strdup_printf("%s-bf16", floats);
        g_autofree char *int8 = g_strdup_printf("%s-int8", floats);

        g_test_add_data_func(floats, names[i], test_maps);
        g_test_add_data_func(bf16, names[i], test_maps_bf16);
        g_test_add_data_func(int8, names[i], test_maps_int8);
    }
    g_test_add_func("/runtime/heatmap/none", test_none);
    g_test_add_func("/runtime/heatmap/turn", test_turn);
    g_test_add_func("/runtime/heatmap/view", test_view);
    return g_test_run();
}
