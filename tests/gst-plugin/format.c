/* SPDX-License-Identifier: BSD-2-Clause */
#include "formatjson.h"

static void
test_type(void)
{
    g_assert_true(g_type_is_a(GST_TYPE_EFFICIENTNET_FORMAT_JSON, GST_TYPE_EFFICIENTNET_FORMAT));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/format/type", test_type);
    return g_test_run();
}
