/* SPDX-License-Identifier: BSD-2-Clause */
#include "encoder.h"

#include <gst/gst.h>
#include <string.h>

static void
hide(const char *factory)
{
    g_autoptr(GstPluginFeature) feature =
        gst_registry_find_feature(gst_registry_get(), factory, GST_TYPE_ELEMENT_FACTORY);

    if (feature)
        gst_registry_remove_feature(gst_registry_get(), feature);
}

/* Each in turn, best first, as if the better ones were not installed. */
static void
test_order(void)
{
    static const char *const order[] = {"x264enc", "openh264enc", "vp8enc"};
    g_autoptr(GError) error = NULL;
    const EffNetWatchEncoder *encoder;

    for (guint i = 0; i < G_N_ELEMENTS(order); i++) {
        g_autoptr(GstElementFactory) factory = gst_element_factory_find(order[i]);
        g_autoptr(GstElement) parsed = NULL;

        if (factory == NULL)
            continue;
        encoder = effnet_watch_encoder_find(&error);
        g_assert_no_error(error);
        g_assert_cmpstr(encoder->factory, ==, order[i]);
        parsed = gst_parse_bin_from_description(encoder->encode, TRUE, &error);
        g_assert_no_error(error);
        gst_object_ref_sink(parsed);
        hide(order[i]);
    }
    g_assert_null(effnet_watch_encoder_find(&error));
    g_assert_nonnull(strstr(error->message, "x264enc"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/encoder/order", test_order);
    return g_test_run();
}
