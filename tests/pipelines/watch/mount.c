/* SPDX-License-Identifier: BSD-2-Clause */
#include "mount.h"

#include <gst/app/gstappsrc.h>

static GstElement *
new_appsrc(void)
{
    GstElement *appsrc = gst_object_ref_sink(gst_element_factory_make("appsrc", NULL));

    gst_element_set_state(appsrc, GST_STATE_READY);
    return appsrc;
}

static void
free_appsrc(GstElement *appsrc)
{
    gst_element_set_state(appsrc, GST_STATE_NULL);
    gst_object_unref(appsrc);
}

static void
test_viewers(void)
{
    EffNetWatchMount *mount = effnet_watch_mount_new();
    GstElement *first = new_appsrc(), *second = new_appsrc();

    g_assert_false(effnet_watch_mount_is_wanted(mount));
    g_assert_false(effnet_watch_mount_take_key_request(mount));
    effnet_watch_mount_connect(mount, first);
    g_assert_true(effnet_watch_mount_is_wanted(mount));
    g_assert_true(effnet_watch_mount_take_key_request(mount));
    g_assert_false(effnet_watch_mount_take_key_request(mount));

    /* The previous one leaves when the next one is already connected. */
    effnet_watch_mount_connect(mount, second);
    effnet_watch_mount_disconnect(mount, first);
    g_assert_true(effnet_watch_mount_is_wanted(mount));
    g_assert_true(effnet_watch_mount_take_key_request(mount));
    effnet_watch_mount_disconnect(mount, second);
    g_assert_false(effnet_watch_mount_is_wanted(mount));
    effnet_watch_mount_free(mount);
    free_appsrc(first);
    free_appsrc(second);
}

static void
test_push(void)
{
    EffNetWatchMount *mount = effnet_watch_mount_new();
    GstElement *appsrc = new_appsrc();
    g_autoptr(GstBuffer) buffer = gst_buffer_new_allocate(NULL, 16, NULL);
    g_autoptr(GstCaps) caps = gst_caps_from_string("video/x-test"), taken = NULL;
    g_autoptr(GstSample) sample = gst_sample_new(buffer, caps, NULL, NULL);

    GST_BUFFER_PTS(buffer) = 5;
    effnet_watch_mount_push(mount, sample); /* without viewers */
    effnet_watch_mount_connect(mount, appsrc);
    effnet_watch_mount_push(mount, sample);
    g_assert_cmpuint(gst_app_src_get_current_level_bytes(GST_APP_SRC(appsrc)), ==, 16);
    taken = gst_app_src_get_caps(GST_APP_SRC(appsrc));
    g_assert_true(gst_caps_is_equal(taken, caps));
    g_assert_cmpuint(GST_BUFFER_PTS(buffer), ==, 5);
    effnet_watch_mount_free(mount);
    free_appsrc(appsrc);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/mount/viewers", test_viewers);
    g_test_add_func("/mount/push", test_push);
    return g_test_run();
}
