/* SPDX-License-Identifier: BSD-2-Clause */
#include "uri.h"

static void
test_passwords(void)
{
    static const char *const cases[][2] = {
        {"rtsp://admin:geheim@10.0.0.1:554/ch1", "rtsp://admin:***@10.0.0.1:554/ch1"},
        {"rtsp://admin:a@b:c@host/x", "rtsp://admin:***@host/x"},
        {"rtsp://admin:a/b?c@host/x", "rtsp://admin:***@host/x"},
        {"rtsp://admin:@host/x", "rtsp://admin:***@host/x"},
        {"rtsp://:geheim@host", "rtsp://:***@host"},
        {"rtsp://[fe80::1]:554/a@b", "rtsp://[fe80::1]:554/a@b"},
        {"http://host:80/mail@x", "http://host:80/mail@x"},
        {"http://host/a:b@c", "http://host/a:b@c"},
        {"http://user@host/", "http://user@host/"},
        {"http://h/i?user=u&password=p&n=1", "http://h/i?user=u&password=***&n=1"},
        {"http://h/i?TOKEN=p#f", "http://h/i?TOKEN=***#f"},
        {"rtsp://h/user=u&pwd=p/live", "rtsp://h/user=u&pwd=***/live"},
        {"http://h/?monkey=1", "http://h/?monkey=1"},
        {"http://h/v?usr=a&loginpas=p&key=q", "http://h/v?usr=a&loginpas=***&key=***"},
        {"http://h/v?X-Amz-Signature=s&userPassword=p",
         "http://h/v?X-Amz-Signature=***&userPassword=***"},
        {"cannot open \"mqtt://u:p@h\", nor 'mqtts://v:q@i'", "cannot open \"mqtt://u:***@h\", nor "
                                                              "'mqtts://v:***@i'"},
        {"a:b@c", "a:b@c"},
        {"file:///a/b", "file:///a/b"},
        {"file:///a:b@c/token=1.jpg", "file:///a:b@c/token=1.jpg"},
        {"profile://u:p@h", "profile://u:***@h"},
        {"://", "://"},
        {"", ""},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *hidden = effnet_uri_hide_passwords(cases[i][0]);

        g_assert_cmpstr(hidden, ==, cases[i][1]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/uri/passwords", test_passwords);
    return g_test_run();
}
