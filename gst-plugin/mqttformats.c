/* SPDX-License-Identifier: BSD-2-Clause */
#include "mqttformats.h"

#include "publishregistry.h"

#define PLACE(field) .offset = offsetof(GstEfficientNetHomeassistantSettings, field)

/* clang-format off */
const GstEfficientNetField gst_efficientnet_homeassistant_fields[] = {
    {"discovery-prefix", "Discovery prefix",
        "the topic below which Home Assistant looks for devices (NULL: homeassistant)",
        G_TYPE_STRING, PLACE(discovery_prefix)},
    {"expire-after", "Expire after",
        "after how many seconds without a frame a sensor is unavailable. States are repeated "
        "three times as often (0: never)",
        G_TYPE_UINT, PLACE(expire_after), .maximum = 604800, .initial = 60},
    {NULL},
};
/* clang-format on */

const GstEfficientNetPublishChoice gst_efficientnet_format_homeassistant = {
    .nick = "homeassistant",
    .description = "Sensors that Home Assistant discovers, with method=mqtt; the plugin "
                   "efficientnetmqtt has it",
    .type_name = "GstEfficientNetFormatHomeassistant",
    .plugin = "efficientnetmqtt",
    .fields = gst_efficientnet_homeassistant_fields,
};

const GstEfficientNetPublishChoice gst_efficientnet_format_frigate = {
    .nick = "frigate",
    .description = "The best class as Frigate publishes it, with method=mqtt; the plugin "
                   "efficientnetmqtt has it",
    .type_name = "GstEfficientNetFormatFrigate",
    .plugin = "efficientnetmqtt",
};
