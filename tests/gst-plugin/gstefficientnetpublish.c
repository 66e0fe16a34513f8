/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gst/efficientnet/meta.h>

#include "checkpoint.h"
#include "harness.h"

typedef struct {
    char *folder;
    char *path;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    f->folder = effnet_test_make_folder();
    f->path = g_build_filename(f->folder, "lines.jsonl", NULL);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_test_remove_folder(f->folder);
    g_free(f->path);
}

static GstHarness *
make_harness(const char *location, const char *description)
{
    g_autofree char *line =
        g_strdup_printf("efficientnetpublish location=%s %s", location, description);
    GstElement *element = gst_parse_launch(line, NULL);
    GstHarness *h = gst_harness_new_with_element(element, "sink", "src");

    gst_object_unref(element);
    gst_harness_set_src_caps_str(h, "video/x-raw,format=RGB,width=64,height=48,framerate=30/1");
    return h;
}

/* A frame that carries what ELEMENT inferred AGE frames ago; -1: nothing. */
static GstBuffer *
make_frame(guint number, gint age, const char *element)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, 64 * 48 * 3, NULL);
    g_autofree char *text = g_strdup_printf(
        "GstEfficientNetMeta,results={(structure)[efficientnet-result,element=%s,model=m,labels=<"
        "cat>,"
        "indices=<3>,scores=<(float)0.5>,x=0,y=0,w=64,h=48,width=64,height=48,roi_id=-1,"
        "age=(uint)%d,pts=(guint64)%u]}",
        element, MAX(age, 0), 1000 * (number - (guint)MAX(age, 0)));
    GstStructure *structure = gst_structure_from_string(text, NULL);

    g_assert_nonnull(structure);
    GST_BUFFER_PTS(buffer) = 1000 * number;
    if (age >= 0) {
        GstCustomMeta *meta = gst_buffer_add_custom_meta(buffer, GST_EFFICIENTNET_META_NAME);

        gst_structure_set_value(gst_custom_meta_get_structure(meta), "results",
                                gst_structure_get_value(structure, "results"));
    }
    gst_structure_free(structure);
    return buffer;
}

static void
pass(GstHarness *h, guint number, gint age)
{
    GstBuffer *in = make_frame(number, age, "e0"), *out = gst_harness_push_and_pull(h, in);

    g_assert_true(out == in);
    gst_buffer_unref(out);
}

static char **
read_lines(const char *path)
{
    g_autofree char *text = NULL;
    gsize length;

    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_assert_true(length == 0 || text[length - 1] == '\n');
    if (length > 0)
        text[length - 1] = '\0';
    return g_strsplit(text, "\n", length > 0 ? -1 : 0);
}

static void
test_lines(Fixture *f, gconstpointer data)
{
    GstHarness *h = make_harness(f->path, "name=cam0");
    g_auto(GStrv) lines = NULL;

    pass(h, 0, 0);
    pass(h, 1, -1);
    pass(h, 2, 0);
    /* Lines are written at once, not at the end. */
    lines = read_lines(f->path);
    g_assert_cmpuint(g_strv_length(lines), ==, 2);
    g_assert_true(
        g_str_has_prefix(lines[0], "{\"stream\":\"cam0\",\"frame\":0,\"pts\":0,\"time\":\"20"));
    g_assert_true(g_str_has_suffix(
        lines[0],
        "Z\",\"resolution\":{\"width\":64,\"height\":48},\"results\":[{\"element\":\"e0\","
        "\"model\":\"m\",\"region\":{\"x\":0,\"y\":0,\"w\":64,\"h\":48},\"roi_id\":-1,"
        "\"age\":0,\"classes\":[{\"index\":3,\"label\":\"cat\",\"score\":0.5}]}]}"));
    g_assert_true(
        g_str_has_prefix(lines[1], "{\"stream\":\"cam0\",\"frame\":2,\"pts\":2000,\"time\":\"20"));
    gst_harness_teardown(h);
}

