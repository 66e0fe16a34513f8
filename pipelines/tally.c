/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally.h"

#include <string.h>

typedef struct {
    char *label;
    guint index, frames;
} Entry;

struct _EffNetTally {
    GPtrArray *entries;    /* in the order in which they were added */
    guint frames, without; /* all, and those without a class */
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    g_free(entry->label);
    g_free(entry);
}

EffNetTally *
effnet_tally_new(void)
{
    EffNetTally *self = g_new0(EffNetTally, 1);

    self->entries = g_ptr_array_new_with_free_func(entry_free);
    return self;
}

void
effnet_tally_free(EffNetTally *self)
{
    g_ptr_array_unref(self->entries);
    g_free(self);
}

void
effnet_tally_reset(EffNetTally *self)
{
    g_ptr_array_set_size(self->entries, 0);
    self->frames = self->without = 0;
}

gboolean
effnet_tally_is_empty(const EffNetTally *self)
{
    return self->frames == 0;
}

void
effnet_tally_add(EffNetTally *self, guint index, const char *label)
{
    Entry *entry;

    self->frames++;
    if (label == NULL) {
        self->without++;
        return;
    }
    for (guint i = 0; i < self->entries->len; i++) {
        entry = g_ptr_array_index(self->entries, i);
        if (entry->index == index) {
            entry->frames++;
            return;
        }
    }
    entry = g_new0(Entry, 1);
    *entry = (Entry){g_strdup(label), index, 1};
    g_ptr_array_add(self->entries, entry);
}

/* The entry that follows BEFORE when sorted by descending number of frames, equal ones in the order
 * in which they were added; BEFORE NULL: the first. */
static const Entry *
find_next(const EffNetTally *self, const Entry *before)
{
    const Entry *best = NULL;
    gboolean passed = FALSE;

    for (guint i = 0; i < self->entries->len; i++) {
        const Entry *entry = g_ptr_array_index(self->entries, i);
        gboolean later = !before || entry->frames < before->frames ||
                         (entry->frames == before->frames && passed);

        passed |= entry == before;
        if (later && entry != before && (!best || entry->frames > best->frames))
            best = entry;
    }
    return best;
}

const char *
effnet_tally_get_best(const EffNetTally *self, guint *index)
{
    const Entry *best = find_next(self, NULL);

    if (best == NULL)
        return NULL;
    *index = best->index;
    return best->label;
}

void
effnet_tally_append(const EffNetTally *self, GString *out, guint max)
{
    const Entry *entry = NULL;
    guint told = 0;

    g_string_append_printf(out, "%u %s:", self->frames, self->frames == 1 ? "frame" : "frames");
    for (guint i = 0; i < max && (entry = find_next(self, entry)); i++) {
        /* The first of the synonyms. */
        g_string_append_printf(out, "%s %.*s %u", i > 0 ? "," : "", (int)strcspn(entry->label, ","),
                               entry->label, entry->frames);
        told += entry->frames;
    }
    if (told == 0) {
        g_string_append(out, " -");
        return;
    }
    if (told + self->without < self->frames)
        g_string_append_printf(out, ", %u others", self->frames - told - self->without);
    if (self->without > 0)
        g_string_append_printf(out, ", %u without a class", self->without);
}
