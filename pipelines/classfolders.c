/* SPDX-License-Identifier: BSD-2-Clause */
#include "classfolders.h"

#include "component.h"

struct _EffNetClassFolders {
    GHashTable *names; /* class to name */
    GHashTable *taken; /* the names in use */
};

EffNetClassFolders *
effnet_class_folders_new(void)
{
    EffNetClassFolders *self = g_new(EffNetClassFolders, 1);

    self->names = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    self->taken = g_hash_table_new(g_str_hash, g_str_equal);
    return self;
}

void
effnet_class_folders_free(EffNetClassFolders *self)
{
    g_hash_table_unref(self->taken);
    g_hash_table_unref(self->names);
    g_free(self);
}

const char *
effnet_class_folders_get(EffNetClassFolders *self, const char *label, guint index)
{
    char *name = g_hash_table_lookup(self->names, GUINT_TO_POINTER(index));

    if (name)
        return name;
    name = effnet_component_new(label, index);
    if (g_hash_table_contains(self->taken, name)) {
        char *longer = g_strdup_printf("%s-%u", name, index);

        g_free(name);
        name = longer;
    }
    g_hash_table_insert(self->names, GUINT_TO_POINTER(index), name);
    g_hash_table_add(self->taken, name);
    return name;
}
