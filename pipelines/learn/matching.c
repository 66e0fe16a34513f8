/* SPDX-License-Identifier: BSD-2-Clause */
#include "matching.h"

#include <string.h>

/* LABEL (LENGTH bytes; -1: all) in the form in which labels are compared. */
static char *
fold(const char *label, gssize length)
{
    g_autofree char *part = g_strndup(label, length < 0 ? strlen(label) : (gsize)length);

    g_strstrip(part);
    return g_utf8_casefold(part, -1);
}

/* The first of the classes whose label (WHOLE), or its first synonym, is LABEL; sets N to their
 * number. */
static guint
find(const EffNetModelInfo *info, const char *label, gboolean whole, guint *n)
{
    g_autofree char *wanted = fold(label, -1);
    guint found = 0;

    *n = 0;
    for (guint k = 0; info->labels && k < info->n_classes; k++) {
        gssize length = whole ? -1 : (gssize)strcspn(info->labels[k], ",");
        g_autofree char *own = fold(info->labels[k], length);

        if (!g_str_equal(own, wanted))
            continue;
        if ((*n)++ == 0)
            found = k;
    }
    return found;
}

gboolean
effnet_matching_find(const char *label, const EffNetModelInfo *info, guint *class, GError **error)
{
    guint64 number;
    guint n;

    *class = find(info, label, TRUE, &n);
    if (n == 0)
        *class = find(info, label, FALSE, &n);
    if (n == 1)
        return TRUE;
    if (n > 1) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%u classes of %s have the label %s: say which by its number, the first is %u",
                    n, info->name, label, *class);
        return FALSE;
    }
    if (g_ascii_string_to_unsigned(label, 10, 0, info->n_classes - 1, &number, NULL)) {
        *class = (guint)number;
        return TRUE;
    }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s is no label of %s, nor the number of one of its %u classes", label, info->name,
                info->n_classes);
    return FALSE;
}

guint *
effnet_matching_new(const EffNetDataset *dataset, const EffNetModelInfo *info, GError **error)
{
    g_autofree guint *classes = g_new(guint, dataset->labels->len);

    if (info->n_classes == 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "%s has no classifier", info->name);
        return NULL;
    }
    for (guint i = 0; i < dataset->labels->len; i++)
        if (!effnet_matching_find(g_ptr_array_index(dataset->labels, i), info, &classes[i], error))
            return NULL;
    return g_steal_pointer(&classes);
}
