/* SPDX-License-Identifier: BSD-2-Clause */
/* Other models and labels while frames flow. */
#include <gst/efficientnet/meta.h>

#include "checkpoint.h"
#include "harness.h"
#include "threads.h"

#define WIDTH  60
#define HEIGHT 40

static char *first, *second, *wrong, *caps; /* 10 classes, 4 classes, not a model */

/* Sends one frame, which must come out; returns how many classes it carries, and sets LABEL to the
 * best one's. */
static guint
pass(GstHarness *h, char **label)
{
    GstBuffer *buffer = gst_harness_push_and_pull(h, effnet_test_make_rgb(WIDTH, HEIGHT, 1));
    GstEfficientNetResult result = {0};

    g_assert_nonnull(buffer);
    if (gst_efficientnet_buffer_get_result(buffer, 0, &result) && label) {
        g_free(*label);
        *label = g_strdup(gst_efficientnet_result_get_label(&result, 0));
    }
    gst_buffer_unref(buffer);
    return result.n_classes;
}

static void
pass_until(GstHarness *h, guint n_classes)
{
    for (guint i = 0; pass(h, NULL) != n_classes; i++) {
        g_assert_cmpuint(i, <, 10000);
        g_usleep(1000);
    }
}

static GstMessage *
wait_for(GstBus *bus, GstMessageType type)
{
    GstMessage *message = gst_bus_timed_pop_filtered(bus, 20 * GST_SECOND, type);

    g_assert_nonnull(message);
    return message;
}

static void
test_model(gconstpointer description)
{
    GstHarness *h = effnet_test_make_harness(first, description, caps);

    pass_until(h, 10);
    for (guint i = 0; i < 4; i++) {
        g_object_set(h->element, "model", i % 2 ? first : second, NULL);
        pass_until(h, i % 2 ? 10 : 4);
    }
    gst_harness_teardown(h);
}

/* A model and its labels in one call are opened together. */
static void
test_labels(void)
{
    GstHarness *h = effnet_test_make_harness(first, "top-k=10", caps);
    GstBus *bus = effnet_test_watch(h);
    GValue labels = G_VALUE_INIT;
    g_autofree char *label = NULL;

    g_value_init(&labels, GST_TYPE_ARRAY);
    g_assert_true(gst_value_deserialize(&labels, "<x,x,x,x>"));
    pass_until(h, 10);
    g_object_freeze_notify(G_OBJECT(h->element));
    g_object_set(h->element, "model", second, NULL);
    g_object_set_property(G_OBJECT(h->element), "labels", &labels);
    g_object_thaw_notify(G_OBJECT(h->element));
    pass_until(h, 4);
    pass(h, &label);
    g_assert_cmpstr(label, ==, "x");
    g_assert_null(gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR));
    g_value_unset(&labels);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

/* Counts notifications of a property that already had its current value. */
static void
count_notification(GObject *element, GParamSpec *pspec, gpointer count)
{
    g_autofree char *value = NULL;

    g_object_get(element, "model", &value, NULL);
    if (strcmp(value, first) == 0)
        g_atomic_int_inc((gint *)count);
}

static void
count_any_notification(GObject *element, GParamSpec *pspec, gpointer count)
{
    g_atomic_int_inc((gint *)count);
}

/* A refused model gives a warning and changes nothing; those who watch the property are notified
 * first. A right one is accepted afterwards. */
static void
test_refused(gconstpointer description)
{
    GstHarness *h = effnet_test_make_harness(first, description, caps);
    GstBus *bus = effnet_test_watch(h);
    gint back = 0, labels = 0, others = 0;
    char *model;

    g_signal_connect(h->element, "notify::model", G_CALLBACK(count_notification), &back);
    g_signal_connect(h->element, "notify::labels", G_CALLBACK(count_any_notification), &labels);
    g_signal_connect(h->element, "notify::threads", G_CALLBACK(count_any_notification), &others);
    pass_until(h, 10);
    for (guint i = 0; i < 3; i++) {
        GError *error;
        GstMessage *message;

        if (i == 1)
            gst_util_set_object_arg(G_OBJECT(h->element), "labels", "<only,two>");
        else
            g_object_set(h->element, "model", i ? "/nonexistent" : wrong, NULL);
        message = wait_for(bus, GST_MESSAGE_WARNING);
        gst_message_parse_warning(message, &error, NULL);
        g_test_message("%s", error->message);
        g_assert_true(g_str_has_prefix(error->message, i == 1 ? "labels: " : "model: "));
        g_error_free(error);
        gst_message_unref(message);
        g_assert_cmpint(g_atomic_int_get(&back), ==, i == 0 ? 1 : (gint)i);
        g_assert_cmpint(g_atomic_int_get(&labels), ==, i == 0 ? 0 : 2);
        pass_until(h, 10);
        g_object_get(h->element, "model", &model, NULL);
        g_assert_cmpstr(model, ==, first);
        g_free(model);
    }
    g_assert_cmpint(g_atomic_int_get(&others), ==, 0);
    g_object_set(h->element, "model", second, NULL);
    pass_until(h, 4);
    g_assert_null(gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR));
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

