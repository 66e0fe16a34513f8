/* SPDX-License-Identifier: BSD-2-Clause */
/* What sources are told: the names of cameras, and how long to wait for packets. */
#include "source.h"

#include <effnet/effnet.h>
#include <gst/base/gstpushsrc.h>
#include <string.h>

#define WIDTH  16
#define HEIGHT 16

/* Stands in for libcamera's element: its frames have the length of the camera's name everywhere. */
typedef struct {
    GstPushSrc parent;
    char *name;
} TestCamera;
typedef GstPushSrcClass TestCameraClass;

static GType test_camera_get_type(void);
G_DEFINE_TYPE(TestCamera, test_camera, GST_TYPE_PUSH_SRC)

static void
set_name(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    TestCamera *self = (TestCamera *)object;

    g_free(self->name);
    self->name = g_value_dup_string(value);
}

static void
camera_finalize(GObject *object)
{
    g_free(((TestCamera *)object)->name);
    G_OBJECT_CLASS(test_camera_parent_class)->finalize(object);
}

static GstFlowReturn
create(GstPushSrc *source, GstBuffer **buffer)
{
    const TestCamera *self = (TestCamera *)source;

    *buffer = gst_buffer_new_allocate(NULL, WIDTH * HEIGHT, NULL);
    gst_buffer_memset(*buffer, 0, self->name ? (guint8)strlen(self->name) : 0, WIDTH * HEIGHT);
    return GST_FLOW_OK;
}

static void
test_camera_init(TestCamera *self)
{
    gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
}

static void
test_camera_class_init(TestCameraClass *class)
{
    g_autoptr(GstCaps) caps = gst_caps_from_string("video/x-raw,format=GRAY8,width=16,height=16,"
                                                   "framerate=25/1");

    G_OBJECT_CLASS(class)->set_property = set_name;
    G_OBJECT_CLASS(class)->finalize = camera_finalize;
    g_object_class_install_property(G_OBJECT_CLASS(class), 1,
                                    g_param_spec_string("camera-name", NULL, NULL, NULL,
                                                        G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
    gst_element_class_add_pad_template(
        GST_ELEMENT_CLASS(class), gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
    gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(class), "Test", "Source", "Test", "-");
    class->create = create;
}

typedef struct {
    GstElement *pipeline, *sink, *srt;
    gint live; /* what "connected" was told; -1: nothing */
} Fixture;

static void
connected(gpointer data, gboolean live)
{
    ((Fixture *)data)->live = live;
}

static void
note_srt(GstBin *pipeline, GstBin *bin, GstElement *element, gpointer data)
{
    Fixture *f = data;

    if (g_str_equal(GST_OBJECT_NAME(gst_element_get_factory(element)), "srtsrc"))
        g_set_object(&f->srt, element);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    f->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    f->sink = gst_element_factory_make("fakesink", NULL);
    f->live = -1;
    g_object_set(f->sink, "enable-last-sample", TRUE, "sync", FALSE, NULL);
    gst_bin_add(GST_BIN(f->pipeline), f->sink);
    g_signal_connect(f->pipeline, "deep-element-added", G_CALLBACK(note_srt), f);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    gst_element_set_state(f->pipeline, GST_STATE_NULL);
    g_clear_object(&f->srt);
    gst_object_unref(f->pipeline);
}

/* Before the element is there. */
static void
test_no_libcamera(Fixture *f, gconstpointer data)
{
    const EffNetWatchSettings settings = {.source = (char *)"libcamera:", .camera = (char *)""};
    g_autoptr(GError) error = NULL;

    g_assert_false(effnet_watch_source_add(&settings, f->pipeline, f->sink, connected, f, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==,
                    "GStreamer's element libcamerasrc is not installed (on Debian, it is in "
                    "gstreamer1.0-libcamera)");
    g_assert_cmpint(f->live, ==, -1);
}

static void
check_camera(Fixture *f, const char *name)
{
    const EffNetWatchSettings settings = {.source = (char *)"libcamera:", .camera = (char *)name};
    g_autoptr(GstSample) sample = NULL;
    g_autoptr(GError) error = NULL;
    guint8 pixel = 255;

    gst_element_register(NULL, "libcamerasrc", GST_RANK_NONE, test_camera_get_type());
    g_assert_true(effnet_watch_source_add(&settings, f->pipeline, f->sink, connected, f, &error));
    g_assert_no_error(error);
    g_assert_cmpint(f->live, ==, TRUE);
    gst_element_set_state(f->pipeline, GST_STATE_PLAYING);
    g_assert_cmpint(gst_element_get_state(f->pipeline, NULL, NULL, 30 * GST_SECOND), ==,
                    GST_STATE_CHANGE_SUCCESS);
    while (sample == NULL)
        g_object_get(f->sink, "last-sample", &sample, NULL);
    gst_buffer_extract(gst_sample_get_buffer(sample), WIDTH * HEIGHT - 1, &pixel, 1);
    g_assert_cmpuint(pixel, ==, strlen(name));
}

static void
test_libcamera(Fixture *f, gconstpointer data)
{
    check_camera(f, "/base/soc/i2c0mux/i2c@1/imx219@10");
}

static void
test_any_libcamera(Fixture *f, gconstpointer data)
{
    check_camera(f, "");
}

/* Listens, so that it need not find anybody. */
static void
check_srt(Fixture *f, const char *uri, gint latency)
{
    const EffNetWatchSettings settings = {.source = (char *)uri, .latency = 321, .timeout = 10};
    g_autoptr(GError) error = NULL;
    gboolean reconnects = TRUE;
    g_autoptr(GstElementFactory) srt = gst_element_factory_find("srtsrc");
    gint found = 0;

    if (srt == NULL) {
        g_test_skip("GStreamer has no element srtsrc (gstreamer1.0-plugins-bad)");
        return;
    }
    g_assert_true(effnet_watch_source_add(&settings, f->pipeline, f->sink, connected, f, &error));
    g_assert_no_error(error);
    gst_element_set_state(f->pipeline, GST_STATE_PAUSED);
    g_assert_nonnull(f->srt);
    g_object_get(f->srt, "latency", &found, NULL);
    g_assert_cmpint(found, ==, latency);
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(f->srt), "auto-reconnect"))
        g_object_get(f->srt, "auto-reconnect", &reconnects, NULL);
    else
        reconnects = FALSE;
    g_assert_false(reconnects);
}

static void
test_srt(Fixture *f, gconstpointer data)
{
    check_srt(f, "srt://127.0.0.1:0?mode=listener", 321);
}

static void
test_srt_latency(Fixture *f, gconstpointer data)
{
    check_srt(f, "srt://127.0.0.1:0?mode=listener&latency=77", 77);
}

static void
add(const char *name, void (*test)(Fixture *, gconstpointer))
{
    g_test_add(name, Fixture, NULL, set_up, test, tear_down);
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    add("/sourcesetup/no-libcamera", test_no_libcamera);
    add("/sourcesetup/libcamera", test_libcamera);
    add("/sourcesetup/any-libcamera", test_any_libcamera);
    add("/sourcesetup/srt", test_srt);
    add("/sourcesetup/srt-latency", test_srt_latency);
    return g_test_run();
}
