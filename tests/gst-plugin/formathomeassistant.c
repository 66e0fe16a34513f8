/* SPDX-License-Identifier: BSD-2-Clause */
/* With a real broker, whose messages are compared with what Home Assistant's documentation of MQTT
 * discovery asks for. */
#include "broker.h"
#include "gstefficientnetpublish.h"
#include "labelsquery.h"
#include "meta.h"
#include "publishing.h"
#include "results.h"

#define DEVICE "results_cam0"

static EffNetTestBroker broker;
static char *device, *config;

static void
open_element(EffNetTestPublisher *publisher, const char *properties)
{
    g_autofree char *line = g_strdup_printf(
        "efficientnetpublish method=mqtt format=homeassistant stream=cam0 topic=results "
        "address=localhost:%d %s",
        broker.port, properties);

    effnet_test_publisher_open(publisher, line);
}

static void
push(EffNetTestPublisher *publisher, const EffNetTestResult *results, gsize n)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, 16, NULL);

    if (n > 0)
        effnet_test_attach_results(buffer, results, n);
    g_assert_cmpint(gst_harness_push(publisher->h, buffer), ==, GST_FLOW_OK);
}

static void
push_label(EffNetTestPublisher *publisher, const char *element, const char *label, gboolean unknown)
{
    const EffNetTestResult result = {.element = element,
                                     .width = 4,
                                     .height = 4,
                                     .roi_id = -1,
                                     .labels = {label},
                                     .scores = {0.5f},
                                     .unknown = unknown};

    push(publisher, &result, 1);
}

static char *
make_sensor(const char *element, gboolean named, const char *rest)
{
    return g_strdup_printf(
        "\"%s_%08x\":{\"p\":\"sensor\",\"unique_id\":\"%s_%s_%08x\",\"name\":%s%s%s,"
        "\"state_topic\":\"results/cam0/%s/state\","
        "\"json_attributes_topic\":\"results/cam0/%s/attributes\"%s}",
        element, g_str_hash(element), device, element, g_str_hash(element), named ? "\"" : "",
        named ? element : "null", named ? "\"" : "", element, element, rest);
}

static char *
make_config(const char *sensors)
{
    return g_strdup_printf("{\"dev\":{\"ids\":\"%s\",\"mf\":\"gst-efficientnet\","
                           "\"name\":\"cam0\"},"
                           "\"o\":{\"name\":\"gst-efficientnet\",\"sw\":\"" EFFNET_VERSION "\"},"
                           "\"availability_topic\":\"results/cam0/availability\","
                           "\"cmps\":{%s}}",
                           device, sensors);
}

/* The publisher is stopped when it goes out of scope. */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EffNetTestPublisher, effnet_test_publisher_clear)

static EffNetTestSubscriber *
begin(EffNetTestPublisher *publisher, const char *properties)
{
    EffNetTestSubscriber *subscriber = effnet_test_subscriber_new(&broker);

    open_element(publisher, properties);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/availability", "online");
    return subscriber;
}

/* A sensor appears, changes, becomes unknown and unavailable; its state is sent when it changes,
 * and not with every frame. */
static void
test_life(void)
{
    g_auto(EffNetTestPublisher) publisher = {0};
    EffNetTestSubscriber *subscriber = begin(&publisher, "");
    g_autofree char *sensor = make_sensor("net", FALSE, ",\"expire_after\":60");
    g_autofree char *expected = make_config(sensor);

    push_label(&publisher, "net", "cat", FALSE);
    effnet_test_subscriber_wait_for(subscriber, config, expected);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "cat");
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/attributes",
                                    "{\"confidence\":0.5,\"index\":0,\"model\":\"model\"}");
    for (guint i = 0; i < 10; i++)
        push_label(&publisher, "net", "cat", FALSE);
    push_label(&publisher, "net", "dog", FALSE);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "dog");
    push_label(&publisher, "net", "dog", TRUE);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "None");
    g_assert_cmpuint(effnet_test_subscriber_wait_for_count(subscriber, "results/cam0/net/state", 3),
                     ==, 0);
    g_assert_cmpuint(effnet_test_subscriber_wait_for_count(subscriber, config, 1), ==, 0);
    effnet_test_publisher_close(&publisher);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/availability", "offline");
    effnet_test_subscriber_free(subscriber);
}

