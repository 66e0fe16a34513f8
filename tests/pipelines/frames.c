/* SPDX-License-Identifier: BSD-2-Clause */
#include "frames.h"

#include <string.h>

#include <glib/gstdio.h>
#include <gst/gst.h>

#include "checkpoint.h"

#define SIDE 16

typedef struct {
    char *folder, *path;
    EffNetFrames *frames;
    GArray *seen; /* guint8: the first byte of each frame */
    guint fail_at;
} Fixture;

static gboolean
frame_seen(gpointer data, const EffNetFrame *frame, GError **error)
{
    Fixture *f = data;

    g_array_append_val(f->seen, frame->plane[0][0]);
    g_assert_cmpuint(frame->width, ==, SIDE);
    if (f->seen->len != f->fail_at)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FRAME, "enough");
    return FALSE;
}

/* Writes a video of N frames, ten per second, each filled with its number as a grey value. */
static void
write_video(const char *path, guint n)
{
    g_autofree char *line = g_strdup_printf(
        "appsrc name=in format=time caps=video/x-raw,format=BGR,width=%d,height=%d,framerate=10/1"
        " ! mux.video_0 avimux name=mux ! filesink location=%s",
        SIDE, SIDE, path);
    g_autoptr(GstElement) pipeline = gst_parse_launch(line, NULL);
    g_autoptr(GstElement) in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autoptr(GstMessage) end = NULL;
    GstFlowReturn flow;

    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    for (guint i = 0; i < n; i++) {
        GstBuffer *buffer = gst_buffer_new_allocate(NULL, SIDE * SIDE * 3, NULL);

        gst_buffer_memset(buffer, 0, (guint8)i, SIDE * SIDE * 3);
        GST_BUFFER_PTS(buffer) = i * GST_SECOND / 10;
        GST_BUFFER_DURATION(buffer) = GST_SECOND / 10;
        g_signal_emit_by_name(in, "push-buffer", buffer, &flow);
        gst_buffer_unref(buffer);
    }
    g_signal_emit_by_name(in, "end-of-stream", &flow);
    end = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    g_assert_cmpint(GST_MESSAGE_TYPE(end), ==, GST_MESSAGE_EOS);
    gst_element_set_state(pipeline, GST_STATE_NULL);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    f->folder = effnet_test_make_folder();
    f->path = g_build_filename(f->folder, "a b.avi", NULL);
    f->seen = g_array_new(FALSE, FALSE, 1);
    f->frames = effnet_frames_new(&error);
    g_assert_no_error(error);
    {
        g_autofree char *plain = g_build_filename(f->folder, "a.avi", NULL);

        write_video(plain, 40);
        g_assert_cmpint(g_rename(plain, f->path), ==, 0);
    }
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_frames_free(f->frames);
    g_array_unref(f->seen);
    effnet_test_remove_folder(f->folder);
    g_free(f->path);
}

static void
assert_seen(Fixture *f, guint most, guint n, guint distance)
{
    g_autoptr(GError) error = NULL;

    g_array_set_size(f->seen, 0);
    g_assert_true(effnet_frames_show(f->frames, f->path, most, frame_seen, f, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(f->seen->len, ==, n);
    for (guint i = 0; i < n; i++)
        g_assert_cmpuint(g_array_index(f->seen, guint8, i), ==, i * distance);
}

static void
test_spread(Fixture *f, gconstpointer data)
{
    assert_seen(f, 1, 1, 0);
    assert_seen(f, 4, 4, 10);
    assert_seen(f, 8, 8, 5);
    assert_seen(f, 40, 40, 1);
    assert_seen(f, 100, 40, 1);
    assert_seen(f, 2, 2, 20);
}

/* The callback may end a file; the next file is not affected. */
static void
test_use_fails(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    f->fail_at = 2;
    g_assert_false(effnet_frames_show(f->frames, f->path, 10, frame_seen, f, &error));
    g_assert_cmpstr(error->message, ==, "enough");
    g_assert_cmpuint(f->seen->len, ==, 2);
    f->fail_at = 0;
    assert_seen(f, 4, 4, 10);
}

static void
test_failures(Fixture *f, gconstpointer data)
{
    g_autofree char *text = g_build_filename(f->folder, "notes", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(text, "no picture", -1, NULL));
    g_assert_false(effnet_frames_show(f->frames, text, 4, frame_seen, f, &error));
    g_assert_nonnull(strstr(error->message, "notes"));
    g_clear_error(&error);
    g_assert_false(effnet_frames_show(f->frames, "/nonexistent", 4, frame_seen, f, &error));
    g_assert_nonnull(strstr(error->message, "/nonexistent"));
    g_assert_cmpuint(f->seen->len, ==, 0);
    assert_seen(f, 4, 4, 10);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add("/frames/spread", Fixture, NULL, set_up, test_spread, tear_down);
    g_test_add("/frames/use-fails", Fixture, NULL, set_up, test_use_fails, tear_down);
    g_test_add("/frames/failures", Fixture, NULL, set_up, test_failures, tear_down);
    return g_test_run();
}
