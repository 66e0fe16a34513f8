/* SPDX-License-Identifier: BSD-2-Clause */
#include "network.h"

#define RESOLUTION 32
#define CLASSES    7
#define SIDE       40

static EffNetModel *model;

static gboolean
measure(EffNetSession *session, guint n, GstClockTime *duration, GError **error)
{
    *duration = GST_MSECOND;
    return TRUE;
}

static GstEfficientNetNetwork *
make(gboolean shared)
{
    const GstEfficientNetBatchSettings settings = {4, 0, 1};

    if (!shared)
        return gst_efficientnet_network_new(effnet_session_new(model, 1, 1, NULL), 1, FALSE);
    return gst_efficientnet_network_new_shared(
        model, gst_efficientnet_batcher_join("id", model, &settings, FALSE, measure, NULL));
}

static void
set_frame(GstEfficientNetNetwork *network, guint index, guint seed)
{
    guint8 pixels[SIDE * SIDE * 3];
    const EffNetFrame frame = {.format = EFFNET_PIXEL_RGB,
                               .width = SIDE,
                               .height = SIDE,
                               .plane = {pixels},
                               .stride = {SIDE * 3}};
    g_autoptr(GError) error = NULL;

    for (gsize i = 0; i < sizeof pixels; i++)
        pixels[i] = (guint8)(i * (seed + 1) * 31 + i / 97 * seed);
    gst_efficientnet_network_set_frame(network, index, &frame, &error);
    g_assert_no_error(error);
}

/* Alone or shared, the same images give the same results, for any number and any resize. */
static void
test_same(void)
{
    static const EffNetResize resizes[] = {{EFFNET_RESIZE_AUTO}, {EFFNET_RESIZE_LETTERBOX}};
    GstEfficientNetNetwork *networks[] = {make(FALSE), make(TRUE)};
    float logits[2][9 * CLASSES];
    double fill;

    g_assert_cmpuint(gst_efficientnet_network_get_info(networks[0])->n_classes, ==, CLASSES);
    for (guint n = 1; n <= 9; n += 2) {
        for (guint k = 0; k < 2; k++) {
            g_assert_true(
                gst_efficientnet_network_prepare(networks[k], n, &resizes[n / 2 % 2], NULL));
            for (guint i = 0; i < n; i++)
                set_frame(networks[k], i, n + i);
            g_assert_true(gst_efficientnet_network_run(
                networks[k], n, &(GstEfficientNetOutputs){.logits = logits[k]}, &fill));
            g_assert_cmpfloat(fill, >, 0);
            g_assert_true(k > 0 || fill == 1);
        }
        g_assert_cmpmem(logits[0], n * CLASSES * sizeof(float), logits[1],
                        n * CLASSES * sizeof(float));
    }
    gst_efficientnet_network_free(networks[0]);
    gst_efficientnet_network_free(networks[1]);
}

static void
test_features(void)
{
    const EffNetResize resize = {EFFNET_RESIZE_AUTO};
    GstEfficientNetNetwork *networks[] = {make(FALSE), make(TRUE)};
    gsize n_features = effnet_model_get_info(model)->n_features;
    g_autofree float *features = g_new(float, 2 * 2 * n_features);
    float logits[2 * CLASSES];
    double fill;

    for (guint k = 0; k < 2; k++) {
        g_assert_true(gst_efficientnet_network_prepare(networks[k], 2, &resize, NULL));
        set_frame(networks[k], 0, 1);
        set_frame(networks[k], 1, 2);
        g_assert_true(gst_efficientnet_network_run(
            networks[k], 2, &(GstEfficientNetOutputs){logits, features + k * 2 * n_features, NULL},
            &fill));
        gst_efficientnet_network_free(networks[k]);
    }
    g_assert_cmpmem(features, 2 * n_features * sizeof(float), features + 2 * n_features,
                    2 * n_features * sizeof(float));
    g_assert_true(memcmp(features, features + n_features, n_features * sizeof(float)) != 0);
}

/* Where others are waited for, a flush ends the wait; alone, there is nothing to wait for. */
static void
test_flushing(void)
{
    const EffNetResize resize = {EFFNET_RESIZE_AUTO};

    for (gint shared = 0; shared < 2; shared++) {
        GstEfficientNetNetwork *network = make(shared);
        float logits[CLASSES];
        double fill;

        g_assert_true(gst_efficientnet_network_prepare(network, 1, &resize, NULL));
        set_frame(network, 0, 1);
        gst_efficientnet_network_rest(network);
        gst_efficientnet_network_set_flushing(network, TRUE);
        g_assert_true(gst_efficientnet_network_run(network, 1,
                                                   &(GstEfficientNetOutputs){.logits = logits},
                                                   &fill) == !shared);
        gst_efficientnet_network_set_flushing(network, FALSE);
        g_assert_true(gst_efficientnet_network_run(
            network, 1, &(GstEfficientNetOutputs){.logits = logits}, &fill));
        gst_efficientnet_network_free(network);
    }
}

int
main(int argc, char **argv)
{
    const EffNetModelOptions options = {.resolution = RESOLUTION};
    EffNetArch *arch;
    int ret;

    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    arch = effnet_arch_new("mobilenet-v1-025", NULL);
    model = effnet_model_new_random(arch, 1, CLASSES, &options, NULL);
    effnet_arch_unref(arch);
    g_assert_nonnull(model);
    g_test_add_func("/network/same", test_same);
    g_test_add_func("/network/features", test_features);
    g_test_add_func("/network/flushing", test_flushing);
    ret = g_test_run();
    effnet_model_unref(model);
    return ret;
}
