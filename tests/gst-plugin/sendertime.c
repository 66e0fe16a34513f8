/* SPDX-License-Identifier: BSD-2-Clause */
#include "sendertime.h"

static gint64
get(const char *clock, GstClockTime time)
{
    GstBuffer *buffer = gst_buffer_new();
    GstCaps *caps = gst_caps_from_string(clock);
    gint64 sent;

    gst_buffer_add_reference_timestamp_meta(buffer, caps, time, GST_CLOCK_TIME_NONE);
    sent = gst_efficientnet_sender_time_get(buffer);
    gst_caps_unref(caps);
    gst_buffer_unref(buffer);
    return sent;
}

/* The same moment, midnight of 2026-01-01 and half a second, by each clock. */
static void
test_clocks(void)
{
    const gint64 moment = G_GINT64_CONSTANT(1767225600500000);

    g_assert_cmpint(get("timestamp/x-ntp", (GST_SECOND * 3976214400) + 500 * GST_MSECOND), ==,
                    moment);
    g_assert_cmpint(get("timestamp/x-unix", (GST_SECOND * 1767225600) + 500 * GST_MSECOND), ==,
                    moment);
    g_assert_cmpint(get("timestamp/x-drivername-stream", 5 * GST_SECOND), ==, 0);
    g_assert_cmpint(get("timestamp/x-ntp", 5 * GST_SECOND), ==, 0); /* of 1900 */
}

/* Others' clocks before it do not matter. */
static void
test_several(void)
{
    GstBuffer *buffer = gst_buffer_new();
    GstCaps *driver = gst_caps_new_empty_simple("timestamp/x-drivername-stream");
    GstCaps *utc = gst_caps_new_empty_simple("timestamp/x-unix");

    g_assert_cmpint(gst_efficientnet_sender_time_get(buffer), ==, 0);
    gst_buffer_add_reference_timestamp_meta(buffer, driver, 7, GST_CLOCK_TIME_NONE);
    gst_buffer_add_reference_timestamp_meta(buffer, utc, 9 * GST_SECOND, GST_CLOCK_TIME_NONE);
    g_assert_cmpint(gst_efficientnet_sender_time_get(buffer), ==, 9000000);
    gst_caps_unref(driver);
    gst_caps_unref(utc);
    gst_buffer_unref(buffer);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/sendertime/clocks", test_clocks);
    g_test_add_func("/sendertime/several", test_several);
    return g_test_run();
}
