/* SPDX-License-Identifier: BSD-2-Clause */
#include "practice.h"

#include <string.h>

#include "../arch/arch.h"

static gboolean
has_tag(const char *name, const char *tag)
{
    g_auto(GStrv) parts = g_strsplit_set(name, "._-", -1);

    return g_strv_contains((const char *const *)parts, tag);
}

/* Where in NAME a name of the network ARCH starts, of a kind that the naming's rows know:
 * "efficientnet_b0_ra" in "best-efficientnet_b0_ra" for B0. NULL if there is none: a user's
 * "efficientnet_best" says nothing. */
static const char *
find_arch(const EffNetNaming *naming, const char *arch, const char *name)
{
    for (const char *at = name; at && *at; at++) {
        const EffNetVariant *variant;

        if (at != name && g_ascii_isalnum(at[-1]))
            continue;
        for (gsize i = 0; i < naming->n_practices; i++) {
            if (!naming->practices[i].prefix || !g_str_has_prefix(at, naming->practices[i].prefix))
                continue;
            variant = effnet_arch_find(at);
            if (variant && g_str_equal(variant->name, arch))
                return at;
        }
    }
    return NULL;
}

/* Whether ARCH is GROUP, or starts with GROUP and a '-'. */
static gboolean
is_of(const char *arch, const char *group)
{
    gsize n = strlen(group);

    return strncmp(arch, group, n) == 0 && (arch[n] == '\0' || arch[n] == '-');
}

static gboolean
applies(const EffNetPractice *row, const char *arch, const char *name, const char *named)
{
    if (row->arch && !is_of(arch, row->arch))
        return FALSE;
    if (row->prefix && (!named || !g_str_has_prefix(named, row->prefix)))
        return FALSE;
    return !row->tag || (name && has_tag(name, row->tag));
}

void
effnet_practice_add(const EffNetNaming *naming, const char *arch, const char *name,
                    const char *by_naming, const char *by_name, GArray *sources)
{
    g_autofree char *lower = name ? g_ascii_strdown(name, -1) : NULL;
    const char *named = find_arch(naming, arch, lower);

    for (gsize i = naming->n_practices; i > 0; i--) {
        const EffNetPractice *row = &naming->practices[i - 1];
        EffNetSource source = {row->prefix || row->tag ? by_name : by_naming, row->settings};

        if (applies(row, arch, lower, named))
            g_array_append_val(sources, source);
    }
}
