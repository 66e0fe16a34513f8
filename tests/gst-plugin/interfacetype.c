/* SPDX-License-Identifier: BSD-2-Clause */
#include "interfacetype.h"

/* Each copy of the code has a variable of its own. */
static void
test_shared(void)
{
    gsize first = 0, second = 0;
    GType type =
        gst_efficientnet_interface_type_get(&first, "EffNetTestShared", sizeof(GTypeInterface));

    g_assert_true(G_TYPE_IS_INTERFACE(type));
    g_assert_cmpuint(g_type_from_name("EffNetTestShared"), ==, type);
    g_assert_cmpuint(
        gst_efficientnet_interface_type_get(&second, "EffNetTestShared", sizeof(GTypeInterface)),
        ==, type);
    g_assert_cmpuint(
        gst_efficientnet_interface_type_get(&first, "EffNetTestShared", sizeof(GTypeInterface)), ==,
        type);
}

static void
test_others(void)
{
    gsize first = 0, second = 0;

    g_assert_cmpuint(
        gst_efficientnet_interface_type_get(&first, "EffNetTestOne", sizeof(GTypeInterface)), !=,
        gst_efficientnet_interface_type_get(&second, "EffNetTestTwo", sizeof(GTypeInterface)));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/interfacetype/shared", test_shared);
    g_test_add_func("/interfacetype/others", test_others);
    return g_test_run();
}
