/* SPDX-License-Identifier: BSD-2-Clause */
#include "mqttformats.h"

#include "gstefficientnetpublish.h"
#include "harness.h"
#include "publishregistry.h"

/* This test sees only GStreamer's own plugins. */
static void
assert_not_installed(const char *format)
{
    g_autofree char *line = g_strconcat("efficientnetpublish method=mqtt format=", format, NULL);
    GstElement *element = gst_object_ref_sink(gst_parse_launch(line, NULL));
    g_autofree char *expected = g_strdup_printf(
        "format: %s needs GStreamer's plugin \"efficientnetmqtt\", which is not installed", format);
    g_autoptr(GError) error = effnet_test_fail_state(element, GST_STATE_PAUSED);

    g_assert_cmpstr(error->message, ==, expected);
    gst_object_unref(element);
}

static void
test_not_installed(void)
{
    assert_not_installed("homeassistant");
    assert_not_installed("frigate");
}

static void
test_properties(void)
{
    GObject *element = g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH, NULL);
    g_autofree char *prefix = NULL;
    guint expire_after;

    g_object_get(element, "discovery-prefix", &prefix, "expire-after", &expire_after, NULL);
    g_assert_null(prefix);
    g_assert_cmpuint(expire_after, ==, 60);
    g_object_unref(element);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    gst_element_register(NULL, "efficientnetpublish", GST_RANK_NONE, GST_TYPE_EFFICIENTNET_PUBLISH);
    g_test_add_func("/mqttformats/not-installed", test_not_installed);
    g_test_add_func("/mqttformats/properties", test_properties);
    return g_test_run();
}
