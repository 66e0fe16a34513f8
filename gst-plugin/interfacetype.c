/* SPDX-License-Identifier: BSD-2-Clause */
#include "interfacetype.h"

GType
gst_efficientnet_interface_type_get(gsize *type, const char *name, guint size)
{
    if (g_once_init_enter(type)) {
        GType registered = g_type_from_name(name);

        if (!registered) {
            registered =
                g_type_register_static_simple(G_TYPE_INTERFACE, name, size, NULL, 0, NULL, 0);
            g_type_interface_add_prerequisite(registered, G_TYPE_OBJECT);
        }
        g_once_init_leave(type, registered);
    }
    return *type;
}
