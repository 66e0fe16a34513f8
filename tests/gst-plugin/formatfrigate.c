/* SPDX-License-Identifier: BSD-2-Clause */
/* With a real broker. The topic and the payload are those that Frigate's documentation of MQTT
 * gives for the classification of states. */
#include "broker.h"
#include "gstefficientnetpublish.h"
#include "meta.h"
#include "publishing.h"
#include "results.h"

#define TOPIC "frigate/front_door/classification/model"

static void
push(EffNetTestPublisher *publisher, const char *label, gint roi_id, gboolean unknown)
{
    const EffNetTestResult result = {.width = 4,
                                     .height = 4,
                                     .roi_id = roi_id,
                                     .labels = {label},
                                     .scores = {0.5f},
                                     .unknown = unknown};
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, 16, NULL);

    effnet_test_attach_results(buffer, &result, 1);
    g_assert_cmpint(gst_harness_push(publisher->h, buffer), ==, GST_FLOW_OK);
}

/* The bare label, when it changes. */
static void
test_labels(void)
{
    EffNetTestBroker broker;
    EffNetTestPublisher publisher = {0};
    EffNetTestSubscriber *subscriber;
    g_autofree char *line = NULL;

    if (!effnet_test_have_broker())
        return;
    effnet_test_broker_init(&broker);
    effnet_test_broker_start(&broker, "allow_anonymous true");
    subscriber = effnet_test_subscriber_new(&broker);
    line = g_strdup_printf("efficientnetpublish method=mqtt format=frigate topic=frigate "
                           "stream=front/door address=localhost:%d status-topic=frigate/available",
                           broker.port);
    effnet_test_publisher_open(&publisher, line);
    effnet_test_subscriber_wait_for(subscriber, "frigate/available", "online");
    push(&publisher, "open", -1, FALSE);
    push(&publisher, "open", -1, FALSE);
    push(&publisher, "car", 7, FALSE); /* of a region */
    effnet_test_subscriber_wait_for(subscriber, TOPIC, "open");
    push(&publisher, "closed", -1, FALSE);
    effnet_test_subscriber_wait_for(subscriber, TOPIC, "closed");
    push(&publisher, "closed", -1, TRUE);
    effnet_test_subscriber_wait_for(subscriber, TOPIC, "unknown");
    g_assert_cmpuint(effnet_test_subscriber_wait_for_count(subscriber, TOPIC, 3), ==, 0);
    /* Who listened while the broker was away gets the label again. */
    effnet_test_broker_stop(&broker);
    effnet_test_publisher_assert_message(&publisher, GST_MESSAGE_WARNING, "");
    effnet_test_broker_start(&broker, "allow_anonymous true");
    effnet_test_subscriber_wait_for_subscription(subscriber);
    effnet_test_publisher_assert_message(&publisher, GST_MESSAGE_INFO, "");
    push(&publisher, "closed", -1, TRUE);
    push(&publisher, "ajar", -1, FALSE);
    effnet_test_subscriber_wait_for(subscriber, TOPIC, "ajar");
    g_assert_cmpuint(effnet_test_subscriber_wait_for_count(subscriber, TOPIC, 4), ==, 1);
    effnet_test_publisher_clear(&publisher);
    effnet_test_subscriber_free(subscriber);
    effnet_test_broker_clear(&broker);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    gst_efficientnet_meta_register();
    gst_element_register(NULL, "efficientnetpublish", GST_RANK_NONE, GST_TYPE_EFFICIENTNET_PUBLISH);
    g_test_add_func("/formatfrigate/labels", test_labels);
    return g_test_run();
}