/* Whoever subscribes later gets everything: the device, that it is there, and its state. */
static void
test_retained(void)
{
    g_auto(EffNetTestPublisher) publisher = {0};
    EffNetTestSubscriber *subscriber = begin(&publisher, "discovery-prefix=ha expire-after=0");
    g_autofree char *sensor = make_sensor("net", FALSE, "");
    g_autofree char *expected = make_config(sensor);
    g_autofree char *topic = g_strdup_printf("ha/device/%s/config", device);

    push_label(&publisher, "net", "bird", FALSE);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "bird");
    effnet_test_subscriber_free(subscriber);
    subscriber = effnet_test_subscriber_new(&broker);
    effnet_test_subscriber_wait_for(subscriber, topic, expected);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/availability", "online");
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "bird");
    effnet_test_subscriber_free(subscriber);
}

/* Two elements' zones are two sensors, announced together; what is in detected regions is none. */
static void
test_zones(void)
{
    const EffNetTestResult results[] = {
        {.element = "gate", .width = 4, .height = 4, .roi_id = -1, .labels = {"open"}},
        {.element = "net", .width = 4, .height = 4, .roi_id = 3, .labels = {"car"}},
        {.element = "yard", .width = 4, .height = 4, .roi_id = -1, .labels = {"empty"}},
    };
    g_auto(EffNetTestPublisher) publisher = {0};
    EffNetTestSubscriber *subscriber = begin(&publisher, "discovery-prefix=zones expire-after=0");
    g_autofree char *gate = make_sensor("gate", TRUE, "");
    g_autofree char *yard = make_sensor("yard", TRUE, "");
    g_autofree char *sensors = g_strconcat(gate, ",", yard, NULL);
    g_autofree char *expected = make_config(sensors);
    g_autofree char *topic = g_strdup_printf("zones/device/%s/config", device);

    push(&publisher, results, 3);
    effnet_test_subscriber_wait_for(subscriber, topic, expected);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/gate/state", "open");
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/yard/state", "empty");
    g_assert_cmpuint(effnet_test_subscriber_wait_for_count(subscriber, topic, 1), ==, 0);
    effnet_test_subscriber_free(subscriber);
}

/* Home Assistant starts, and has forgotten everything; then the broker does. */
static void
test_again(void)
{
    g_auto(EffNetTestPublisher) publisher = {0};
    EffNetTestSubscriber *subscriber = begin(&publisher, "");

    push_label(&publisher, "net", "fish", FALSE);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "fish");
    effnet_test_subscriber_publish(subscriber, config, "forgotten");
    effnet_test_subscriber_publish(subscriber, "results/cam0/net/state", "forgotten");
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "forgotten");
    effnet_test_subscriber_publish(subscriber, "homeassistant/status", "offline");
    effnet_test_subscriber_publish(subscriber, "homeassistant/status", "online");
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "fish");
    effnet_test_broker_stop(&broker);
    push_label(&publisher, "net", "frog", FALSE);
    effnet_test_broker_start(&broker, "allow_anonymous true");
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "frog");
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/availability", "online");
    effnet_test_subscriber_free(subscriber);
}

static guint n_labels;

static gboolean
answer(GstPad *pad, GstObject *parent, GstQuery *query)
{
    static const char *const labels[] = {"cat", "dog", "fish"};

    if (!gst_efficientnet_labels_query_is_about(query, "net"))
        return gst_pad_query_default(pad, parent, query);
    gst_efficientnet_labels_query_answer(query, labels, n_labels);
    return TRUE;
}

