/* SPDX-License-Identifier: BSD-2-Clause */
#include "snapshots.h"

#include <string.h>

#include <gst/check/gstharness.h>

#include "checkpoint.h"
#include "fake.h"

static const char *const classes[] = {"cat", "dog", "cup", "cow"};

/* Takes a frame of each class while nothing leaves the queue; returns how many pictures are taken
 * of them, and checks that each is written once the queue moves again. */
static guint
take_all(gboolean live, guint n)
{
    char *folder = effnet_test_make_folder();
    EffNetWatchSettings settings = {.name = "cam", .snapshots = folder, .capture_keep = 9};
    GstHarness *h = gst_harness_new_parse("queue name=queue max-size-time=0 ! appsink name=sink "
                                          "sync=false");
    g_autoptr(GstElement) queue = gst_bin_get_by_name(GST_BIN(h->element), "queue");
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(h->element), "sink");
    g_autoptr(GstPad) in = gst_element_get_static_pad(queue, "sink");
    g_autoptr(GstPad) out = gst_element_get_static_pad(queue, "src");
    gulong gate = gst_pad_add_probe(out, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, NULL,
                                    NULL, NULL);
    EffNetWatchSnapshots *snapshots =
        effnet_watch_snapshots_new(&settings, NULL, in, GST_APP_SINK(sink));
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

    gst_harness_set_src_caps_str(h, "image/jpeg");
    for (guint i = 0; i < n; i++) {
        GstClockTime pts = 2 * i * GST_SECOND;
        GstBuffer *frame = effnet_test_fake_frame(pts, classes[i], (gint)i, 0.5f, 0, pts);
        const char *path = effnet_watch_snapshots_choose(snapshots, frame, live);

        if (path)
            g_ptr_array_add(paths, g_strdup(path));
        gst_buffer_append_memory(
            frame, gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY, "jpeg", 4, 0, 4, NULL, NULL));
        g_assert_cmpint(gst_harness_push(h, frame), ==, GST_FLOW_OK);
    }
    gst_pad_remove_probe(out, gate);
    gst_harness_push_event(h, gst_event_new_eos());
    for (guint i = 0; i < paths->len; i++) {
        while (!g_file_test(g_ptr_array_index(paths, i), G_FILE_TEST_EXISTS))
            g_usleep(1000);
        g_assert_nonnull(strstr(g_ptr_array_index(paths, i), classes[i]));
    }
    gst_harness_teardown(h);
    effnet_watch_snapshots_free(snapshots);
    effnet_test_remove_folder(folder);
    return paths->len;
}

/* A camera does not wait for a disk that is slow, and a file does. */
static void
test_live(void)
{
    g_assert_cmpuint(take_all(TRUE, G_N_ELEMENTS(classes)), ==, 2);
}

static void
test_file(void)
{
    g_assert_cmpuint(take_all(FALSE, G_N_ELEMENTS(classes)), ==, G_N_ELEMENTS(classes));
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/snapshotqueue/live", test_live);
    g_test_add_func("/snapshotqueue/file", test_file);
    return g_test_run();
}