/* Without a thread to open it on, another model is refused like any other. */
static void
test_no_thread(void)
{
    GstHarness *h = effnet_test_make_harness(first, "", caps);
    GstBus *bus = effnet_test_watch(h);
    GstMessage *message;
    GError *error;
    char *model;

    effnet_test_refuse_threads(TRUE);
    g_object_set(h->element, "model", second, NULL);
    effnet_test_refuse_threads(FALSE);
    message = gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING);
    g_assert_nonnull(message);
    gst_message_parse_warning(message, &error, NULL);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, "model: "));
    g_error_free(error);
    gst_message_unref(message);
    g_object_get(h->element, "model", &model, NULL);
    g_assert_cmpstr(model, ==, first);
    g_free(model);
    g_assert_cmpuint(pass(h, NULL), ==, 5);
    g_object_set(h->element, "model", second, NULL);
    pass_until(h, 4);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

typedef struct {
    GstElement *element;
    gint quit;
} Changer;

static gpointer
change(gpointer data)
{
    Changer *changer = data;

    for (guint i = 0; !g_atomic_int_get(&changer->quit); i++) {
        g_object_set(changer->element, "model", i % 3 == 2 ? wrong : i % 3 ? second : first, NULL);
        if (i % 4 == 0)
            gst_util_set_object_arg(G_OBJECT(changer->element), "late-policy",
                                    i % 8 ? "wait" : "skip-inference");
        g_usleep(20000);
    }
    return NULL;
}

/* Whatever changes, no frame is lost, and flushes and state changes work. */
static void
test_storm(void)
{
    GstHarness *h = effnet_test_make_harness(first, "", caps);
    Changer changer = {.element = h->element};
    GThread *thread = g_thread_new("changer", change, &changer);
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    for (guint i = 0; i < 300; i++) {
        pass(h, NULL);
        g_usleep(1000);
        if (i % 30 == 29) {
            g_assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
            g_assert_true(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
            g_assert_true(gst_harness_push_event(h, gst_event_new_segment(&segment)));
        }
    }
    g_atomic_int_set(&changer.quit, 1);
    g_thread_join(thread);
    gst_harness_teardown(h);
}

/* Stopped while another model is opened: the element starts with that next time. */
static void
test_stop(void)
{
    GstElement *element = gst_object_ref_sink(effnet_test_make_element(first, ""));
    char *model;

    for (guint i = 0; i < 6; i++) {
        g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), ==,
                        GST_STATE_CHANGE_SUCCESS);
        g_object_set(element, "model", i % 2 ? first : second, NULL);
        g_usleep(i * 2000);
        gst_element_set_state(element, i % 3 ? GST_STATE_READY : GST_STATE_NULL);
    }
    g_object_get(element, "model", &model, NULL);
    g_assert_cmpstr(model, ==, first);
    g_free(model);
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_SUCCESS);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
}

int
main(int argc, char **argv)
{
    static const char wait[] = "top-k=10", skip[] = "top-k=10 late-policy=skip-inference";
    char *folder;
    int ret;

    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    folder = effnet_test_make_folder();
    first = g_build_filename(folder, "first.safetensors", NULL);
    second = g_build_filename(folder, "second.safetensors", NULL);
    wrong = g_build_filename(folder, "wrong.safetensors", NULL);
    caps = effnet_test_make_caps("RGB", WIDTH, HEIGHT);
    effnet_test_write_lite0(first, 1, 10, 1.0f);
    effnet_test_write_lite0(second, 2, 4, 1.0f);
    g_assert_true(g_file_set_contents(wrong, "not a model", -1, NULL));
    g_test_add_data_func("/swap/model", wait, test_model);
    g_test_add_data_func("/swap/model-skip", skip, test_model);
    g_test_add_func("/swap/labels", test_labels);
    g_test_add_data_func("/swap/refused", wait, test_refused);
    g_test_add_data_func("/swap/refused-skip", skip, test_refused);
    g_test_add_func("/swap/no-thread", test_no_thread);
    g_test_add_func("/swap/storm", test_storm);
    g_test_add_func("/swap/stop", test_stop);
    ret = g_test_run();
    effnet_test_remove_folder(folder);
    g_free(first);
    g_free(second);
    g_free(wrong);
    g_free(caps);
    return ret;
}
