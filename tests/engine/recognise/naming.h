/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers of the namings' tests. */
#ifndef EFFNET_TEST_NAMING_H
#define EFFNET_TEST_NAMING_H

#include "recognise/practice.h"

/* Checks the name of PART of LAYER by NAMING. */
static inline void
check_tensor(const EffNetNaming *naming, const EffNetLayer *layer, EffNetPart part,
             const char *expected)
{
    g_autofree char *name = effnet_naming_tensor(naming, layer, part);

    g_assert_cmpstr(name, ==, expected);
    if (name && layer->role != EFFNET_ROLE_CLASSIFIER)
        g_assert_true(effnet_naming_has(naming, name));
}

/* What is known about a checkpoint NAME of ARCH. */
static inline EffNetSettings
practice_of(const EffNetNaming *naming, const char *arch, const char *name)
{
    g_autoptr(GArray) sources = g_array_new(FALSE, FALSE, sizeof(EffNetSource));
    const char *origins[EFFNET_N_SETTINGS];
    EffNetSettings settings;

    effnet_practice_add(naming, arch, name, "naming", "name", sources);
    effnet_settings_overlay((EffNetSource *)(void *)sources->data, sources->len, &settings,
                            origins);
    return settings;
}

#endif
