/* SPDX-License-Identifier: BSD-2-Clause */
#include "backoff.h"

static void
test_growth(void)
{
    GstEfficientNetBackoff backoff = {0};
    gint64 full = GST_EFFICIENTNET_BACKOFF_FIRST;

    for (guint i = 0; i < 100; i++) {
        gint64 delay = gst_efficientnet_backoff_next(&backoff);

        g_assert_cmpint(delay, >=, full / 2);
        g_assert_cmpint(delay, <=, full);
        full = MIN(2 * full, GST_EFFICIENTNET_BACKOFF_CAP);
    }
    g_assert_cmpint(full, ==, GST_EFFICIENTNET_BACKOFF_CAP);
}

static void
test_jitter(void)
{
    gint64 first = 0;
    guint different = 0;

    for (guint i = 0; i < 20; i++) {
        GstEfficientNetBackoff backoff = {.failures = 3};
        gint64 delay = gst_efficientnet_backoff_next(&backoff);

        different += i > 0 && delay != first;
        first = delay;
    }
    g_assert_cmpuint(different, >, 10);
}

static void
test_success(void)
{
    GstEfficientNetBackoff backoff = {.failures = 8};

    /* A short connection is no success. */
    gst_efficientnet_backoff_note_success(&backoff, G_USEC_PER_SEC);
    g_assert_cmpuint(backoff.failures, ==, 8);
    gst_efficientnet_backoff_note_success(&backoff, 60 * (gint64)G_USEC_PER_SEC);
    g_assert_cmpint(gst_efficientnet_backoff_next(&backoff), <=, GST_EFFICIENTNET_BACKOFF_FIRST);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/backoff/growth", test_growth);
    g_test_add_func("/backoff/jitter", test_jitter);
    g_test_add_func("/backoff/success", test_success);
    return g_test_run();
}
