/* SPDX-License-Identifier: BSD-2-Clause */
#include "component.h"

#include <string.h>

#define MAX_BYTES 100 /* leaves room for a number and an extension */

/* Leaves out path separators, and what Windows' file systems reject, since disks move between
 * systems. */
static gboolean
is_allowed(gunichar c)
{
    return g_unichar_isprint(c) && !(c < 0x80 && strchr("/\\:*?\"<>|", (int)c));
}

char *
effnet_component_new(const char *label, guint index)
{
    g_autofree char *valid = g_utf8_make_valid(label ? label : "", -1);
    g_autoptr(GString) name = g_string_new(NULL);

    valid[strcspn(valid, ",")] = '\0';
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);

        if (name->len + 6 > MAX_BYTES)
            break;
        if (name->len == 0 && strchr(" .-", *c))
            continue;
        g_string_append_unichar(name, is_allowed(character) ? character : '_');
    }
    while (name->len > 0 && strchr(" .", name->str[name->len - 1]))
        g_string_truncate(name, name->len - 1);
    if (name->len == 0)
        g_string_printf(name, "class-%u", index);
    return g_string_free(g_steal_pointer(&name), FALSE);
}
