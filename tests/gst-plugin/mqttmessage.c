/* SPDX-License-Identifier: BSD-2-Clause */
#include "mqttmessage.h"

static void
test_copy(void)
{
    char data[] = {'a', '\0', 'b'};
    GstEfficientNetMessage message = {.data = data, .length = 3, .retain = TRUE};
    GstEfficientNetMqttMessage *copy = gst_efficientnet_mqtt_message_new(&message, "own");
    GstEfficientNetMqttMessage *other;

    data[2] = 'c';
    g_assert_cmpstr(copy->topic, ==, "own");
    g_assert_cmpmem(copy->data, copy->length, "a\0b", 3);
    g_assert_true(copy->retain);
    message = (GstEfficientNetMessage){.topic = "its/own", .data = "", .length = 0};
    other = gst_efficientnet_mqtt_message_new(&message, "own");
    g_assert_cmpstr(other->topic, ==, "its/own");
    g_assert_cmpuint(other->length, ==, 0);
    g_assert_false(other->retain);
    gst_efficientnet_mqtt_message_free(copy);
    gst_efficientnet_mqtt_message_free(other);
}

static void
test_topic(void)
{
    static const struct {
        const char *suffix, *expected;
    } rows[] = {
        {"cam0", "a/b/cam0"},
        {"", "a/b/"},
        {"cam+1/#", "a/b/cam_1/_"},
        {"x\ny\x7f", "a/b/x_y_"},
        {"k\xc3\xa4tzchen", "a/b/k\xc3\xa4tzchen"},
        {"latin\xe4", "a/b/latin\xef\xbf\xbd"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *topic = gst_efficientnet_mqtt_make_topic("a/b", rows[i].suffix);

        g_assert_cmpstr(topic, ==, rows[i].expected);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mqttmessage/copy", test_copy);
    g_test_add_func("/mqttmessage/topic", test_topic);
    return g_test_run();
}
