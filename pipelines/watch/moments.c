/* SPDX-License-Identifier: BSD-2-Clause */
#include "moments.h"

#include <effnet/error.h>

#define UNKNOWN_LABEL "unknown"

/* Whether the whole LABEL, or one of its synonyms between commas, is NAME; both are casefolded. */
static gboolean
has_name(const char *label, const char *name)
{
    g_autofree char *folded = g_utf8_casefold(label, -1);
    g_auto(GStrv) synonyms = g_strsplit(folded, ",", -1);

    for (char **synonym = synonyms; *synonym; synonym++) {
        if (g_str_equal(g_strstrip(*synonym), name))
            return TRUE;
    }
    return g_str_equal(folded, name);
}

static gboolean
add_name(GHashTable *set, const char *name, const char *const *labels, guint n)
{
    g_autofree char *folded = g_utf8_casefold(name, -1);
    guint before = g_hash_table_size(set);
    guint64 index;

    for (guint k = 0; k < n; k++) {
        if (has_name(labels[k], folded))
            g_hash_table_add(set, GINT_TO_POINTER((gint)k));
    }
    if (g_hash_table_size(set) == before && n > 0 &&
        g_ascii_string_to_unsigned(name, 10, 0, n - 1, &index, NULL))
        g_hash_table_add(set, GINT_TO_POINTER((gint)index));
    if (g_str_equal(folded, UNKNOWN_LABEL))
        g_hash_table_add(set, GINT_TO_POINTER(EFFNET_WATCH_UNKNOWN_CLASS));
    return g_hash_table_size(set) > before;
}

GHashTable *
effnet_watch_moments_new_set(char **names, const char *const *labels, guint n, GError **error)
{
    g_autoptr(GHashTable) set = g_hash_table_new(NULL, NULL);

    for (char **name = names; *name; name++) {
        g_autofree char *stripped = g_strstrip(g_strdup(*name));

        if (add_name(set, stripped, labels, n))
            continue;
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "capture-classes: \"%s\" is no label of the model, nor the number of one of "
                    "its %u classes",
                    stripped, n);
        return NULL;
    }
    return g_steal_pointer(&set);
}

void
effnet_watch_moments_init(EffNetWatchMoments *self)
{
    self->index = EFFNET_WATCH_NO_CLASS;
    self->began = self->seen = self->now = GST_CLOCK_TIME_NONE;
}

void
effnet_watch_moments_clear(EffNetWatchMoments *self)
{
    g_clear_pointer(&self->label, g_free);
}

/* The first class of BUFFER, if it is followed; sets LABEL. */
static gint
get_class(const EffNetWatchMoments *self, GstBuffer *buffer, const char **label)
{
    GstEfficientNetResult result;
    gint index;

    if (!gst_efficientnet_buffer_get_result(buffer, 0, &result))
        return EFFNET_WATCH_NO_CLASS;
    if (gst_efficientnet_result_is_unknown(&result)) {
        index = EFFNET_WATCH_UNKNOWN_CLASS;
        *label = UNKNOWN_LABEL;
    } else if (result.n_classes > 0) {
        index = gst_efficientnet_result_get_index(&result, 0);
        *label = gst_efficientnet_result_get_label(&result, 0);
    } else {
        return EFFNET_WATCH_NO_CLASS;
    }
    return !self->classes || g_hash_table_contains(self->classes, GINT_TO_POINTER(index))
               ? index
               : EFFNET_WATCH_NO_CLASS;
}

/* Time may go back, where a source begins again. */
static gboolean
has_passed(const EffNetWatchMoments *self, GstClockTime since, GstClockTime time)
{
    return self->now < since || (time != GST_CLOCK_TIME_NONE && self->now - since >= time);
}

static guint
end_if_due(EffNetWatchMoments *self, gint index)
{
    gboolean over = index != self->index && has_passed(self, self->seen, self->linger);
    gboolean ends = !self->ended && (over || has_passed(self, self->began, self->most));

    if (ends)
        self->ended = TRUE;
    if (over)
        self->index = EFFNET_WATCH_NO_CLASS;
    return ends ? EFFNET_WATCH_MOMENT_ENDS : 0;
}

guint
effnet_watch_moments_follow(EffNetWatchMoments *self, GstBuffer *buffer)
{
    const char *label = NULL;
    gint index = get_class(self, buffer, &label);
    guint change = 0;

    if (GST_BUFFER_PTS_IS_VALID(buffer))
        self->now = GST_BUFFER_PTS(buffer);
    else if (!GST_CLOCK_TIME_IS_VALID(self->now))
        self->now = 0;
    if (self->index != EFFNET_WATCH_NO_CLASS) {
        change = end_if_due(self, index);
        if (index == self->index)
            self->seen = self->now;
    }
    if (self->index != EFFNET_WATCH_NO_CLASS || index == EFFNET_WATCH_NO_CLASS ||
        (GST_CLOCK_TIME_IS_VALID(self->began) && !has_passed(self, self->began, self->apart)))
        return change;
    self->index = index;
    self->ended = FALSE;
    self->began = self->seen = self->now;
    g_free(self->label);
    self->label = g_strdup(label);
    return change | EFFNET_WATCH_MOMENT_BEGINS;
}
