/* SPDX-License-Identifier: BSD-2-Clause */
#include "onvifsettings.h"

#include "gstefficientnetpublish.h"
#include "harness.h"
#include "publishregistry.h"

/* This test sees only GStreamer's own plugins. */
static void
test_not_installed(void)
{
    GstElement *element =
        gst_object_ref_sink(gst_parse_launch("efficientnetpublish format=onvif", NULL));
    g_autoptr(GError) error = effnet_test_fail_state(element, GST_STATE_PAUSED);

    g_assert_cmpstr(
        error->message, ==,
        "format: onvif needs GStreamer's plugin \"efficientnetonvif\", which is not installed");
    gst_object_unref(element);
}

static void
test_properties(void)
{
    GObject *element = g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH, NULL);
    gboolean candidates = TRUE;

    g_object_get(element, "class-candidates", &candidates, NULL);
    g_assert_false(candidates);
    g_object_unref(element);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    gst_element_register(NULL, "efficientnetpublish", GST_RANK_NONE, GST_TYPE_EFFICIENTNET_PUBLISH);
    g_test_add_func("/onvifsettings/not-installed", test_not_installed);
    g_test_add_func("/onvifsettings/properties", test_properties);
    return g_test_run();
}
