/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishing.h"

static void
test_type(void)
{
    effnet_test_assert_provides("efficientnetonvif", "GstEfficientNetFormatOnvif",
                                "GstEfficientNetFormat");
}

/* Two plugin files, one interface: the element uses what the other one provides. */
static void
test_element(void)
{
    effnet_test_assert_pauses(
        "efficientnetpublish format=onvif class-candidates=true location=/dev/null");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/onvifplugin/type", test_type);
    g_test_add_func("/onvifplugin/element", test_element);
    return g_test_run();
}