/* The labels of the model are the states that there can be, as long as they are. */
static void
test_options(void)
{
    g_auto(EffNetTestPublisher) publisher = {0};
    EffNetTestSubscriber *subscriber = begin(&publisher, "expire-after=0");
    g_autofree char *two =
        make_sensor("net", FALSE, ",\"device_class\":\"enum\",\"options\":[\"cat\",\"dog\"]");
    g_autofree char *three = make_sensor(
        "net", FALSE, ",\"device_class\":\"enum\",\"options\":[\"cat\",\"dog\",\"fish\"]");
    g_autofree char *none = make_sensor("net", FALSE, "");
    g_autofree char *first = make_config(two), *second = make_config(three),
                    *third = make_config(none);

    n_labels = 2;
    gst_pad_set_query_function(publisher.h->srcpad, answer);
    push_label(&publisher, "net", "dog", FALSE);
    effnet_test_subscriber_wait_for(subscriber, config, first);
    n_labels = 3;
    push_label(&publisher, "net", "fish", FALSE);
    effnet_test_subscriber_wait_for(subscriber, config, second);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "fish");
    push_label(&publisher, "net", "bird", FALSE);
    effnet_test_subscriber_wait_for(subscriber, config, third);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "bird");
    effnet_test_subscriber_free(subscriber);
}

/* When no class reaches the threshold any longer, frames carry nothing. Home Assistant may start
 * when there is nothing to tell. */
static void
test_nothing(void)
{
    g_auto(EffNetTestPublisher) publisher = {0};
    EffNetTestSubscriber *subscriber = begin(&publisher, "");

    effnet_test_subscriber_publish(subscriber, "homeassistant/status", "online");
    push(&publisher, NULL, 0);
    push_label(&publisher, "net", "cat", FALSE);
    push(&publisher, NULL, 0);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "cat");
    g_usleep(1100000);
    push(&publisher, NULL, 0);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "None");
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/attributes", "{}");
    effnet_test_subscriber_free(subscriber);
}

/* A state that stays is repeated, so that it does not expire. */
static void
test_repeated(void)
{
    g_auto(EffNetTestPublisher) publisher = {0};
    EffNetTestSubscriber *subscriber = begin(&publisher, "expire-after=1");

    push_label(&publisher, "net", "cat", FALSE);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "cat");
    g_usleep(400000);
    push_label(&publisher, "net", "cat", FALSE);
    push_label(&publisher, "net", "dog", FALSE);
    effnet_test_subscriber_wait_for(subscriber, "results/cam0/net/state", "dog");
    g_assert_cmpuint(effnet_test_subscriber_wait_for_count(subscriber, "results/cam0/net/state", 2),
                     ==, 1);
    effnet_test_subscriber_free(subscriber);
}

static void
run(gconstpointer test)
{
    if (!effnet_test_have_broker())
        return;
    effnet_test_broker_init(&broker);
    effnet_test_broker_start(&broker, "allow_anonymous true");
    ((GTestFunc)test)();
    effnet_test_broker_clear(&broker);
}

int
main(int argc, char **argv)
{
    int ret;

    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    gst_efficientnet_meta_register();
    gst_element_register(NULL, "efficientnetpublish", GST_RANK_NONE, GST_TYPE_EFFICIENTNET_PUBLISH);
    device = g_strdup_printf(DEVICE "_%08x", g_str_hash("results/cam0"));
    config = g_strdup_printf("homeassistant/device/%s/config", device);
    g_test_add_data_func("/formathomeassistant/life", test_life, run);
    g_test_add_data_func("/formathomeassistant/retained", test_retained, run);
    g_test_add_data_func("/formathomeassistant/zones", test_zones, run);
    g_test_add_data_func("/formathomeassistant/again", test_again, run);
    g_test_add_data_func("/formathomeassistant/options", test_options, run);
    g_test_add_data_func("/formathomeassistant/nothing", test_nothing, run);
    g_test_add_data_func("/formathomeassistant/repeated", test_repeated, run);
    ret = g_test_run();
    g_free(device);
    g_free(config);
    return ret;
}
