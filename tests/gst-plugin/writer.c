/* SPDX-License-Identifier: BSD-2-Clause */
#include "writer.h"

#include "publishfile.h"

/* A plugin file with its own copy of this code gets the existing type. */
static void
test_one_type(void)
{
    g_assert_cmpuint(gst_efficientnet_writer_get_type(), ==,
                     g_type_from_name("GstEfficientNetWriter"));
    g_assert_true(g_type_is_a(GST_TYPE_EFFICIENTNET_PUBLISH_FILE, GST_TYPE_EFFICIENTNET_WRITER));
}

static void
test_features(void)
{
    GstEfficientNetWriter *writer = g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH_FILE, NULL);

    g_assert_cmpuint(gst_efficientnet_writer_get_features(writer), ==, 0);
    g_object_unref(writer);
}

static void
test_open_fails(void)
{
    GstEfficientNetWriter *writer =
        g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH_FILE, "location", "/", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_false(gst_efficientnet_writer_open(writer, NULL, NULL, &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE);
    g_object_unref(writer);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/writer/one-type", test_one_type);
    g_test_add_func("/writer/features", test_features);
    g_test_add_func("/writer/open-fails", test_open_fails);
    return g_test_run();
}
