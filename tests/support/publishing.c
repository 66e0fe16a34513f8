/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishing.h"

#include "results.h"

#define CAPS     "video/x-raw,format=GRAY8,width=4,height=4,framerate=30/1"
#define PATIENCE 120 /* s */

void
effnet_test_publisher_open(EffNetTestPublisher *self, const char *line)
{
    GError *error = NULL;

    self->element = gst_object_ref_sink(gst_parse_launch(line, &error));
    g_assert_no_error(error);
    self->bus = gst_bus_new();
    gst_element_set_bus(self->element, self->bus);
    self->h = gst_harness_new_with_element(self->element, "sink", "src");
    gst_harness_set_drop_buffers(self->h, TRUE);
    gst_harness_set_src_caps_str(self->h, CAPS);
}

void
effnet_test_publisher_close(EffNetTestPublisher *self)
{
    if (!self->h)
        return;
    gst_element_set_state(self->element, GST_STATE_NULL);
    g_clear_pointer(&self->h, gst_harness_teardown);
}

void
effnet_test_publisher_clear(EffNetTestPublisher *self)
{
    effnet_test_publisher_close(self);
    if (self->element)
        gst_element_set_bus(self->element, NULL);
    g_clear_pointer(&self->element, gst_object_unref);
    g_clear_pointer(&self->bus, gst_object_unref);
}

void
effnet_test_publisher_push(EffNetTestPublisher *self, guint n)
{
    static const EffNetTestResult result = {
        .width = 4, .height = 4, .roi_id = -1, .labels = {"cat"}, .scores = {0.5f}};

    for (guint i = 0; i < n; i++) {
        GstBuffer *buffer = gst_buffer_new_allocate(NULL, 16, NULL);

        effnet_test_attach_results(buffer, &result, 1);
        GST_BUFFER_PTS(buffer) = self->pushed++;
        g_assert_cmpint(gst_harness_push(self->h, buffer), ==, GST_FLOW_OK);
    }
}

void
effnet_test_publisher_end(EffNetTestPublisher *self)
{
    gst_harness_push_event(self->h, gst_event_new_eos());
}

guint64
effnet_test_publisher_get(EffNetTestPublisher *self, const char *stat)
{
    return effnet_test_get_stat(self->element, stat);
}

void
effnet_test_publisher_wait_for(EffNetTestPublisher *self, const char *stat, guint64 n)
{
    gint64 end = g_get_monotonic_time() + PATIENCE * G_USEC_PER_SEC;

    while (effnet_test_publisher_get(self, stat) < n) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
}

void
effnet_test_publisher_assert_message(EffNetTestPublisher *self, GstMessageType type,
                                     const char *says)
{
    GstMessage *message = gst_bus_timed_pop_filtered(self->bus, PATIENCE * GST_SECOND, type);
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(message);
    if (type == GST_MESSAGE_WARNING)
        gst_message_parse_warning(message, &error, NULL);
    else
        gst_message_parse_info(message, &error, NULL);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, says));
    gst_message_unref(message);
}

void
effnet_test_publisher_assert_quiet(EffNetTestPublisher *self)
{
    g_assert_null(gst_bus_pop_filtered(self->bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR));
}

void
effnet_test_assert_provides(const char *plugin, const char *type, const char *interface)
{
    g_autoptr(GstPluginFeature) feature =
        gst_registry_find_feature(gst_registry_get(), type, GST_TYPE_DYNAMIC_TYPE_FACTORY);
    GType loaded;

    g_assert_nonnull(feature);
    g_assert_cmpstr(gst_plugin_feature_get_plugin_name(feature), ==, plugin);
    loaded = gst_dynamic_type_factory_load(type);
    g_assert_true(g_type_is_a(loaded, G_TYPE_OBJECT));
    g_assert_true(g_type_is_a(loaded, g_type_from_name(interface)));
}

void
effnet_test_assert_pauses(const char *line)
{
    GstElement *element = gst_parse_launch(line, NULL);

    g_assert_nonnull(element);
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    gst_object_unref(element);
}
