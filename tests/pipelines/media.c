/* SPDX-License-Identifier: BSD-2-Clause */
#include "media.h"

#include <effnet/effnet.h>

#include "checkpoint.h"
#include "gstefficientnet.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static void
assert_fails(gboolean ok, GError **error, const char *says)
{
    if (ok)
        g_error("no error says \"%s\"", says);
    g_assert_nonnull(*error);
    if (!strstr((*error)->message, says))
        g_error("\"%s\" is not in \"%s\"", says, (*error)->message);
    g_clear_error(error);
}

static void
test_uri(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "a b.png", NULL);
    g_autofree char *of_uri = effnet_media_new_uri("rtsp://host/path", NULL);
    g_autofree char *of_file = NULL;

    g_assert_true(g_file_set_contents(path, "", 0, NULL));
    of_file = effnet_media_new_uri(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(of_uri, ==, "rtsp://host/path");
    g_assert_true(g_str_has_prefix(of_file, "file:///") && g_str_has_suffix(of_file, "/a%20b.png"));
    g_unlink(path);
    assert_fails(effnet_media_new_uri(path, &error) != NULL, &error, path);
    effnet_test_remove_folder(folder);
}

static char *
get_uri_after_setting(const char *path, GstElement *source)
{
    g_autofree char *uri = gst_filename_to_uri(path, NULL), *set = NULL;

    effnet_media_set_uri(source, uri);
    g_object_get(source, "uri", &set, NULL);
    return g_steal_pointer(&set);
}

/* A FIFO that nobody writes to is opened without waiting, and closed with the element. */
static void
test_set_uri(void)
{
    g_autoptr(GstElement) source =
        gst_object_ref_sink(gst_element_factory_make("uridecodebin", NULL));
    char *folder = effnet_test_make_folder();
    g_autofree char *fifo = g_build_filename(folder, "fifo", NULL);
    g_autofree char *file = g_build_filename(folder, "file", NULL);
    g_autofree char *of_fifo = NULL, *of_file = NULL, *of_nothing = NULL;
    int fd;

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    of_fifo = get_uri_after_setting(fifo, source);
    g_assert_true(g_str_has_prefix(of_fifo, "fd://"));
    fd = atoi(of_fifo + strlen("fd://"));
    g_assert_cmpint(fcntl(fd, F_GETFD), ==, FD_CLOEXEC);
    of_file = get_uri_after_setting(file, source);
    g_assert_true(g_str_has_prefix(of_file, "file://"));
    g_assert_cmpint(fcntl(fd, F_GETFD), ==, -1);
    g_unlink(file);
    of_nothing = get_uri_after_setting(file, source);
    g_assert_true(g_str_has_prefix(of_nothing, "file://"));
    effnet_test_remove_folder(folder);
}

static void
test_add(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline = gst_pipeline_new(NULL);

    g_assert_nonnull(effnet_media_add(GST_BIN(pipeline), "identity", &error));
    g_assert_no_error(error);
    g_assert_cmpint(GST_BIN_NUMCHILDREN(pipeline), ==, 1);
    assert_fails(effnet_media_add(GST_BIN(pipeline), "perpetuum", &error) != NULL, &error,
                 "element perpetuum is not installed");
}

static void
test_property(void)
{
    static const char *const wrong[][2] = {
        {"top-k", "0"},        {"top-k", "many"},      {"threshold", "-1"},
        {"max-rate", "often"}, {"precision", "quick"}, {"late-policy", "never"},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) element =
        gst_object_ref_sink(gst_element_factory_make("efficientnet", NULL));
    guint top_k;
    gfloat threshold;

    g_assert_true(effnet_media_set_property(element, "top-k", "3", &error));
    g_assert_true(effnet_media_set_property(element, "threshold", "0.25", &error));
    g_assert_true(effnet_media_set_property(element, "max-rate", "5/2", &error));
    g_assert_true(effnet_media_set_property(element, "late-policy", "skip-inference", &error));
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_fails(effnet_media_set_property(element, wrong[i][0], wrong[i][1], &error), &error,
                     wrong[i][0]);
    assert_fails(effnet_media_set_property(element, "colour", "red", &error), &error, "colour");

    g_object_get(element, "top-k", &top_k, "threshold", &threshold, NULL);
    g_assert_cmpuint(top_k, ==, 3);
    g_assert_cmpfloat(threshold, ==, 0.25f);
}

