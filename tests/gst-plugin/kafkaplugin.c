/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishing.h"

static void
test_type(void)
{
    effnet_test_assert_provides("efficientnetkafka", "GstEfficientNetPublishKafka",
                                "GstEfficientNetWriter");
}

/* Two plugin files, one interface: the element uses what the other one provides. */
static void
test_element(void)
{
    effnet_test_assert_pauses("efficientnetpublish method=kafka drain-timeout=0");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/kafkaplugin/type", test_type);
    g_test_add_func("/kafkaplugin/element", test_element);
    return g_test_run();
}
