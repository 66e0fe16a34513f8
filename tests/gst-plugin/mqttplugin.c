/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishing.h"

static void
test_types(void)
{
    effnet_test_assert_provides("efficientnetmqtt", "GstEfficientNetPublishMqtt",
                                "GstEfficientNetWriter");
    effnet_test_assert_provides("efficientnetmqtt", "GstEfficientNetFormatHomeassistant",
                                "GstEfficientNetFormat");
    effnet_test_assert_provides("efficientnetmqtt", "GstEfficientNetFormatFrigate",
                                "GstEfficientNetFormat");
}

/* Two plugin files, one interface: the element uses what the other one provides. */
static void
test_element(void)
{
    static const char *const formats[] = {"json", "homeassistant", "frigate"};

    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autofree char *line = g_strdup_printf(
            "efficientnetpublish method=mqtt format=%s drain-timeout=0", formats[i]);

        effnet_test_assert_pauses(line);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/mqttplugin/types", test_types);
    g_test_add_func("/mqttplugin/element", test_element);
    return g_test_run();
}