static void
test_held(Fixture *f, gconstpointer data)
{
    GstHarness *h = make_harness(f->path, "stream=\"a\\\"b\"");
    g_auto(GStrv) lines = NULL;
    g_auto(GStrv) more = NULL;

    for (guint i = 0; i < 6; i++)
        pass(h, i, (gint)(i % 3));
    lines = read_lines(f->path);
    g_assert_cmpuint(g_strv_length(lines), ==, 6);
    g_assert_true(g_str_has_prefix(lines[0], "{\"stream\":\"a\\\"b\","));

    /* Each inference once, even if it comes with an age: skip-inference has no others. */
    g_object_set(h->element, "held", FALSE, NULL);
    pass(h, 6, 0);
    pass(h, 7, 1);
    pass(h, 8, 1);
    pass(h, 9, 2);
    more = read_lines(f->path);
    g_assert_cmpuint(g_strv_length(more), ==, 8);
    g_assert_nonnull(strstr(more[6], "\"frame\":6,"));
    g_assert_nonnull(strstr(more[7], "\"frame\":8,"));
    gst_harness_teardown(h);
}

/* A record goes to others, whom the camera's password does not concern. */
static void
test_stream_is_uri(Fixture *f, gconstpointer data)
{
    GstHarness *h = make_harness(f->path, "stream=rtsp://me:secret@camera/1");
    g_auto(GStrv) lines = NULL;
    g_autofree char *stream = NULL;

    pass(h, 0, 0);
    lines = read_lines(f->path);
    g_assert_true(g_str_has_prefix(lines[0], "{\"stream\":\"rtsp://***@camera/1\","));
    g_object_get(h->element, "stream", &stream, NULL);
    g_assert_cmpstr(stream, ==, "rtsp://me:secret@camera/1");
    gst_harness_teardown(h);
}

static void
test_restart(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 20; i++) {
        GstHarness *h = make_harness(f->path, "");
        g_auto(GStrv) lines = NULL;

        pass(h, 0, 0);
        lines = read_lines(f->path);
        g_assert_cmpuint(g_strv_length(lines), ==, 1);
        gst_harness_teardown(h);
    }
}

static void
test_any_caps(Fixture *f, gconstpointer data)
{
    GstHarness *h = make_harness(f->path, "");
    GstBuffer *buffer;
    g_auto(GStrv) lines = NULL;

    gst_harness_set_src_caps_str(h, "video/x-h264,width=32,height=16");
    pass(h, 0, 0);
    gst_harness_set_src_caps_str(h, "application/x-unknown");
    buffer = make_frame(1, 0, "e0");
    GST_BUFFER_PTS(buffer) = GST_CLOCK_TIME_NONE;
    gst_buffer_unref(gst_harness_push_and_pull(h, buffer));
    lines = read_lines(f->path);
    g_assert_nonnull(strstr(lines[0], "{\"width\":32,\"height\":16}"));
    g_assert_nonnull(strstr(lines[1], "{\"width\":0,\"height\":0}"));
    g_assert_nonnull(strstr(lines[1], "\"pts\":null,"));
    gst_harness_teardown(h);
}

static void
test_refused(Fixture *f, gconstpointer data)
{
    GstElement *element = gst_element_factory_make("efficientnetpublish", NULL);
    g_autoptr(GError) error = NULL;

    gst_object_ref_sink(element);
    g_object_set(element, "location", "/nonexistent/a.jsonl", NULL);
    error = effnet_test_fail_state(element, GST_STATE_PAUSED);
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE);
    g_assert_nonnull(strstr(error->message, "/nonexistent/a.jsonl"));
    gst_object_unref(element);
}

static void
test_full(Fixture *f, gconstpointer data)
{
    GstHarness *h = make_harness("/dev/full", "");
    g_autoptr(GError) error = effnet_test_fail_push(h, make_frame(0, 0, "e0"));

    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
    gst_harness_teardown(h);
}