static void
test_model(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) element =
        gst_object_ref_sink(gst_element_factory_make("efficientnet", NULL));
    g_autoptr(GstBus) bus = gst_bus_new();
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lite0.safetensors", NULL);

    gst_element_set_bus(element, bus);
    effnet_test_write_lite0(path, 1, 10, 1.0f);
    g_object_set(element, "model", path, NULL);
    g_assert_true(effnet_media_open_model(element, bus, &error));
    g_assert_no_error(error);
    gst_element_set_state(element, GST_STATE_NULL);
    g_unlink(path);
    assert_fails(effnet_media_open_model(element, bus, &error), &error, path);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_element_set_bus(element, NULL);
    effnet_test_remove_folder(folder);
}

static void
set_error(GError **error, const char *text, const char *name, const char *missing)
{
    g_autoptr(GError) reason = g_error_new_literal(GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, text);
    g_autoptr(GstMessage) message = gst_message_new_error(NULL, reason, NULL);

    effnet_media_set_error(error, name, missing, message);
}

static void
test_error(void)
{
    g_autoptr(GError) error = NULL;

    set_error(&error, "It broke.", "cam", NULL);
    g_assert_cmpstr(error->message, ==, "cam: It broke");
    g_clear_error(&error);
    set_error(&error, "top-k is 0", NULL, NULL);
    g_assert_cmpstr(error->message, ==, "top-k is 0");
    g_clear_error(&error);
    set_error(&error, "Your installation is missing a plug-in.", "a.mov", "Prores decoder");
    g_assert_cmpstr(error->message, ==,
                    "a.mov: GStreamer's plugin for it is not installed: Prores decoder");
    g_clear_error(&error);
    set_error(&error, "Your installation is missing a plug-in.", NULL, "Prores decoder");
    g_assert_cmpstr(error->message, ==,
                    "GStreamer's plugin for it is not installed: Prores decoder");
}

/* GStreamer's own text for an error of a library says neither what failed nor why. */
static void
test_library_error(void)
{
    g_autoptr(GError)
        error = NULL,
        reason = g_error_new_literal(GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_FAILED,
                                     "GStreamer encountered a general supporting library error.");
    g_autoptr(GstMessage) message = gst_message_new_error(NULL, reason, NULL);

    effnet_media_set_error(&error, "a.gif", NULL, message);
    g_assert_cmpstr(error->message, ==,
                    "a.gif: it is damaged, or of a form that the decoders here do not take");
}

/* The newest missing plugin counts, whatever else is posted. */
static void
test_missing(void)
{
    static const char *const said[] = {"missing-plugin, name=(string)\"One decoder\"",
                                       "missing-plugin, name=(string)\"Another decoder\"",
                                       "GstNavigationMessage, name=(string)\"A mouse\""};
    g_autofree char *missing = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(said); i++) {
        g_autoptr(GstMessage) message =
            gst_message_new_element(NULL, gst_structure_from_string(said[i], NULL));

        effnet_media_note_missing(&missing, message);
    }
    g_assert_cmpstr(missing, ==, "Another decoder");
}

static void
test_label(void)
{
    g_assert_cmpint(effnet_media_label_length("tiger cat"), ==, 9);
    g_assert_cmpint(effnet_media_label_length("tench, Tinca tinca"), ==, 5);
    g_assert_cmpint(effnet_media_label_length(""), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    GST_ELEMENT_REGISTER(efficientnet, NULL);
    g_test_add_func("/media/uri", test_uri);
    g_test_add_func("/media/add", test_add);
    g_test_add_func("/media/set-uri", test_set_uri);
    g_test_add_func("/media/property", test_property);
    g_test_add_func("/media/model", test_model);
    g_test_add_func("/media/error", test_error);
    g_test_add_func("/media/library-error", test_library_error);
    g_test_add_func("/media/missing", test_missing);
    g_test_add_func("/media/label", test_label);
    return g_test_run();
}
