/* SPDX-License-Identifier: BSD-2-Clause */
#include "brokermessage.h"

static void
test_copy(void)
{
    char data[] = {'a', '\0', 'b'};
    GstEfficientNetMessage message = {.data = data, .length = 3, .key = "cam0", .retain = TRUE};
    GstEfficientNetBrokerMessage *copy = gst_efficientnet_broker_message_new(&message, "own");
    GstEfficientNetBrokerMessage *other;

    data[2] = 'c';
    g_assert_cmpstr(copy->topic, ==, "own");
    g_assert_cmpstr(copy->key, ==, "cam0");
    g_assert_cmpmem(copy->data, copy->length, "a\0b", 3);
    g_assert_true(copy->retain);
    message = (GstEfficientNetMessage){.topic = "its/own", .data = "", .length = 0};
    other = gst_efficientnet_broker_message_new(&message, "own");
    g_assert_cmpstr(other->topic, ==, "its/own");
    g_assert_null(other->key);
    g_assert_cmpuint(other->length, ==, 0);
    g_assert_false(other->retain);
    gst_efficientnet_broker_message_free(copy);
    gst_efficientnet_broker_message_free(other);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/brokermessage/copy", test_copy);
    return g_test_run();
}
