/* SPDX-License-Identifier: BSD-2-Clause */
#include "uri.h"

static void
test_hide_password(void)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"", ""},
        {"cam0", "cam0"},
        {"me@home", "me@home"},
        {"rtsp://camera/1", "rtsp://camera/1"},
        {"rtsp://camera:554/a@b", "rtsp://camera:554/a@b"},
        {"rtsp://camera:/a@b", "rtsp://camera:/a@b"},
        {"rtsp://[fe80::1]:554/a@b", "rtsp://[fe80::1]:554/a@b"},
        {"rtsp://me:secret@camera/1", "rtsp://***@camera/1"},
        {"rtsp://token@camera", "rtsp://***@camera"},
        {"rtsp://me:@camera", "rtsp://***@camera"},
        {"rtsp://me:s@cret@camera:554/a@b", "rtsp://***@camera:554/a@b"},
        {"rtsp://me:s/cret@camera/1", "rtsp://***@camera/1"},
        {"rtsp://me:12?x@camera", "rtsp://me:12?x@camera"},
        {"rtsp://me:secret@[::1]/1", "rtsp://***@[::1]/1"},
        {"rtsp://me:secret", "rtsp://me:secret"},
        {"://", "://"},
        {"://@", "://***@"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *hidden = gst_efficientnet_uri_hide_password(rows[i].text);

        g_assert_cmpstr(hidden, ==, rows[i].expected);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/uri/hide-password", test_hide_password);
    return g_test_run();
}
