/* SPDX-License-Identifier: BSD-2-Clause */
#include "words.h"

gboolean
effnet_words_have(const char *name, const char *const *words)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    g_auto(GStrv) parts = g_strsplit_set(lower, "._-", -1);

    for (char **part = parts; *part; part++)
        if (g_strv_contains(words, *part))
            return TRUE;
    return FALSE;
}

gboolean
effnet_words_are_averaged(const char *name)
{
    static const char *const words[] = {"ema", "swa", "averaged", NULL};

    return effnet_words_have(name, words);
}
