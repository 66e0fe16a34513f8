/* SPDX-License-Identifier: BSD-2-Clause */
#include "mqttmessage.h"

GstEfficientNetMqttMessage *
gst_efficientnet_mqtt_message_new(const GstEfficientNetMessage *message, const char *topic)
{
    GstEfficientNetMqttMessage *copy = g_new(GstEfficientNetMqttMessage, 1);

    *copy = (GstEfficientNetMqttMessage){
        .topic = g_strdup(message->topic ? message->topic : topic),
        .data = g_memdup2(message->data, message->length),
        .length = message->length,
        .retain = message->retain,
    };
    return copy;
}

void
gst_efficientnet_mqtt_message_free(GstEfficientNetMqttMessage *message)
{
    g_free(message->topic);
    g_free(message->data);
    g_free(message);
}

char *
gst_efficientnet_mqtt_make_topic(const char *topic, const char *suffix)
{
    g_autofree char *valid = g_utf8_make_valid(suffix, -1);
    GString *full = g_string_new(topic);

    g_string_append_c(full, '/');
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        gboolean allowed = character != '+' && character != '#' && !g_unichar_iscntrl(character);

        g_string_append_unichar(full, allowed ? character : '_');
    }
    return g_string_free(full, FALSE);
}