static gpointer
push_until_refused(gpointer data)
{
    GstHarness *h = data;
    GstFlowReturn ret = GST_FLOW_OK;

    for (guint i = 0; ret == GST_FLOW_OK; i++)
        ret = gst_harness_push(h, make_frame(i, 0, "e0"));
    return GINT_TO_POINTER(ret);
}

/* The writer waits for a reader that reads nothing; flushing and stopping work all the same. */
static void
test_fifo_is_full(Fixture *f, gconstpointer stop)
{
    GstHarness *h;
    GThread *thread;
    int fd;

    g_assert_cmpint(mkfifo(f->path, 0600), ==, 0);
    fd = open(f->path, O_RDONLY | O_NONBLOCK);
    h = make_harness(f->path, "");
    gst_harness_set_drop_buffers(h, TRUE);
    thread = g_thread_new("pusher", push_until_refused, h);
    g_usleep(200000);
    if (stop)
        gst_element_set_state(h->element, GST_STATE_NULL);
    else
        g_assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
    g_assert_cmpint(GPOINTER_TO_INT(g_thread_join(thread)), ==, GST_FLOW_FLUSHING);
    gst_harness_teardown(h);
    close(fd);
}

/* A missing reader does not delay a pipeline; what it missed is counted. */
static void
test_fifo_nobody_reads(Fixture *f, gconstpointer data)
{
    GstHarness *h;

    g_assert_cmpint(mkfifo(f->path, 0600), ==, 0);
    h = make_harness(f->path, "");
    for (guint i = 0; i < 1000; i++)
        pass(h, i, 0);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "lines"), ==, 1000);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "dropped"), ==, 1000);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "written"), ==, 0);
    gst_harness_teardown(h);
}

static void
test_filter(Fixture *f, gconstpointer data)
{
    GstHarness *h = make_harness(f->path, "filter=\"f,classes=<cat>,changes=true\"");
    GstHarness *others;
    g_auto(GStrv) lines = NULL;
    g_autofree char *text = NULL;

    for (guint i = 0; i < 5; i++)
        pass(h, i, 0);
    lines = read_lines(f->path);
    g_assert_cmpuint(g_strv_length(lines), ==, 1);
    gst_harness_teardown(h);
    others = make_harness(f->path, "filter=\"f,classes=<dog>\"");
    pass(others, 0, 0);
    gst_harness_teardown(others);
    g_assert_true(g_file_get_contents(f->path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "");
}

static void
test_filter_is_wrong(Fixture *f, gconstpointer data)
{
    GstElement *element = gst_parse_launch("efficientnetpublish filter=\"f,color=red\"", NULL);
    g_autoptr(GError) error = NULL;

    g_object_set(element, "location", f->path, NULL);
    gst_object_ref_sink(element);
    error = effnet_test_fail_state(element, GST_STATE_PAUSED);
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_nonnull(strstr(error->message, "\"color\""));
    gst_object_unref(element);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
#define ADD(name, data, func) g_test_add(name, Fixture, data, set_up, func, tear_down)
    ADD("/publish/lines", NULL, test_lines);
    ADD("/publish/held", NULL, test_held);
    ADD("/publish/stream-is-uri", NULL, test_stream_is_uri);
    ADD("/publish/restart", NULL, test_restart);
    ADD("/publish/any-caps", NULL, test_any_caps);
    ADD("/publish/refused", NULL, test_refused);
    ADD("/publish/full", NULL, test_full);
    ADD("/publish/fifo-flush", NULL, test_fifo_is_full);
    ADD("/publish/fifo-stop", "stop", test_fifo_is_full);
    ADD("/publish/fifo-nobody-reads", NULL, test_fifo_nobody_reads);
    ADD("/publish/filter", NULL, test_filter);
    ADD("/publish/filter-is-wrong", NULL, test_filter_is_wrong);
    return g_test_run();
}
